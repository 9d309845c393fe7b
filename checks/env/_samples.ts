import {
	type EnvValue,
	type EnvVariable,
	type JudgedEnvFile,
	type RepositoryEnv,
	type SetValue,
	UNSEEN,
} from '../../src/sdk.ts';

export const sampleEnv = (about: Partial<RepositoryEnv> = {}): RepositoryEnv => ({
	code: 40,
	head: 'a'.repeat(40),
	unread: [],
	cut: false,
	frameworks: ['next'],
	hostings: ['vercel'],
	variables: [],
	files: [],
	values: [],
	production: { asked: '', files: [], unread: '', unlisted: [] },
	byConvention: false,
	schemas: [],
	skips: [],
	fallbacks: [],
	exposures: [],
	clientReads: [],
	clientDynamic: [],
	clientImports: [],
	jobs: [],
	secrets: [],
	...about,
});

export const sampleVariable = (name: string, about: Partial<EnvVariable> = {}): EnvVariable => ({
	name,
	need: 'required',
	boot: false,
	build: '',
	reads: [{ file: 'src/shop.ts', line: 7 }],
	readsInAll: 1,
	folders: [''],
	given: false,
	shownIn: null,
	declared: [],
	used: true,
	missingIn: [],
	publicBy: '',
	...about,
});

export const sampleFile = (path: string, about: Partial<JudgedEnvFile> = {}): JudgedEnvFile => ({
	path,
	role: path.endsWith('.example') ? 'example' : 'production',
	tracked: path.endsWith('.example'),
	production: false,
	names: 3,
	faults: [],
	duplicates: [],
	...about,
});

export const sampleValue = (
	name: string,
	value: Partial<EnvValue>,
	about: Partial<SetValue> = {},
): SetValue => ({
	name,
	file: '.env.production',
	line: 2,
	by: 'env file',
	stage: 'production',
	publicBy: '',
	value: { ...UNSEEN, shape: 'text', length: 40, ...value },
	...about,
});

export const sampleUrl = (about: Partial<NonNullable<EnvValue['url']>> = {}) => ({
	scheme: 'https',
	local: false,
	public: true,
	credentials: false,
	host: '',
	ours: false,
	...about,
});

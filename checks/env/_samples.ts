import {
	type EnvValue,
	type EnvVariable,
	type JudgedEnvFile,
	type SetValue,
	UNSEEN,
} from '../../src/sdk.ts';
import { sampleVariable } from './_looked-at.ts';

export const namedVariable = (name: string, about: Partial<EnvVariable> = {}): EnvVariable =>
	sampleVariable({ name, reads: [{ file: 'src/shop.ts', line: 7 }], ...about });

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

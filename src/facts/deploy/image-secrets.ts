import { posix } from 'node:path';
import { isDockerIgnored } from '../secret-formats/docker-ignore.ts';
import type { DeployedImage } from './deployment-facts.ts';
import { assignmentsIn, copyOf, type Instruction } from './dockerfile.ts';
import { copiedFrom, type Stage, stageNamed } from './image-stage.ts';

const PUBLIC =
	/^(?:NEXT_PUBLIC|VITE|REACT_APP|PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|NG_APP)_|PUBLIC|PUBLISHABLE|ANON_KEY/;
const SECRET_NAME =
	/(?:^|_)(?:SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PRIVATE_KEY|API_?KEY|ACCESS_KEY|SECRET_KEY|AUTH_KEY|ENCRYPTION_KEY|CREDENTIALS?)(?:_BASE|_BASE64|_B64|_PROD|_PRODUCTION)?$/;

const namesSecret = (name: string): boolean =>
	!PUBLIC.test(name.toUpperCase()) && SECRET_NAME.test(name.toUpperCase());

/** Instructions whose values the image keeps, of whichever stage: the file itself has them. */
export function settingsIn(stages: readonly Stage[]): DeployedImage['settings'] {
	return stages.flatMap(({ instructions }) =>
		instructions.flatMap(({ keyword, line, endLine }) =>
			keyword === 'ENV' || keyword === 'ARG' ? [{ how: keyword, line, endLine } as const] : [],
		),
	);
}

/**
 * Values that come in from outside and stay: an ENV that takes one from a build argument, an ARG that
 * a later RUN of the image's own stages sees, which the image's history shows.
 */
export function passedSecrets(lineage: readonly Stage[]): DeployedImage['passed'] {
	return lineage.flatMap(({ instructions }) =>
		instructions.flatMap((one, index) => {
			if (one.keyword !== 'ENV' && one.keyword !== 'ARG') return [];
			const isSeen = instructions.slice(index + 1).some(({ keyword }) => keyword === 'RUN');
			return assignmentsIn(one).flatMap(([variable, value]) => {
				const isPassed =
					one.keyword === 'ENV'
						? /^\$(?:\{\w+\}|\w+)$/.test(value ?? '')
						: value === null && isSeen;
				if (!isPassed || !namesSecret(variable)) return [];
				const how = one.keyword === 'ENV' ? ('ENV' as const) : ('ARG' as const);
				return [{ how, line: one.line, variable }];
			});
		}),
	);
}

const ENV_FILE = /(?:^|\/)\.env(?:\.(?!example|sample|template|dist|test)[\w-]+)*$/;
const KEY_FILE = /(?:^|\/)id_(?:rsa|ed25519|ecdsa|dsa)$/;
/** May hold a secret, by its name. */
const SECRET_FILE =
	/(?:^|\/)(?:\.env[\w.-]*|\.npmrc|\.yarnrc(?:\.yml)?|\.netrc|\.pypirc|\.pgpass|auth\.json|id_\w+|credentials[\w.-]*|[\w.-]*(?:service|account|credential|secret|firebase|gcp)[\w.-]*\.(?:json|ya?ml|toml)|[\w.-]+\.(?:pem|key|p8|ppk|asc))$/i;

/** COPY and ADD that name a file, in the order of the file, with the path in the context. */
export interface NamedCopy {
	readonly line: number;
	readonly source: string;
	readonly target: string;
}

/** Those of the image's own stages, and of a stage that the image copies the target out of. */
export function namedCopies(
	stages: readonly Stage[],
	lineage: readonly Stage[],
): readonly NamedCopy[] {
	const carried = lineage.flatMap(({ instructions }) =>
		instructions.flatMap((one) => {
			const index = stageNamed(stages, copiedFrom(one) ?? '');
			return one.keyword === 'COPY' && index !== -1
				? copyOf(one).sources.map((source) => ({ index, source }))
				: [];
		}),
	);
	return stages.flatMap((stage, index) => {
		const copies = copiesIn(stage);
		if (lineage.includes(stage)) return copies;
		const out = carried.filter((one) => one.index === index).map(({ source }) => source);
		return copies.filter(({ target }) =>
			out.some((source) => {
				const path = posix.resolve('/', source.replace(/\*$/, ''));
				return path !== '/' && (target === path || target.startsWith(`${path}/`));
			}),
		);
	});
}

function copiesIn({ instructions }: Stage): readonly NamedCopy[] {
	let workdir = '/';
	return instructions.flatMap((one) => {
		if (one.keyword === 'WORKDIR') workdir = posix.resolve(workdir, one.text);
		return isFromContext(one)
			? copyOf(one).sources.map((source) => {
					const target = posix.resolve(workdir, copyOf(one).target);
					return { line: one.line, source: posix.normalize(source).replace(/^\/+/, ''), target };
				})
			: [];
	});
}

const isFromContext = (one: Instruction): boolean =>
	(one.keyword === 'COPY' || one.keyword === 'ADD') && copiedFrom(one) === null;

/** A whole context, as `COPY . .` takes it. */
export function broadCopyIn(stages: readonly Stage[]): Instruction | null {
	for (const { instructions } of stages) {
		const found = instructions.find(
			(one) =>
				isFromContext(one) &&
				copyOf(one).sources.some((source) => /^(?:\.\/?|\.\/\*|\*|\/)$/.test(source)),
		);
		if (found !== undefined) return found;
	}
	return null;
}

/** Copied by name: files that may hold a secret. `paths` are those of the context, by path in it. */
export function copiedFiles(
	copies: readonly NamedCopy[],
	paths: ReadonlySet<string>,
	ignoreText: string,
): readonly { readonly line: number; readonly path: string; readonly isThere: boolean }[] {
	return copies.flatMap(({ line, source }) => {
		const names = source.includes('*') ? [...paths].filter((one) => fits(source, one)) : [source];
		return (
			names
				.filter((path) => SECRET_FILE.test(path) && !isDockerIgnored(ignoreText, path))
				.map((path) => ({ line, path, isThere: paths.has(path) }))
				// Of a file that only the machine which builds has, the name must tell what it holds.
				.filter(({ path, isThere }) => isThere || ENV_FILE.test(path) || KEY_FILE.test(path))
		);
	});
}

/** `*` within a name, in linear time for the few stars that people write. */
function fits(pattern: string, path: string): boolean {
	const parts = pattern.split('*', 6);
	let at = 0;
	for (const [index, part] of parts.entries()) {
		const found = index === 0 ? (path.startsWith(part) ? 0 : -1) : path.indexOf(part, at);
		if (found === -1 || path.slice(at, found).includes('/')) return false;
		at = found + part.length;
	}
	return parts.at(-1) === '' ? !path.slice(at).includes('/') : at === path.length;
}

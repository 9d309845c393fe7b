import { posix } from 'node:path';
import { isDockerIgnored } from '../secret-formats/docker-ignore.ts';
import { fingerprintOf } from '../secrets/secret-fingerprint.ts';
import { isAllowed, lineCounter } from '../secrets/secret-lines.ts';
import type { Match } from '../secrets/secret-match.ts';
import { natureOf } from '../secrets/secret-place.ts';
import { secretsIn } from '../secrets/secret-scan.ts';
import type { ImageSecret } from './deployment-facts.ts';
import { assignmentsIn, copyOf, type Dockerfile, type Instruction } from './dockerfile.ts';
import { copiedFrom, type Stage, stageNamed } from './image-stage.ts';

const PUBLIC =
	/^(?:NEXT_PUBLIC|VITE|REACT_APP|PUBLIC|NUXT_PUBLIC|EXPO_PUBLIC|GATSBY|NG_APP)_|PUBLIC|PUBLISHABLE|ANON_KEY/;
const SECRET_NAME =
	/(?:^|_)(?:SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PRIVATE_KEY|API_?KEY|ACCESS_KEY|SECRET_KEY|AUTH_KEY|ENCRYPTION_KEY|CREDENTIALS?)(?:_BASE|_BASE64|_B64|_PROD|_PRODUCTION)?$/;

const namesSecret = (name: string): boolean =>
	!PUBLIC.test(name.toUpperCase()) && SECRET_NAME.test(name.toUpperCase());

/** What a match of the secret rules may show, for a report. */
function shown(match: Match, key: string): ImageSecret['value'] {
	const { rule, value, state, traits } = match;
	return {
		provider: rule.provider,
		what: rule.what,
		tier: rule.tier,
		state,
		confidence: rule.confidence,
		expiresAt: traits.expiresAt,
		local: traits.local,
		published: traits.published,
		encrypted: traits.encrypted,
		preview: value.length >= 12 && rule.kind !== 'private-key' ? value.slice(0, 4) : '',
		length: value.length,
		fingerprint: fingerprintOf(key, rule, value),
		rotate: rule.rotate,
	};
}

const isPublishable = ({ rule }: Match): boolean => rule.kind === 'publishable';

/** Literal values in ENV and ARG, of whichever stage: the file itself has them. */
export function writtenSecrets(
	file: string,
	text: string,
	{ instructions }: Dockerfile,
	key: string,
): readonly ImageSecret[] {
	const matches = secretsIn(text, natureOf(file, text));
	const lineOf = lineCounter(text);
	return [...matches]
		.sort((a, b) => a.start - b.start)
		.flatMap((match) => {
			const line = lineOf(match.start);
			const one = instructions.find((each) => each.line <= line && line <= each.endLine);
			if (one === undefined || (one.keyword !== 'ENV' && one.keyword !== 'ARG')) return [];
			if (isPublishable(match) || isAllowed(text, match)) return [];
			const before = text.slice(Math.max(0, match.start - 200), match.start);
			const variable = /([A-Za-z_]\w*)[= ]["']?[^\s"']*$/.exec(before)?.[1] ?? '';
			return [
				{ how: one.keyword, line, variable, source: '', value: shown(match, key) },
			] as const;
		});
}

/**
 * Values that come in from outside and stay: an ENV that takes one from a build argument, an ARG that
 * a later RUN of the image's own stages sees, which the image's history shows.
 */
export function passedSecrets(lineage: readonly Stage[]): readonly ImageSecret[] {
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
				const how: ImageSecret['how'] = one.keyword === 'ENV' ? 'ENV' : 'ARG';
				return [{ how, line: one.line, variable, source: '', value: null }];
			});
		}),
	);
}

const ENV_FILE = /(?:^|\/)\.env(?:\.(?!example|sample|template|dist|test)[\w-]+)*$/;
const KEY_FILE = /(?:^|\/)id_(?:rsa|ed25519|ecdsa|dsa)$/;
/** Worth reading when an instruction names it. */
export const SECRET_FILE =
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

/** `files` are those of the context, by path in it, with their text where it was read. */
export function copiedSecrets(
	copies: readonly NamedCopy[],
	files: ReadonlyMap<string, string | null>,
	ignoreText: string,
	key: string,
): readonly ImageSecret[] {
	return copies.flatMap(({ line, source }) => {
		if (isDockerIgnored(ignoreText, source)) return [];
		const names = source.includes('*') ? [...files.keys()].filter((one) => fits(source, one)) : [source];
		return names.flatMap((name) => {
			const text = files.get(name);
			if (text === undefined) return absent(source, name, line);
			if (text === null) return [];
			const found = secretsIn(text, natureOf(name, text)).filter(
				(match) => !isPublishable(match) && !isAllowed(text, match),
			);
			return found.slice(0, 20).map(
				(match): ImageSecret => ({
					how: 'COPY',
					line,
					variable: '',
					source: name,
					value: shown(match, key),
				}),
			);
		});
	});
}

/** A file that only the machine which builds has: its name tells what it holds. */
function absent(source: string, name: string, line: number): readonly ImageSecret[] {
	const tells = !source.includes('*') && (ENV_FILE.test(name) || KEY_FILE.test(name));
	return tells ? [{ how: 'COPY', line, variable: '', source: name, value: null }] : [];
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

import {
	controlInWords,
	type Evidence,
	isExposed,
	type Judgement,
	type Probed,
	type Probes,
} from '../../src/sdk.ts';
import { unseenPaths } from './_probed-paths.ts';

/** What the wording of a file that can be downloaded needs. */
export interface FoundFile {
	readonly url: string;
	readonly path: string;
	/** For people: `a zip archive`. */
	readonly what: string;
	/** Names of the secrets in it; values are never told. */
	readonly names: readonly string[];
	/** Characters of their values, in the same order. */
	readonly lengths: readonly number[];
	readonly control: string;
}

interface Recognised {
	readonly what: string;
	readonly secrets?: readonly { readonly name: string; readonly length: number }[];
}

/** Every path that gave what `recognise` knows, and no random path did. */
export function foundFiles<R extends Recognised>(
	{ controls, paths }: Probes,
	recognise: (path: string, bytes: string) => R | null,
	mayBeHtml: (path: string) => boolean = () => false,
): readonly { readonly told: FoundFile; readonly seen: R }[] {
	return paths.flatMap((one) => {
		const matches = (bytes: string) => recognise(one.path, bytes) !== null;
		const isThere = isExposed(one, controls, matches, { html: mayBeHtml(one.path) });
		const seen = isThere ? recognise(one.path, one.bytes) : null;
		return seen === null ? [] : [{ told: toldOf(one, seen, controls), seen }];
	});
}

function toldOf(one: Probed, { what, secrets = [] }: Recognised, controls: Probes['controls']) {
	return {
		url: one.url,
		path: one.path,
		what,
		names: secrets.map(({ name }) => name),
		lengths: secrets.map(({ length }) => length),
		control: controlInWords(controls, one),
	};
}

/** What was found, with what could not be looked at; the pass where there is neither. */
export function concluded<K extends string, P extends string>(
	found: readonly Judgement<K>[],
	probes: Pick<Probes, 'paths'>,
	pass: () => Judgement<P>,
): readonly Judgement<K | P>[] {
	const unseen = unseenPaths(probes);
	if (unseen !== null) return [...found, unseen];
	return found.length > 0 ? found : [pass()];
}

export const controlOf = (a: { readonly control: string }): string => a.control;

export function evidenceOf(a: FoundFile): readonly Evidence[] {
	const detail = a.names.length === 0 ? a.what : secretsInWords(a);
	return [
		{ kind: 'http', summary: `GET ${a.url}: ${a.what}`, detail },
		{ kind: 'control', summary: 'random paths', detail: a.control },
	];
}

/** Names with lengths, the first dozen. */
export function secretsInWords({ names, lengths }: Pick<FoundFile, 'names' | 'lengths'>): string {
	const shown = names.slice(0, 12).map((name, i) => `${name}, ${lengths[i] ?? 0} characters`);
	const more = names.length - shown.length;
	return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** The step that replaces what was seen, by name where it has one. */
export function rotateStep(a: Pick<FoundFile, 'names' | 'lengths'>, otherwise: string): string {
	return a.names.length === 0
		? otherwise
		: `Replace (rotate): ${secretsInWords(a)}. Deleting the file does not make anybody forget it.`;
}

export const LOOK_AT_LOG = 'Search the access log for the file’s path, to learn who has taken it.';

/** Shows the status, size and kind of what is given, and nothing of what is in it. */
export function reproduceOf({ url }: { readonly url: string }): string {
	return `curl -sS -o /dev/null -w '%{http_code} %{size_download} %{content_type}\\n' ${url}`;
}

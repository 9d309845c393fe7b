import { envFileSort, readEnvFile } from '../secret-formats/env-file.ts';
import { fingerprintOfValue } from './secret-fingerprint.ts';
import { foundSecret } from './secret-found.ts';
import { isAllowed, lineCounter, redactedLine, variableBefore } from './secret-lines.ts';
import { matchesInFile } from './secret-matches.ts';
import { placeOf } from './secret-place.ts';
import type { FoundSecret } from './secret-sighting.ts';
import { textOfBytes } from './secret-text.ts';

/** What a blob holds where it stands at a path. No raw value is in it. */
export interface BlobReading {
	/** With the one place each. */
	readonly secrets: readonly (FoundSecret & { readonly identity: string })[];
	/** Variables of an env file whose values somebody uses; empty for any other file. */
	readonly variables: readonly string[];
	/** What a comment allows. */
	readonly allowed: readonly { readonly line: number; readonly identity: string }[];
	/** There were more than the limits take. */
	readonly cut: boolean;
}

/** As the same file would be read in the working tree, and tracked. */
export function blobReading(bytes: Buffer, path: string, key: string): BlobReading {
	const text = textOfBytes(bytes);
	const place = placeOf({ path, tracked: true, ignored: false });
	if (text === null || place === null) {
		return { secrets: [], variables: [], allowed: [], cut: false };
	}
	let cut = false;
	const matches = matchesInFile(text, { path, place }, () => {
		cut = true;
	});
	const secrets: BlobReading['secrets'][number][] = [];
	const allowed: BlobReading['allowed'][number][] = [];
	const lineOf = lineCounter(text);
	for (const match of matches) {
		const line = lineOf(match.start);
		const identity = fingerprintOfValue(key, match.value);
		if (isAllowed(text, match)) {
			allowed.push({ line, identity });
			continue;
		}
		const sighting = { file: path, line, place, text: redactedLine(text, match, matches) };
		const variable = variableBefore(text, match);
		const about = { key, variable, inProduction: false, places: [sighting] };
		secrets.push({ ...foundSecret(match, about), identity });
	}
	const isEnv = place !== 'fixture' && place !== 'docs' && envFileSort(path) === 'env';
	const variables = isEnv ? readEnvFile(text).real.map(({ name }) => name) : [];
	return { secrets, variables: [...new Set(variables)], allowed, cut };
}

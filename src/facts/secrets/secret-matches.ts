import { formatSecrets } from '../secret-formats/format-secrets.ts';
import type { Match } from './secret-match.ts';
import { natureOf, type SecretPlace } from './secret-place.ts';
import { apart, secretsIn } from './secret-scan.ts';

/** The secrets in a file: those that rules know, and those that only the reader of its format sees. */
export function matchesInFile(
	text: string,
	{ path, place }: { readonly path: string; readonly place: SecretPlace },
	onCut: () => void,
): readonly Match[] {
	const plain = secretsIn(text, natureOf(path, text), onCut);
	// Test data and examples have the form of everything, and hold nothing.
	const known = place === 'fixture' || place === 'docs' ? [] : formatSecrets(path, text);
	return known.length === 0 ? plain : apart([...plain, ...known]);
}

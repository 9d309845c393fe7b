/** X-Frame-Options of one answer, as browsers read it. */
export type FrameOptions =
	| { readonly kind: 'absent' }
	| { readonly kind: 'policy'; readonly value: 'deny' | 'sameorigin' }
	| {
			readonly kind: 'invalid';
			readonly problem: string;
			/** Browsers then refuse every frame: several fields that contradict each other. */
			readonly blocksAll: boolean;
	  };

const KNOWN = ['deny', 'sameorigin', 'allowall'];

/**
 * RFC 7034 §2 with the HTML standard's "checking a navigation response's adherence to X-Frame-Options":
 * equal fields count once, fields that contradict each other block every frame, and a value that is
 * neither DENY nor SAMEORIGIN allows every frame. Stricter than HTML in one point: a comma inside one
 * field, which the grammar of RFC 7034 does not have, is a fault even where both sides agree.
 */
export function readFrameOptions(fields: readonly string[]): FrameOptions {
	if (fields.length === 0) return { kind: 'absent' };
	const values = [...new Set(fields.flatMap((field) => field.split(',').map(plain)))];
	const [first = ''] = values;
	if (values.length > 1) {
		const blocksAll = values.some((value) => KNOWN.includes(value));
		const problem = `it says ${values.map((value) => `"${value}"`).join(' and ')}`;
		return { kind: 'invalid', problem, blocksAll };
	}
	if (fields.some((field) => field.includes(','))) {
		return invalid('it has a comma, which the header’s grammar does not know');
	}
	if (first === 'deny' || first === 'sameorigin') return { kind: 'policy', value: first };
	if (/^allow-from\b/.test(first)) return invalid('ALLOW-FROM was given up by every browser');
	if (first === 'allowall') return invalid('ALLOWALL is no value of the standard');
	return invalid(first === '' ? 'it is empty' : `"${first.slice(0, 60)}" is no value of it`);
}

function invalid(problem: string): FrameOptions {
	return { kind: 'invalid', problem, blocksAll: false };
}

function plain(value: string): string {
	return value.replaceAll(/^[\t ]+|[\t ]+$/g, '').toLowerCase();
}

import type { SecretRule } from '../../../src/facts/secrets/secret-rule.ts';

/** The same numbers every time: mulberry32. */
export function seeded(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

const B62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export function random62(length: number, random: () => number): string {
	return Array.from({ length }, () => B62[Math.floor(random() * 62)]).join('');
}

/** A token of every shape that a rule has, checksums right; made here so that no file holds one. */
export function samplesOf(rule: SecretRule, random: () => number): readonly string[] {
	return rule.templates.map((template) => {
		// A token that only its name gives away must have a digit; nearly all have.
		let token = template.sample(random);
		while (rule.names.length > 0 && !/\d/.test(token)) token = template.sample(random);
		return sealed(rule, token);
	});
}

/** A line that gives a token to a name, the provider's where only that gives it away. */
export function givenTo(rule: SecretRule, token: string): string {
	const [name] = rule.names;
	if (name === undefined) return `const value = "${token}";\n`;
	return `${name.replace(/[^\w:]/g, '')}_key="${token}"\n`;
}

function sealed({ seal }: SecretRule, token: string): string {
	if (seal === null) return token;
	const before = token.slice(0, -seal.width);
	return before + (seal.endings(before)[0] ?? '');
}

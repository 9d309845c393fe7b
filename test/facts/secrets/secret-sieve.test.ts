import { describe, expect, test } from 'vitest';
import { natureOfAny } from '../../../src/facts/secrets/secret-place.ts';
import { SECRET_RULES, sifterOf } from '../../../src/facts/secrets/secret-scan.ts';
import { newSieve } from '../../../src/facts/secrets/secret-sieve.ts';
import { givenTo, random62, samplesOf, seeded } from './secret-samples.ts';

const random = seeded(2026);
const stripe = () => `sk_${'live'}_${random62(24, random)}`;

/** Lines as in source code, without anything that is secret. */
function linesOf(count: number): string[] {
	const word = () => 'abcdefghijklmnop'.slice(0, 2 + Math.floor(random() * 12));
	return Array.from({ length: count }, () => {
		const line = `\tconst ${word()} = ${word()}(${word()}.${word()}, ${Math.floor(random() * 99)});`;
		return random() < 0.1 ? '' : line;
	});
}

/** What a sieve says of these texts, one after the other. */
function heldOf(texts: readonly (string | Buffer)[], remembered?: number): readonly number[] {
	const parts = texts.map((text) => Buffer.from(text));
	let end = 0;
	const spans = parts.map(({ length }) => {
		end += length;
		return { start: end - length, end };
	});
	return newSieve(remembered).through(Buffer.concat(parts), spans).held;
}

const sifter = sifterOf([]);
const holds = (text: string): boolean => sifter.mayHold(text, natureOfAny(text));

describe('versions of a file', () => {
	test('a key in any later version is seen, wherever it is and whatever else changes', () => {
		for (let round = 0; round < 150; round++) {
			const lines = linesOf(120 + Math.floor(random() * 200));
			const versions: string[] = [lines.join('\n')];
			for (let version = 0; version < 4; version++) {
				for (let edit = 0; edit < 1 + Math.floor(random() * 5); edit++) {
					const at = Math.floor(random() * lines.length);
					lines.splice(at, random() < 0.5 ? 2 : 0, ...linesOf(Math.floor(random() * 3)));
				}
				versions.push(lines.join('\n'));
			}
			lines.splice(Math.floor(random() * lines.length), 0, `key: '${stripe()}'`);
			expect(heldOf([...versions, lines.join('\n')]), `round ${round}`).toEqual([5]);
		}
	});

	test('a secret of which one part was there and the other comes later is seen', () => {
		const samples = SECRET_RULES.flatMap((rule) =>
			samplesOf(rule, random).map((token) => givenTo(rule, token).trimEnd()),
		);
		let tried = 0;
		for (const sample of samples) {
			const lines = linesOf(200);
			const at = Math.floor(random() * lines.length);
			const cut = 1 + Math.floor(random() * (sample.length - 1));
			const half = random() < 0.5 ? sample.slice(0, cut) : sample.slice(cut);
			const before = lines.toSpliced(at, 0, half).join('\n');
			const after = lines.toSpliced(at, 0, sample).join('\n');
			if (holds(before) || !holds(after)) continue;
			tried++;
			expect(heldOf([before, after]), sample.slice(0, 20)).toEqual([1]);
		}
		expect(tried).toBeGreaterThan(150);
	});

	test('what stood apart and meets when lines between are taken out is seen', () => {
		const lines = linesOf(300);
		const value = random62(40, random);
		const [name, given] = ['JWT_SECRET =', `  '${value}'`];
		const before = [...lines.slice(0, 150), name, ...linesOf(40), given, ...lines.slice(150)];
		const after = [...lines.slice(0, 150), `${name}${given}`, ...lines.slice(150)];
		expect(holds(before.join('\n'))).toBe(false);
		expect(heldOf([before.join('\n'), after.join('\n')])).toEqual([1]);
	});

	test('a long value that changes in one character is read whole', () => {
		const claims = Buffer.from(
			JSON.stringify({ role: 'service_role', iss: 'supabase', pad: random62(2_400, random) }),
		).toString('base64url');
		const head = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
		const lines = linesOf(400);
		const token = `${head}.${claims}.${random62(43, random)}`;
		const text = (one: string) => lines.toSpliced(200, 0, `const a = '${one}';`).join('\n');
		expect(holds(text(token))).toBe(true);
		expect(holds(text(token.replace('.', '!')))).toBe(false);
		expect(heldOf([text(token.replace('.', '!')), text(token)])).toEqual([1]);
	});

	test('a private key that gets its last line is read whole', () => {
		const key = ['-----BEGIN', ' PRIVATE KEY-----\n'].join('');
		const body = Array.from({ length: 60 }, () => random62(64, random)).join('\n');
		const lines = linesOf(300).join('\n');
		const texts = [`${lines}\n${key}${body}\n${lines}`, `${lines}\n${key}${body}x\n${lines}`];
		expect(heldOf(texts)).toEqual(texts.flatMap((text, at) => (holds(text) ? at : [])));
	});

	test('a small memory forgets, and misses nothing', () => {
		const files = Array.from({ length: 40 }, () => linesOf(150));
		const texts: string[] = [];
		const secret: number[] = [];
		for (let step = 0; step < 400; step++) {
			const lines = files[Math.floor(random() * files.length)] as string[];
			lines.splice(Math.floor(random() * lines.length), 1, ...linesOf(1));
			const isSecret = random() < 0.1;
			if (isSecret) secret.push(step);
			texts.push((isSecret ? lines.toSpliced(50, 0, `'${stripe()}'`) : lines).join('\n'));
		}
		for (const memory of [0, 20_000, 100_000, 1_000_000]) {
			expect(heldOf(texts, memory), `${memory} bytes`).toEqual(secret);
		}
	});
});

test('words of known formats are seen, and binaries are counted', () => {
	const binary = Buffer.concat([Buffer.from([0, 1]), Buffer.from(stripe())]);
	const sieved = newSieve().through(Buffer.concat([binary, Buffer.from('kind: Secret\n')]), [
		{ start: 0, end: binary.length },
		{ start: binary.length, end: binary.length + 13 },
	]);
	expect(sieved).toEqual({ held: [1], binary: 1 });
});

/**
 * Fits the model of src/facts/secrets/secret-randomness.ts and writes its weights. What is written by
 * people comes from the names and the strings of the installed packages; what is generated is made here.
 * The same packages give the same weights. Every fifth package, and values of another seed, are held
 * out and measured.
 *
 * npm run build && node test/training/train-randomness.js
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const built = process.env.BUILT ?? path.join(root, 'dist');
const { shapeOf, trigramsIn } = await import(
	path.join(built, 'src/facts/secrets/secret-randomness.js')
);

const LEVELS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-';
const LEVEL = 0.15;
const SYMBOLS = 38;
const MOST_OF_PACKAGE = 6_000;
const ROUNDS = 400;

/** mulberry32 */
function seeded(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
	};
}

/** Names, keys and strings as people write them; digests and encoded data are not. */
function* writtenIn(text) {
	for (const [, quoted, name] of text.matchAll(
		/["'`]([^"'`\\\n]{6,80})["'`]|\b([A-Za-z_$][\w$-]{7,60})\b/g,
	)) {
		const value = (quoted ?? name).trim();
		if (value.length < 6 || /[^\x21-\x7e]/.test(value)) continue;
		if (/^[0-9a-f-]{16,}$/i.test(value) || /^(?:sha\d+|data:|[A-Za-z0-9+/]{40,}=*$)/.test(value))
			continue;
		// Escapes cut in two, and tables packed into strings.
		if (/u[0-9a-f]{4}|[A-Z0-9+/]{12,}[a-z]|[&;,|~`]/.test(value)) continue;
		yield value;
	}
}

function writtenByPackage(folder) {
	const values = { train: new Set(), test: new Set() };
	for (const [index, name] of packagesIn(folder).entries()) {
		const into = index % 5 === 0 ? values.test : values.train;
		const limit = into.size + MOST_OF_PACKAGE;
		for (const value of writtenInFolder(path.join(folder, name))) {
			if (into.size >= limit) break;
			into.add(value);
		}
	}
	for (const value of values.train) values.test.delete(value);
	return { train: [...values.train], test: [...values.test] };
}

function packagesIn(folder) {
	const inScope = (name) => readdirSync(path.join(folder, name)).map((inner) => `${name}/${inner}`);
	return readdirSync(folder)
		.flatMap((name) => (name.startsWith('@') ? inScope(name) : [name]))
		.filter((name) => !name.startsWith('.'))
		.sort();
}

function* writtenInFolder(folder) {
	for (const file of filesIn(folder)) {
		yield* writtenIn(readFileSync(file, 'latin1').slice(0, 60_000));
	}
}

function filesIn(folder) {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((file) => file.isFile() && /\.(?:[cm]?js|ts|json|ya?ml|md)$/.test(file.name))
		.filter((file) => !/\.min\.|\.map$/.test(file.name))
		.map((file) => path.join(file.parentPath ?? file.path, file.name))
		.sort();
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const DIGITS = '0123456789';
const ALPHABETS = [
	`${DIGITS}abcdef`,
	DIGITS + LOWER,
	DIGITS + LOWER + LOWER.toUpperCase(),
	`${DIGITS}${LOWER}${LOWER.toUpperCase()}-_`,
	`${DIGITS}${LOWER}${LOWER.toUpperCase()}+/`,
	`${LOWER.toUpperCase()}234567`,
	LOWER + LOWER.toUpperCase(),
	`${DIGITS}${LOWER}${LOWER.toUpperCase()}!@#$%^&*`,
];
const LENGTHS = [10, 12, 16, 20, 22, 24, 32, 32, 40, 43, 48, 64];

/** Keys, and the passwords that people make of a word by swapping letters and adding signs. */
function generated(count, seed, words) {
	const random = seeded(seed);
	const pick = (list) => list[Math.floor(random() * list.length)];
	const made = new Set();
	while (made.size < count) {
		if (random() < 0.2) made.add(passwordFrom(pick(words), random, pick));
		else {
			const alphabet = pick(ALPHABETS);
			made.add(Array.from({ length: pick(LENGTHS) }, () => pick(alphabet)).join(''));
		}
	}
	return [...made];
}

function passwordFrom(word, random, pick) {
	const swaps = { a: '@4', e: '3', i: '1!', o: '0', s: '$5', t: '7' };
	const swapped = Array.from(word, (letter) =>
		letter in swaps && random() < 0.4 ? pick(swaps[letter]) : letter,
	).join('');
	const number = String(Math.floor(random() * 9_900) + 100);
	const upper = swapped.charAt(0).toUpperCase() + swapped.slice(1);
	return `${upper}${pick('!@#$%&*')}${number}${random() < 0.5 ? pick('!@#$%&*') : ''}`;
}

/** Naive Bayes: how much more often generators write a trigram than people do, in `LEVELS`. */
function trigramLevels(positives, negatives) {
	const count = (values) => {
		const counts = new Float64Array(SYMBOLS ** 3).fill(0.5);
		for (const value of values) for (const trigram of trigramsIn(value)) counts[trigram]++;
		const all = counts.reduce((sum, one) => sum + one, 0);
		return counts.map((one) => one / all);
	};
	const [random, written] = [count(positives), count(negatives)];
	return Array.from(random, (share, trigram) => {
		const level = Math.round(Math.log(share / written[trigram]) / LEVEL);
		return Math.max(-32, Math.min(31, level));
	});
}

const traitsBy = (levels) => (value) => {
	const trigrams = trigramsIn(value);
	const sum = trigrams.reduce((total, trigram) => total + levels[trigram] * LEVEL, 0);
	return [sum / Math.max(1, trigrams.length), ...shapeOf(value)];
};

const scoreBy = (weights, bias) => (traits) =>
	traits.reduce((sum, trait, index) => sum + trait * weights[index], bias);

/** Gradient descent with momentum; the two sorts weigh the same, whatever their numbers. */
function fitted(positives, negatives) {
	const rows = [
		...positives.map((traits) => ({ traits, label: 1, weight: 0.5 / positives.length })),
		...negatives.map((traits) => ({ traits, label: 0, weight: 0.5 / negatives.length })),
	];
	const width = rows[0].traits.length;
	const weights = new Array(width).fill(0);
	const speed = new Array(width).fill(0);
	let bias = 0;
	let biasSpeed = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const score = scoreBy(weights, bias);
		const slope = new Array(width).fill(0);
		let biasSlope = 0;
		for (const { traits, label, weight } of rows) {
			const miss = weight * (1 / (1 + Math.exp(-score(traits))) - label);
			biasSlope += miss;
			for (let index = 0; index < width; index++) slope[index] += miss * traits[index];
		}
		biasSpeed = 0.9 * biasSpeed - 0.5 * biasSlope;
		bias += biasSpeed;
		for (let index = 0; index < width; index++) {
			speed[index] = 0.9 * speed[index] - 0.5 * (slope[index] + 1e-4 * weights[index]);
			weights[index] += speed[index];
		}
	}
	return { weights: weights.map((one) => Number(one.toFixed(3))), bias: Number(bias.toFixed(3)) };
}

/** Area under the curve of true against false positives; F1 at the threshold. */
function measured(positives, negatives, threshold = 0) {
	const all = [
		...positives.map((score) => [score, 1]),
		...negatives.map((score) => [score, 0]),
	].sort((a, b) => a[0] - b[0]);
	let below = 0;
	let wins = 0;
	for (const [, label] of all) {
		if (label === 0) below++;
		else wins += below;
	}
	const right = positives.filter((score) => score > threshold).length;
	const wrong = negatives.filter((score) => score > threshold).length;
	const precision = right / (right + wrong);
	const recall = right / positives.length;
	return {
		auc: wins / (positives.length * negatives.length),
		f1: (2 * precision * recall) / (precision + recall),
		recall,
		falseAlarms: wrong / negatives.length,
	};
}

const written = writtenByPackage(path.join(root, 'node_modules'));
const words = (values) => values.filter((value) => /^[a-z]{5,10}$/.test(value));
const made = {
	train: generated(Math.round(written.train.length / 4), 1, words(written.train)),
	test: generated(Math.round(written.test.length / 4), 2, words(written.test)),
};
const levels = trigramLevels(made.train, written.train);
const traits = traitsBy(levels);
const { weights, bias } = fitted(made.train.map(traits), written.train.map(traits));
const score = (value) => scoreBy(weights, bias)(traits(value));

const rows = levels.map((level) => LEVELS.charAt(level + 32)).join('');
const lines = rows.match(/.{1,86}/g).map((line) => `\t\t'${line}'`);
writeFileSync(
	path.join(root, 'src/facts/secrets/secret-trigrams.ts'),
	[
		'/** Made by test/training/train-randomness.js: how much more often generators write each trigram. */',
		`export const TRIGRAMS =\n${lines.map((line) => line.trim()).join(' +\n\t')};`,
		'',
		'/** For the mean of the trigrams and then each trait of the shape. */',
		`export const WEIGHTS: readonly number[] = [${weights.join(', ')}];`,
		`export const BIAS = ${bias};`,
		'',
	].join('\n'),
);
const print = createHash('sha256').update(rows).digest('hex').slice(0, 12);
process.stdout.write(
	`${written.train.length} written and ${made.train.length} made to learn, ${written.test.length} and ${made.test.length} held out; trigrams ${print}\n`,
);
const { auc, f1, recall, falseAlarms } = measured(made.test.map(score), written.test.map(score));
process.stdout.write(`held out: ${JSON.stringify({ auc, f1, recall, falseAlarms })}\n`);

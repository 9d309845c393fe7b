import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import type { SecretRule } from '../../src/facts/secrets/secret-rule.ts';
import { PROVIDER_RULES } from '../../src/facts/secrets/secret-rules.ts';
import { givenTo, random62, samplesOf, seeded } from '../facts/secrets/secret-samples.ts';
import { launch } from './launch.ts';

const random = seeded(200);
/** Those whose random samples could be real: no structure that a generator of letters misses. */
const RULES = PROVIDER_RULES.filter(
	({ tier, pair, check, serverOnly }) =>
		tier === 'server' && pair === null && check === null && serverOnly === null,
);
const run = promisify(execFile);

let folder: string;
/** Where each value was put, as `file:line`. */
const planted: string[] = [];

const git = (...args: string[]) =>
	run('git', ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.test', ...args], {
		cwd: folder,
	});

/** A line with a value of the next rule; every rule has its turn. */
let turn = 0;
function leak(): string {
	const rule = RULES[turn++ % RULES.length] as SecretRule;
	const samples = samplesOf(rule, random);
	return givenTo(rule, samples[turn % samples.length] as string);
}

/** A file of code, in which each value stands on a line of its own. */
function leaking(file: string, count: number, between: () => string): string {
	let text = '';
	for (let index = 0; index < count; index++) {
		text += between();
		planted.push(`${file}:${text.split('\n').length}`);
		text += leak();
	}
	return text + between();
}

const CODE = () =>
	`export function total${random62(6, random)}(items) {\n\treturn items.reduce((sum, item) => sum + item.price, 0);\n}\n`;
const BUNDLE = () =>
	`(()=>{"use strict";var e={412:(e,t,n)=>{n.d(t,{Z:()=>o});var r=n(294),i=n(997);function o(e){return(0,i.jsx)("div",{className:e.c})}}};})();\n`.repeat(
		40,
	);

async function put(file: string, content: string | Buffer): Promise<void> {
	const at = path.join(folder, file);
	await mkdir(path.dirname(at), { recursive: true });
	await writeFile(at, content);
}

async function commit(message: string): Promise<void> {
	await git('add', '-A');
	await git('commit', '-qm', message);
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'planted-'));
	await git('init', '-q', '-b', 'main');
	for (let index = 0; index < 45; index++) {
		const file = `src/part-${index}/module.${['js', 'ts', 'py'][index % 3]}`;
		await put(file, leaking(file, 2, CODE));
	}
	const prose = () => CODE().repeat(4_000);
	await put('src/generated/everything.js', leaking('src/generated/everything.js', 30, prose));
	const wide = leaking('config/settings.ini', 20, () => '; a note\n');
	await put('config/settings.ini', Buffer.from(`\ufeff${wide}`, 'utf16le'));
	await put('dist/assets/app.min.js', leaking('dist/assets/app.min.js', 20, BUNDLE));
	await commit('Everything');
	for (let index = 0; index < 25; index++) {
		await put(`old/file-${index}.rb`, leaking(`old/file-${index}.rb`, 1, CODE));
		await commit(`Add file ${index}`);
	}
	await rm(path.join(folder, 'old'), { recursive: true });
	await commit('Nobody will ever know');
	await put('src/part-0/scratch.go', leaking('src/part-0/scratch.go', 15, CODE));
	await git('add', '-A');
	await git('stash', '-q');
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

it('200 values in tree, history, stash, a big file, UTF-16 and a bundle are found once each, and nothing else is', async () => {
	const { stdout } = await launch(['secrets', folder, '--history', '--format', 'json']);
	const { risks, findings } = JSON.parse(stdout) as Report;
	const places = risks
		.filter(({ severity }) => severity !== 'info')
		.map(({ findings: [first] }) => {
			const one = findings.find(({ fingerprint }) => fingerprint === first);
			return `${one?.subject.file}:${one?.subject.line}`;
		});
	expect(planted).toHaveLength(200);
	expect(places.toSorted()).toEqual(planted.toSorted());
});

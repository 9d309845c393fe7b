import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Fact, type FactRef, known, unknown } from '../../../src/core/fact.ts';
import type { HttpAnswered, HttpOutcome } from '../../../src/core/io.ts';
import {
	exposureProbes,
	isExposed,
	type Probes,
	twinPath,
} from '../../../src/facts/exposure/exposure-probe.ts';

it.each([
	['/.env', '/.lr-00'],
	['/.env.local', '/.lr-00.local'],
	['/api/.env.bak', '/api/.lr-00.bak'],
	['/.git/config', '/.git/lr-00'],
	['/backup.sql.gz', '/lr-00.sql.gz'],
	['/shop.example.com.zip', '/lr-00.example.com.zip'],
	['/wp-config.php~', '/lr-00.php~'],
	['/.zip', '/lr-00.zip'],
	['/CVS/Entries', '/CVS/lr-00'],
	['/uploads/', '/uploads/lr-00'],
])('the twin of %s is %s', (path, twin) => {
	expect(twinPath(path, '00')).toBe(twin);
});

it('has a twin for every path, and never the path itself', () => {
	fc.assert(
		fc.property(fc.string(), (text) => {
			const path = `/${text}`;
			const twin = twinPath(path, '0123456789abcdef');
			expect(twin.startsWith('/')).toBe(true);
			expect(twin).toContain('lr-0123456789abcdef');
		}),
	);
});

// ── A host that answers as a function says ───────────────────────────────────────────────────────

type Reply = Partial<Pick<HttpAnswered, 'status' | 'headers'>> & {
	readonly body?: string;
	readonly tookMs?: number;
};

const PATHS = Array.from({ length: 20 }, (_, n) => `/file-${n}.txt`);

async function probed(reply: (path: string) => Reply | HttpOutcome | null, paths = PATHS) {
	const asked: string[] = [];
	const ref = exposureProbes({ host: 'shop.test', seed: '00', paths, atOnce: 4 });
	if (ref.source.kind !== 'derivation') throw new Error('not a derivation');
	const get = async <T>(one: FactRef<T>): Promise<Fact<T>> => {
		const { pathname } = new URL((one.params as { url: string }).url);
		asked.push(pathname);
		const said = pathname === '/' ? {} : reply(pathname);
		if (said === null) return unknown('budget', 'no more requests') as Fact<T>;
		return known('kind' in said ? said : answered(said)) as Fact<T>;
	};
	const fact = (await ref.source.derive(ref.params as never, get)) as Fact<Probes>;
	return { fact, asked };
}

function answered({ status = 404, headers = [], body = '', tookMs = 1 }: Reply): HttpAnswered {
	return {
		kind: 'answered',
		status,
		headers,
		body: { bytes: body, truncated: false, sha256: `of ${body}` },
		address: '203.0.113.10',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 1, download: tookMs },
	};
}

const SILENT: HttpOutcome = {
	kind: 'failed',
	how: 'silent',
	phase: 'request',
	detail: 'no answer in time',
	address: null,
};

const isControl = (path: string) => path.includes('lr-00');

it('asks three random paths, then each path once', async () => {
	const { fact, asked } = await probed(() => ({}));
	expect(fact.status).toBe('known');
	expect(asked).toEqual(['/', '/lr-00', '/lr-00.php', '/.lr-00', ...PATHS]);
});

it('asks no more of a server that keeps silent, or that never ends its answers', async () => {
	for (const slow of [SILENT, { status: 200, body: 'a', tookMs: 9_500 }]) {
		const { fact, asked } = await probed((path) => (isControl(path) ? {} : slow));
		expect(asked.filter((path) => path.startsWith('/file-')).length).toBeLessThanOrEqual(8);
		const unseen =
			fact.status === 'known' ? fact.value.paths.map((one) => one.unseen?.because) : [];
		expect(unseen.at(-1)).toBe('timeout');
	}
	const { fact } = await probed(() => ({ status: 200, body: 'a', tookMs: 9_500 }));
	expect(fact).toMatchObject({ status: 'unknown', because: 'timeout' });
});

it('asks no more after the first 429, and says nothing where our budget ends', async () => {
	const busy = await probed((path) => (isControl(path) ? {} : { status: 429 }));
	expect(busy.asked.filter((path) => path.startsWith('/file-')).length).toBeLessThanOrEqual(4);
	const spent = await probed((path) => (isControl(path) ? {} : null));
	expect(spent.fact).toMatchObject({
		status: 'known',
		value: { paths: PATHS.map(() => ({ unseen: { because: 'budget' } })) },
	});
});

it.each([
	['a refusal of everything', { status: 403, body: 'Forbidden' }, 'unknown'],
	['a sign-in for everything', { status: 401 }, 'unknown'],
	[
		'what S3 says of nothing',
		{ status: 403, body: '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>' },
		'known',
	],
	[
		'what API Gateway says of nothing',
		{ status: 403, body: '{"message":"Missing Authentication Token"}' },
		'known',
	],
])('%s is %s', async (_, reply, status) => {
	expect((await probed(() => reply)).fact.status).toBe(status);
});

it('asks for a twin of what may be a file, and takes no exposure from a server that has both', async () => {
	const body = (path: string) => ({ status: 200, body: `${path} KEY=1` });
	const seen = async (twin: Reply) => {
		const { fact, asked } = await probed(
			(path) => (path === '/a.env' ? body(path) : path === '/lr-00.env' ? twin : {}),
			['/a.env', '/b.env'],
		);
		if (fact.status !== 'known') throw new Error(fact.detail);
		const [first] = fact.value.paths;
		if (first === undefined) throw new Error('no path');
		expect(asked.filter((path) => path === '/lr-00.env')).toHaveLength(1);
		return isExposed(first, fact.value.controls, (bytes) => bytes.includes('KEY='));
	};
	expect(await seen({})).toBe(true);
	expect(await seen(body('/lr-00.env'))).toBe(false);
	expect(await seen({ status: 200, body: '/a.env KEY=1' })).toBe(false);
	expect(await seen({ status: 200, body: 'nothing of the kind' })).toBe(true);
});

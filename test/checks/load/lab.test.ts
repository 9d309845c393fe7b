import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { auditLoad } from '../../../src/load-audit.ts';
import { BRIEF, idsIn, listen, loadServed, soon } from './served.ts';

/** Two people, and a sign-in that gives each a token. */
const ACCOUNTS = JSON.stringify([
	{ email: 'ann@shop.test', password: 'first-secret' },
	{ email: 'joann@shop.test', password: 'second-secret' },
]);
const SCENARIO = {
	testAccounts: true as const,
	accounts: 'LOAD_ACCOUNTS',
	take: { token: 'data.token' },
	marker: `\${account.email}`,
};

function scenarioAt(port: number) {
	const json = { 'Content-Type': 'application/json' };
	const body = `{"email":"\${account.email}","password":"\${account.password}"}`;
	const bearer = { Authorization: `Bearer \${taken.token}` };
	return {
		...SCENARIO,
		login: { url: `http://127.0.0.1:${port}/login`, headers: json, body },
		action: { url: `http://127.0.0.1:${port}/me`, headers: bearer },
	};
}

/** `answer` is told who asks, and gives whose page is shown, or `null` for an error. */
async function shop(answer: (who: string) => Promise<string | null>): Promise<number> {
	const server = createServer((request, response) => {
		if (request.url === '/login') {
			void bodyOf(request).then((text) => {
				const { email, password } = JSON.parse(text);
				response.statusCode = String(password).endsWith('-secret') ? 200 : 401;
				response.end(JSON.stringify({ data: { token: `token-of-${email}` } }));
			});
			return;
		}
		const [, who = ''] = /^Bearer token-of-(.*)$/.exec(request.headers.authorization ?? '') ?? [];
		void answer(who).then((shown) => {
			response.statusCode = shown === null ? 500 : 200;
			response.end(JSON.stringify({ email: shown }));
		});
	});
	return listen(server);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
	let text = '';
	for await (const chunk of request) text += chunk;
	return text;
}

const asked = { ...BRIEF, urls: [], users: 12, thinkSeconds: 0.3 };
const env = { LOAD_ACCOUNTS: ACCOUNTS };

/** Before the load, one user has made 16 requests to warm up and these. */
const ALONE = 24;
const isLoad = (requests: number) => requests > 16 + ALONE + 5;

/** Beside each other, as long as that takes; a busy machine spoils the figures: another try. */
describe.concurrent('a load', { retry: 3, timeout: 60_000 }, () => {
	it('of a healthy server, by users who signed in, finds nothing and tells no secret', async () => {
		const port = await shop(async (who) => {
			await new Promise((resolve) => soon(20, () => resolve(null)));
			return who;
		});
		const report = await auditLoad({ asked, scenario: scenarioAt(port), env });
		expect(idsIn(report)).toEqual([]);
		const outcome = (check: string) => report.checks.find((one) => one.check === check)?.outcome;
		expect(outcome('load/sessions')).toBe('pass');
		expect(outcome('load/run')).toBe('pass');
		expect(JSON.stringify(report)).not.toMatch(/secret|token-of/);
		const [load] = report.loads ?? [];
		expect(load?.samples.load.status).toHaveLength(load?.requests ?? -1);
		expect(load?.oneUserAfter?.samples).toBe(ALONE);
	});

	it('of a server that mixes people up, and then fails, stops by itself', async () => {
		let current = '';
		let requests = 0;
		const port = await shop(async (who) => {
			requests += 1;
			current = who;
			await new Promise((resolve) => soon(30, () => resolve(null)));
			return isLoad(requests - 30) && requests % 3 > 0 ? null : current;
		});
		const report = await auditLoad({ asked, scenario: scenarioAt(port), env });
		expect(idsIn(report)).toEqual(
			expect.arrayContaining([
				'load/collapse/not-recovered',
				'load/errors/rate-over-budget',
				'load/errors/server-error-burst',
				'load/run/aborted',
				'load/sessions/mixed-up',
			]),
		);
		expect(report.decision.launch).toBe('NO_GO');
		expect(report.loads?.[0]?.stop.why).toMatch(/^error/);
		expect(JSON.stringify(report)).not.toContain('joann@shop.test');
		expect(requests).toBeLessThan(160);
	});

	it('of a server that loses requests, and then is gone', async () => {
		let requests = 0;
		const server = createServer((_, response) => {
			requests += 1;
			if (isLoad(requests) && requests % 14 === 0) return;
			if (requests === 100) gone();
			soon(20, () => response.end('{}'));
		});
		const gone = () => {
			server.close();
			server.closeAllConnections();
		};
		const port = await listen(server);
		const urls = [`http://127.0.0.1:${port}/`];
		const asked = { ...BRIEF, urls, holdSeconds: 4, thinkSeconds: 0.5, timeoutMs: 600 };
		const report = await auditLoad({ asked, env: {} });
		expect(idsIn(report)).toEqual(
			expect.arrayContaining(['load/errors/connection-refused', 'load/errors/timeouts']),
		);
	});

	it('of a server that wants no more is ended by it', async () => {
		let requests = 0;
		const { report } = await loadServed((_, response) => {
			requests += 1;
			if (requests > 20) response.writeHead(429, { 'Retry-After': '60' });
			response.end('{}');
		});
		const limited = report.checks.find(({ check }) => check === 'load/rate-limit');
		expect(limited).toMatchObject({ outcome: 'unknown', code: 'denied', verdicts: ['hit'] });
		expect(report.loads?.[0]?.stop.detail).toBe('it answered with 429, Retry-After: 60');
		expect(requests).toBeLessThan(26);
	});

	it('by https of a server that speaks none does not begin', async () => {
		const port = await listen(createServer());
		const urls = [`https://127.0.0.1:${port}/`];
		const report = await auditLoad({ asked: { ...BRIEF, urls }, env: {} });
		expect(idsIn(report)).toEqual(['load/errors/rate-over-budget', 'load/errors/tls-failures']);
		expect(report.loads?.[0]?.stop.why).toBe('not-begun');
	});

	it('ends within a second of the wish, with what there is until then', async () => {
		const stop = new AbortController();
		let asked = 0;
		const loading = loadServed(
			(_, response) => {
				asked += 1;
				if (asked === 60) stop.abort();
				if (asked < 55) soon(10, () => response.end('{}'));
			},
			{},
			{ signal: stop.signal },
		);
		await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
		const wished = performance.now();
		const { report } = await loading;
		expect(performance.now() - wished).toBeLessThan(1_500);
		expect(report.complete).toBe(false);
		expect(report.loads?.[0]).toMatchObject({ stop: { why: 'interrupted' }, oneUserAfter: null });
		expect(report.loads?.[0]?.requests).toBeGreaterThan(5);
	});
});

import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { EMPTY_ANSWER } from '../../src/core/empty-answer.ts';
import { Unobserved } from '../../src/core/fact.ts';
import type { TimedEndpoint, TimedSeries, TimingSample } from '../../src/core/io.ts';
import type { Dialer } from '../../src/net/dialer.ts';
import { createTiming, type TimingSettings } from '../../src/net/timing.ts';
import { closedPort, issue, listen, loopbackDialer, rawServer } from './loopback.ts';

const NO_ANSWER = {
	...EMPTY_ANSWER,
	status: 'nodata',
	server: '192.0.2.53',
	transport: 'udp',
	detail: '',
} as const;

const pace = { sequential: 2, fixed: 2, visit: 2, apart: 2, retry: 20 };

function port(dialer: Dialer = loopbackDialer(), settings: Partial<TimingSettings> = {}) {
	return createTiming(dialer, {
		userAgent: 'launch-ready/test',
		pace,
		timeoutMs: 400,
		ask: async () => NO_ANSWER,
		...settings,
	});
}

function timed(url: string, more: Partial<TimedEndpoint> = {}): TimedEndpoint {
	const usual = { method: 'GET', visit: null, samples: 20, budgetMs: 300 } as const;
	return { url, ...usual, sequential: false, ...more };
}

async function seriesOf(
	at: number,
	plan: Partial<TimedEndpoint> = {},
	settings: Partial<TimingSettings> = {},
): Promise<TimedSeries> {
	const url = `http://site.test:${at}/api`;
	const timing = port(loopbackDialer(), settings);
	const { endpoints } = await timing.series({ endpoints: [timed(url, plan)] });
	const [series] = endpoints;
	if (series === undefined) throw new Error('no series');
	expect(series.url).toBe(url);
	return series;
}

const samplesOf = async (...asked: Parameters<typeof seriesOf>): Promise<readonly TimingSample[]> =>
	(await seriesOf(...asked)).samples;

const serve = (listener: RequestListener) => listen(createHttpServer(listener));
const median = (values: readonly number[]) =>
	values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

describe('samples', () => {
	it('are as many as asked for, after four warm-ups, over one connection, by GET', async () => {
		const methods: string[] = [];
		let connections = 0;
		const server = createHttpServer((request, response) => {
			methods.push(`${request.method} ${request.headers['user-agent']}`);
			response.end('ok');
		});
		server.on('connection', () => {
			connections += 1;
		});
		const samples = await samplesOf(await listen(server));
		expect(samples).toHaveLength(20);
		expect(methods).toEqual(new Array(24).fill('GET launch-ready/test'));
		expect(connections).toBe(1);
		for (const sample of samples) {
			expect(sample).toMatchObject({
				status: 200,
				failure: '',
				newConnection: false,
				connectMs: 0,
			});
			expect(sample.firstByteMs).toBeGreaterThan(0);
			expect(sample.tookMs).toBeGreaterThanOrEqual(sample.firstByteMs);
		}
		const starts = samples.map(({ intendedMs }) => intendedMs);
		expect(starts).toEqual(starts.toSorted((a, b) => a - b));
	});

	it('measure a known delay, to the last byte', async () => {
		const at = await serve((_, response) => {
			setTimeout(() => {
				response.write('first');
				setTimeout(() => response.end('last'), 20);
			}, 40);
		});
		const samples = await samplesOf(at, { samples: 11 });
		const took = median(samples.map(({ tookMs }) => tookMs));
		const firstByte = median(samples.map(({ firstByteMs }) => firstByteMs));
		expect(firstByte).toBeGreaterThan(38);
		expect(firstByte).toBeLessThan(52);
		expect(took - firstByte).toBeGreaterThan(17);
		expect(took).toBeLessThan(80);
	});

	it('leave out the cold start, which the warm-ups take', async () => {
		let requests = 0;
		const at = await serve((_, response) => {
			requests += 1;
			setTimeout(() => response.end(), requests <= 4 ? 150 : 0);
		});
		const samples = await samplesOf(at);
		expect(Math.max(...samples.map(({ tookMs }) => tookMs))).toBeLessThan(120);
	});

	it('keep errors, redirects and slow answers: none is dropped', async () => {
		let requests = 0;
		const at = await serve((_, response) => {
			requests += 1;
			const turn = requests % 4;
			if (turn === 0) response.writeHead(500).end();
			else if (turn === 1) response.writeHead(302, { Location: '/elsewhere' }).end();
			else setTimeout(() => response.end(), turn === 2 ? 60 : 0);
		});
		const samples = await samplesOf(at);
		expect(samples).toHaveLength(20);
		expect(samples.filter(({ status }) => status === 500)).toHaveLength(5);
		expect(samples.filter(({ status }) => status === 302)).toHaveLength(5);
		expect(samples.filter(({ tookMs }) => tookMs >= 55).length).toBeGreaterThanOrEqual(5);
	});

	it('keep time-outs and broken connections as failures with status 0', async () => {
		let requests = 0;
		const at = await serve((request, response) => {
			requests += 1;
			if (requests === 8) request.socket.resetAndDestroy();
			else if (requests === 12) response.write('never ends');
			else if (requests !== 16) response.end('ok');
		});
		const samples = await samplesOf(at);
		expect(samples).toHaveLength(20);
		const failures = samples.filter(({ failure }) => failure !== '');
		expect(failures.map(({ status }) => status)).toEqual([0, 0]);
		for (const { tookMs } of failures) {
			expect(tookMs).toBeGreaterThanOrEqual(395);
			expect(tookMs).toBeLessThan(600);
		}
		// The one whose connection broke was answered on the next, and says so.
		expect(samples.filter(({ newConnection }) => newConnection)).toHaveLength(3);
	});

	it('say when the server closes after each answer, and what a connection costs', async () => {
		const site = issue('site.test');
		const server = createHttpsServer({ key: site.key, cert: site.cert }, (_, response) => {
			response.setHeader('Connection', 'close');
			response.end('ok');
		});
		const url = `https://site.test:${await listen(server)}/`;
		const { endpoints } = await port().series({
			endpoints: [timed(url, { samples: 5 })],
		});
		const samples = endpoints[0]?.samples ?? [];
		expect(samples).toHaveLength(5);
		for (const { newConnection, connectMs, status } of samples) {
			expect([newConnection, status]).toEqual([true, 200]);
			expect(connectMs).toBeGreaterThan(0);
		}
	});
});

describe('connections', () => {
	/** Answers, and closes so long after. */
	const closingAfter = (ms: number) =>
		rawServer((socket) => {
			socket.on('data', () => {
				const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
				if (ms > 0) socket.write(answer);
				else socket.end(answer);
			});
			if (ms > 0) socket.setTimeout(ms, () => socket.destroy());
		});

	it('that a server closes at once are told from those that it closes when they rest', async () => {
		const atOnce = await samplesOf(await closingAfter(0), { samples: 4 });
		for (const { newConnection, closedAfterMs } of atOnce) {
			expect(newConnection).toBe(true);
			expect(closedAfterMs).toBeLessThan(500);
		}
		const slowly = { pace: { ...pace, fixed: 1_200 } };
		const resting = await samplesOf(await closingAfter(900), { samples: 3 }, slowly);
		const reopened = resting.filter(({ newConnection }) => newConnection);
		expect(reopened.length).toBeGreaterThan(0);
		for (const { closedAfterMs } of reopened) expect(closedAfterMs).toBeGreaterThan(600);
	});

	it('of HTTP/1.0 end with each answer', async () => {
		const at = await rawServer((socket) => {
			socket.on('data', () => socket.end('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nok'));
		});
		for (const sample of await samplesOf(at, { samples: 4 })) {
			expect(sample).toMatchObject({ status: 200, bytes: 2, newConnection: true, failure: '' });
			expect(sample.closedAfterMs).toBeLessThan(500);
		}
	});

	it('of HTTP/2 alone are ours to fail', async () => {
		const at = await rawServer((socket) => {
			socket.on('data', () => socket.write(Buffer.of(0, 0, 0, 4, 0, 0, 0, 0, 0)));
		});
		for (const sample of await samplesOf(at)) {
			expect(sample).toMatchObject({
				status: 0,
				fault: 'ours',
				failure: 'the server speaks HTTP/2 alone, and we HTTP/1.1',
			});
		}
	});
});

describe('a visit', () => {
	it('by way of another server has the round trip to the one that the document comes from', async () => {
		const end = await serve((_, response) => response.end('document'));
		const begin = await serve((_, response) =>
			response.writeHead(301, { location: `http://site.test:${end}/` }).end(),
		);
		const visit = [`http://site.test:${begin}/`, `http://site.test:${end}/`];
		const { endpoints } = await port().series({
			endpoints: [timed(visit[1] ?? '', { visit, samples: 3 })],
		});
		expect(endpoints[0]?.roundTripMs).toBeGreaterThan(0);
		for (const sample of endpoints[0]?.samples ?? []) {
			expect(sample.roundTripMs).toBeGreaterThan(0);
			expect(sample.connectMs).toBeGreaterThan(sample.roundTripMs);
		}
	});
});

describe('answers', () => {
	it('in pieces, compressed, empty, and after interim ones are whole', async () => {
		const at = await rawServer((socket) => {
			socket.on('data', (bytes) => {
				const [, path = ''] = bytes.toString('latin1').split(' ');
				socket.write(ANSWERS[path] ?? '');
			});
		});
		const url = (path: string) => `http://site.test:${at}${path}`;
		const { endpoints } = await port().series({
			endpoints: [
				timed(url('/pieces'), { samples: 3 }),
				timed(url('/hints'), { samples: 3 }),
				timed(url('/204'), { samples: 3 }),
				timed(url('/304'), { samples: 3 }),
				timed(url('/head'), { samples: 3, method: 'HEAD' }),
				timed(url('/gzip'), { samples: 3 }),
			],
		});
		const seen = endpoints.map(({ samples }) =>
			samples.map(({ status, bytes, failure }) => [status, bytes, failure]),
		);
		expect(seen).toEqual(
			[
				[200, 5, ''],
				[200, 2, ''],
				[204, 0, ''],
				[304, 0, ''],
				[200, 0, ''],
				[200, GZIPPED.length, ''],
			].map((one) => [one, one, one]),
		);
	});
});

const GZIPPED = gzipSync('{"ok":true}');
const head = (status: string, ...fields: string[]) =>
	`HTTP/1.1 ${status}\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
const ANSWERS: Readonly<Record<string, string | Buffer>> = {
	'/pieces': `${head('200 OK', 'Transfer-Encoding: chunked')}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
	'/hints': `${head('103 Early Hints', 'Link: </a.css>; rel=preload')}${head('200 OK', 'Content-Length: 2')}ok`,
	'/204': head('204 No Content'),
	'/304': head('304 Not Modified', 'Content-Length: 9'),
	'/head': head('200 OK', 'Content-Type: application/json', 'Content-Length: 900'),
	'/gzip': Buffer.concat([
		Buffer.from(
			head(
				'200 OK',
				'Content-Type: application/json',
				'Content-Encoding: gzip',
				`Content-Length: ${GZIPPED.length}`,
			),
		),
		GZIPPED,
	]),
};

describe('the sequential plan', () => {
	it('stops at 80 where none is over', async () => {
		const at = await serve((_, response) => response.end('ok'));
		const samples = await samplesOf(at, { samples: 300, sequential: true });
		expect(samples).toHaveLength(80);
	});

	it('stops at 20 where all are over, fast errors among them', async () => {
		const slow = await serve((_, response) => {
			setTimeout(() => response.end('ok'), 15);
		});
		expect(await samplesOf(slow, { samples: 300, sequential: true, budgetMs: 10 })).toHaveLength(
			20,
		);
		const broken = await serve((_, response) => response.writeHead(500).end());
		expect(await samplesOf(broken, { samples: 300, sequential: true })).toHaveLength(20);
	});

	it('goes on to 150 with one over', async () => {
		let requests = 0;
		const at = await serve((_, response) => {
			requests += 1;
			response.writeHead(requests === 30 ? 500 : 200).end();
		});
		expect(await samplesOf(at, { samples: 300, sequential: true })).toHaveLength(150);
	});

	it('never takes more than asked for', async () => {
		const at = await serve((_, response) => response.end('ok'));
		expect(await samplesOf(at, { samples: 30, sequential: true })).toHaveLength(30);
	});
});

describe('endpoints', () => {
	it('are interleaved, with four requests in flight at most and starts at least 25 ms apart', async () => {
		let inFlight = 0;
		const order: string[] = [];
		const starts: number[] = [];
		let most = 0;
		const at = await serve((request, response) => {
			const path = request.url ?? '';
			starts.push(performance.now());
			order.push(path);
			inFlight += 1;
			most = Math.max(most, inFlight);
			setTimeout(() => {
				inFlight -= 1;
				response.end();
			}, 30);
		});
		const timing = port(loopbackDialer(), { pace: { ...pace, apart: 25 } });
		const { endpoints, noise } = await timing.series({
			endpoints: ['/a', '/b', '/c'].map((path) =>
				timed(`http://site.test:${at}${path}`, { samples: 8 }),
			),
		});
		expect(endpoints.map(({ samples }) => samples.length)).toEqual([8, 8, 8]);
		expect(most).toBeLessThanOrEqual(4);
		const switches = order.filter((path, i) => i > 0 && path !== order[i - 1]).length;
		expect(switches).toBeGreaterThan(order.length / 2);
		const gaps = starts.slice(1).map((start, i) => start - (starts[i] ?? 0));
		expect(median(gaps)).toBeGreaterThan(20);
		expect(noise.loopDelayP99Ms).toBeGreaterThanOrEqual(0);
		expect(noise.pingP95Ms).toBeGreaterThan(0);
	});

	it('that never answer are left after three samples', async () => {
		const refused = await samplesOf(await closedPort());
		expect(refused).toHaveLength(3);
		for (const sample of refused) {
			expect(sample).toMatchObject({ status: 0, failure: expect.stringContaining('refused') });
		}
		const silent = await rawServer(() => {});
		expect(await samplesOf(silent, {}, { timeoutMs: 80 })).toHaveLength(3);
		const nameless = await port(loopbackDialer()).series({
			endpoints: [timed('http://missing.site.test/')],
		});
		expect(nameless.endpoints[0]?.samples.map(({ failure }) => failure)).toEqual(
			new Array(3).fill('missing.site.test has no address (nxdomain)'),
		);
	});

	it('that ask for less are left, and the answer that asked is kept', async () => {
		for (const [status, headers] of [
			[429, {}],
			[503, { 'Retry-After': '30' }],
		] as const) {
			let requests = 0;
			const at = await serve((_, response) => {
				requests += 1;
				if (requests < 10) response.end('ok');
				else response.writeHead(status, headers).end();
			});
			const { samples, askedForLess } = await seriesOf(at);
			expect(samples).toHaveLength(6);
			expect(samples.at(-1)?.status).toBe(status);
			expect(askedForLess).toBe(true);
			expect(requests).toBe(10);
		}
	});

	it('outside the target are not asked', async () => {
		const series = port().series({
			endpoints: [timed('http://elsewhere.test/')],
		});
		await expect(series).rejects.toMatchObject({ because: 'unsupported' });
	});

	it('spend no request budget', async () => {
		const at = await serve((_, response) => response.end('ok'));
		const dialer = {
			...loopbackDialer(),
			spend: () => Promise.reject(new Unobserved('budget', 'spent')),
		};
		const { endpoints } = await port(dialer).series({
			endpoints: [timed(`http://site.test:${at}/`, { samples: 3 })],
		});
		expect(endpoints[0]?.samples).toHaveLength(3);
	});
});

describe('the audit', () => {
	it('stops the series, for its own reason', async () => {
		const at = await rawServer(() => {});
		const dialer = loopbackDialer();
		const series = port(dialer, { timeoutMs: 20_000 }).series({
			endpoints: [timed(`http://site.test:${at}/`)],
		});
		const expected = expect(series).rejects.toMatchObject({ because: 'timeout' });
		setTimeout(() => dialer.stop(new Unobserved('timeout', 'out of time')), 50);
		await expected;
	});

	it('leaves no connection open', async () => {
		let open = 0;
		const server = createHttpServer((_, response) => response.end('ok'));
		server.on('connection', (socket) => {
			open += 1;
			socket.on('close', () => {
				open -= 1;
			});
		});
		await samplesOf(await listen(server), { samples: 3 });
		await expect.poll(() => open).toBe(0);
	});
});

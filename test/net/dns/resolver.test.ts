import packet, { type Answer } from 'dns-packet';
import { afterAll, expect, test as inOrder } from 'vitest';
import { Unobserved } from '../../../src/core/fact.ts';
import type { DnsPort } from '../../../src/core/io.ts';
import { type AddressMap, WHERE_IT_IS } from '../../../src/net/dialer.ts';
import { createResolver } from '../../../src/net/dns/resolver.ts';
import {
	a,
	cname,
	internetOf,
	type NameServer,
	type Play,
	rawRecord,
	replyTo,
	type Seen,
	soa,
	startNameServer,
	wireName,
} from '../name-server.ts';

const RESOLVER = '198.51.100.53';
const DIRECT = '203.0.113.53';

/** Most of the time is spent waiting for silence: each test has servers of its own. */
const test = inOrder.concurrent;

const ending: (() => unknown)[] = [];
afterAll(async () => {
	for (const end of ending.splice(0)) await end();
});

async function serve(play: Play): Promise<NameServer> {
	const server = await startNameServer(play);
	ending.push(() => server.close());
	return server;
}

function resolverOver(
	locate: AddressMap,
	servers: readonly string[] = [RESOLVER],
	dnsPort?: number,
): DnsPort & { stop(reason: Unobserved): void } {
	const controller = new AbortController();
	const list = servers.map((address) => ({ address, port: 53 }));
	const resolver = createResolver({
		resolver: { kind: 'servers', servers: list },
		locate,
		signal: controller.signal,
		dnsPort,
		authorities: async () => [],
		bootstrap: [],
	});
	ending.push(() => controller.abort(new Unobserved('cancelled', 'the test is over')));
	return { ask: resolver.ask, stop: (reason) => controller.abort(reason) };
}

/** One recursive resolver, and a name server that is asked directly, both played by `play`. */
async function asking(play: Play) {
	const server = await serve(play);
	const { ask, stop } = resolverOver(internetOf({ [RESOLVER]: server, [DIRECT]: server }));
	return { ask, stop, seen: server.seen };
}

const ANSWER = (seen: Seen) => replyTo(seen, { answers: [a(seen.name, '192.0.2.7')] });

async function took<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
	const began = performance.now();
	return { value: await work, ms: performance.now() - began };
}

test('an answer over UDP is read with its flags, and the letters of the question were mixed', async () => {
	const { ask, seen } = await asking((one) => [
		replyTo(one, {
			flags: packet.RECURSION_AVAILABLE | packet.AUTHENTIC_DATA,
			answers: [a(one.name, '192.0.2.7')],
		}),
	]);
	const name = 'a-long-name-with-many-letters.example.test';
	expect(await ask({ name: `${name.toUpperCase()}.`, type: 'A' })).toEqual({
		status: 'ok',
		rcode: 'NOERROR',
		aa: false,
		ad: true,
		ra: true,
		ede: [],
		chain: [],
		records: [
			{
				owner: name,
				type: 'A',
				ttl: 300,
				text: '192.0.2.7',
				data: { type: 'A', address: '192.0.2.7' },
			},
		],
		authority: [],
		additional: [],
		negativeTtl: null,
		quirks: [],
		server: RESOLVER,
		transport: 'udp',
		detail: '',
	});
	expect(seen).toHaveLength(1);
	expect(seen[0]).toMatchObject({ edns: true, dnssecOk: false, recursionDesired: true });
	expect(seen[0]?.name).not.toBe(name);
	expect(seen[0]?.name.toLowerCase()).toBe(name);
});

test('a server named in the question is asked without recursion, unless it is wanted', async () => {
	const { ask, seen } = await asking((one) => [ANSWER(one)]);
	await ask({ name: 'x.test', type: 'A', server: DIRECT });
	await ask({ name: 'x.test', type: 'A', server: DIRECT, recursive: true });
	expect(seen.map((one) => one.recursionDesired)).toEqual([false, true]);
});

test('dnssec sets DNSSEC OK and checking disabled, and gives the signatures beside the records', async () => {
	const rrsig = Buffer.concat([
		Buffer.from('00010d020000012c3e7e1f023e56a1e20a5a', 'hex'),
		wireName('x.test'),
		Buffer.from([1]),
	]);
	const { ask, seen } = await asking((one) => [
		replyTo(one, { answers: [a('x.test', '192.0.2.7')], raw: [rawRecord('x.test', 46, rrsig)] }),
	]);
	const answer = await ask({ name: 'x.test', type: 'A', dnssec: true });
	expect(seen[0]).toMatchObject({ dnssecOk: true, checkingDisabled: true });
	expect(answer.records.map(({ type }) => type)).toEqual(['A']);
	expect(answer.additional.map(({ type }) => type)).toEqual(['RRSIG']);
});

test('an HTTPS question goes out as type 65', async () => {
	const rdata = Buffer.from('000100' + '0001000302' + '6832', 'hex');
	const { ask, seen } = await asking((one) => [
		replyTo(one, { raw: [rawRecord(one.name, 65, rdata)] }),
	]);
	const answer = await ask({ name: 'x.test', type: 'HTTPS' });
	expect(seen[0]?.type).toBe('UNKNOWN_65');
	expect(answer.records[0]?.text).toBe('1 . alpn=h2');
});

test('equal questions share one exchange, and `again` asks anew', async () => {
	const { ask, seen } = await asking((one) => [ANSWER(one)]);
	await Promise.all([
		ask({ name: 'x.test', type: 'A' }),
		ask({ name: 'X.test.', type: 'a' }),
		ask({ name: 'x.test', type: 'A', dnssec: false, again: 0 }),
	]);
	expect(seen).toHaveLength(1);
	await ask({ name: 'x.test', type: 'A', again: 1 });
	expect(seen).toHaveLength(2);
});

test('datagrams that answer nothing are ignored: wrong id, wrong question, no response, scraps', async () => {
	const { ask } = await asking((one) => [
		replyTo(one, { id: one.id ^ 1, answers: [a('x.test', '192.0.2.66')] }),
		replyTo(one, {
			question: Buffer.concat([wireName('y.test'), Buffer.from([0, 1, 0, 1])]),
			answers: [a('x.test', '192.0.2.66')],
		}),
		replyTo(one, {
			question: Buffer.concat([one.question.subarray(0, -4), Buffer.from([0, 28, 0, 1])]),
			answers: [a('x.test', '192.0.2.66')],
		}),
		packet.encode({ type: 'query', id: one.id, questions: [] }),
		Buffer.from('scrap'),
		ANSWER(one),
	]);
	const answer = await ask({ name: 'x.test', type: 'A' });
	expect(answer.records.map(({ text }) => text)).toEqual(['192.0.2.7']);
	expect(answer.detail).toBe('5 datagrams that answer nothing were ignored');
});

test('a server that answers in its own letters is asked again in plain ones, and that is said', async () => {
	const { ask, seen } = await asking((one) => {
		const plain = Buffer.from(one.question.toString('latin1').toLowerCase(), 'latin1');
		return [replyTo(one, { question: plain, answers: [a('some-letters.test', '192.0.2.7')] })];
	});
	const answer = await ask({ name: 'some-letters.test', type: 'A' });
	expect(answer).toMatchObject({ status: 'ok', transport: 'udp' });
	expect(answer.detail).toContain('letters of the question come back in another case');
	expect(answer.quirks).toEqual(['case-lost']);
	expect(seen).toHaveLength(2);
});

test('a server that shouts every question back is believed at the second, over TCP too', async () => {
	const { ask, seen } = await asking((one) => {
		const shouted = Buffer.from(one.question.toString('latin1').toUpperCase(), 'latin1');
		return [replyTo(one, { question: shouted, answers: [a('x.test', '192.0.2.7')] })];
	});
	const answer = await ask({ name: 'x.test', type: 'A', server: DIRECT });
	expect(answer).toMatchObject({ status: 'ok', transport: 'udp', quirks: ['case-lost'] });
	expect(seen).toHaveLength(2);
	const tcp = await ask({ name: 'x.test', type: 'A', server: DIRECT, tcp: true });
	expect(tcp).toMatchObject({ status: 'ok', transport: 'tcp', quirks: ['case-lost'] });
});

test('a truncated answer is asked again over TCP, whose frame may arrive in pieces', async () => {
	const { ask, seen } = await asking((one) =>
		one.transport === 'udp'
			? [replyTo(one, { flags: packet.TRUNCATED_RESPONSE })]
			: { frames: [ANSWER(one)], split: 1 },
	);
	const answer = await ask({ name: 'x.test', type: 'A', server: DIRECT });
	expect(answer).toMatchObject({
		status: 'ok',
		transport: 'tcp',
		quirks: ['truncated'],
		detail: '',
	});
	expect(seen.map(({ transport }) => transport)).toEqual(['udp', 'tcp']);
});

test('TCP from the start sends no datagram', async () => {
	const { ask, seen } = await asking((one) => ({ frames: [ANSWER(one)], split: 9 }));
	const answer = await ask({ name: 'x.test', type: 'A', server: DIRECT, tcp: true });
	expect(answer).toMatchObject({ status: 'ok', transport: 'tcp' });
	expect(seen.map(({ transport }) => transport)).toEqual(['tcp']);
});

test.each([0, 1, 2, 20])(
	'a TCP connection that ends after %i octets is no response',
	async (cut) => {
		const { ask } = await asking((one) => ({ frames: [ANSWER(one)], cut }));
		const { value, ms } = await took(ask({ name: 'x.test', type: 'A', server: DIRECT, tcp: true }));
		expect(value).toMatchObject({ status: 'no-response', transport: 'tcp' });
		expect(value.detail).toBe('TCP: the connection was closed without an answer');
		expect(ms).toBeLessThan(500);
	},
);

test.each(['FORMERR', 'NOTIMP', 'BADVERS'] as const)(
	'%s to EDNS is asked again without it',
	async (rcode) => {
		const number = { FORMERR: 1, NOTIMP: 4, BADVERS: 0 }[rcode];
		const badVersion = {
			type: 'OPT' as const,
			name: '.' as const,
			udpPayloadSize: 512,
			extendedRcode: 1,
			ednsVersion: 0,
			flags: 0,
			flag_do: false,
			options: [],
		} satisfies Answer;
		const { ask, seen } = await asking((one) => [
			one.edns
				? replyTo(one, { rcode: number, additionals: rcode === 'BADVERS' ? [badVersion] : [] })
				: ANSWER(one),
		]);
		const answer = await ask({ name: 'x.test', type: 'A', server: DIRECT });
		expect(answer).toMatchObject({ status: 'ok', rcode: 'NOERROR', detail: `${rcode} to EDNS` });
		expect(answer.quirks).toEqual(['edns-refused']);
		expect(seen.map(({ edns }) => edns)).toEqual([true, false]);
	},
);

test('a lost datagram is asked again, and the third try goes without EDNS and mixed letters', async () => {
	const { ask, seen } = await asking((one) => (one.before < 2 ? [] : [ANSWER(one)]));
	const { value, ms } = await took(ask({ name: 'letters.example.test', type: 'A' }));
	expect(value).toMatchObject({ status: 'ok', transport: 'udp', quirks: ['plain-only'] });
	expect(seen.map(({ edns }) => edns)).toEqual([true, true, false]);
	expect(seen[2]?.name).toBe('letters.example.test');
	expect(ms).toBeGreaterThan(580);
	expect(ms).toBeLessThan(1_500);
});

test('with dnssec the third try keeps EDNS, so that signatures are never lost by us', async () => {
	const { ask, seen } = await asking((one) => (one.before < 2 ? [] : [ANSWER(one)]));
	await ask({ name: 'x.test', type: 'A', dnssec: true });
	expect(seen.map(({ dnssecOk }) => dnssecOk)).toEqual([true, true, true]);
});

test('a server without UDP answers over TCP, and the detail says what was lost', async () => {
	const { ask } = await asking((one) => (one.transport === 'udp' ? [] : [ANSWER(one)]));
	const answer = await ask({ name: 'x.test', type: 'A', server: DIRECT });
	expect(answer).toMatchObject({
		status: 'ok',
		transport: 'tcp',
		quirks: ['udp-lost'],
		detail: 'no answer over UDP',
	});
});

test('a server that gives the same error with EDNS and without does not refuse EDNS', async () => {
	const { ask, seen } = await asking((one) => [replyTo(one, { rcode: 4 })]);
	const answer = await ask({ name: 'x.test', type: 'A', server: DIRECT });
	expect(answer).toMatchObject({ status: 'other-error', rcode: 'NOTIMP', quirks: [] });
	expect(seen.map(({ edns }) => edns)).toEqual([true, false]);
});

test('a question without EDNS carries none from the start, and is another question', async () => {
	const { ask, seen } = await asking((one) => [ANSWER(one)]);
	const plain = await ask({ name: 'x.test', type: 'A', server: DIRECT, edns: false });
	expect(plain).toMatchObject({ status: 'ok', quirks: [] });
	await ask({ name: 'x.test', type: 'A', server: DIRECT });
	expect(seen.map(({ edns }) => edns)).toEqual([false, true]);
});

test('class CH is asked, must come back, and its records alone are read', async () => {
	const text = (klass: number) =>
		rawRecord('version.bind', 16, Buffer.from('0376312e', 'hex'), undefined, klass);
	const { ask, seen } = await asking((one) => {
		if (one.class !== 'CH') return [replyTo(one, { raw: [text(1)] })];
		const inside = Buffer.concat([one.question.subarray(0, -2), Buffer.from([0, 1])]);
		return [
			replyTo(one, { question: inside, raw: [text(1)] }),
			replyTo(one, { raw: [text(1), text(3)] }),
		];
	});
	const answer = await ask({ name: 'version.bind', type: 'TXT', class: 'CH', server: DIRECT });
	expect(answer).toMatchObject({ status: 'ok', records: [{ text: '"v1."' }] });
	expect(answer.detail).toBe('1 datagrams that answer nothing were ignored');
	expect(answer.records).toHaveLength(1);
	await ask({ name: 'version.bind', type: 'TXT', server: DIRECT });
	expect(seen.map((one) => one.class)).toEqual(['CH', 'IN']);
});

test('what a server made us do is told in order, and of a whole chain of aliases', async () => {
	const { ask } = await asking((one) => {
		if (one.name.toLowerCase() === 'b.test') return [ANSWER(one)];
		if (one.transport === 'udp') return [replyTo(one, { flags: packet.TRUNCATED_RESPONSE })];
		if (one.edns) return [replyTo(one, { rcode: 1 })];
		return [replyTo(one, { answers: [cname('a.test', 'b.test')] })];
	});
	const answer = await ask({ name: 'a.test', type: 'A' });
	expect(answer).toMatchObject({ status: 'ok', chain: [{ target: 'b.test' }] });
	expect(answer.quirks).toEqual(['truncated', 'edns-refused']);
});

test('lost datagrams and a truncated answer are told where TCP failed too', async () => {
	const lost = await asking(() => []);
	expect(await lost.ask({ name: 'x.test', type: 'A', server: DIRECT })).toMatchObject({
		status: 'no-response',
		transport: 'udp',
		quirks: ['udp-lost'],
	});
	const cut = await asking((one) =>
		one.transport === 'udp' ? [replyTo(one, { flags: packet.TRUNCATED_RESPONSE })] : [],
	);
	expect(await cut.ask({ name: 'x.test', type: 'A', server: DIRECT })).toMatchObject({
		status: 'no-response',
		transport: 'tcp',
		quirks: ['truncated'],
	});
});

test('signatures of every message that a chain needed are kept, and the DNAME behind an alias', async () => {
	const rrsig = (type: number) =>
		Buffer.concat([
			Buffer.from([0, type]),
			Buffer.from('0d020000012c3e7e1f023e56a1e20a5a', 'hex'),
			wireName('test'),
			Buffer.from([1]),
		]);
	const { ask } = await asking((one) =>
		one.name.toLowerCase() === 'a.d.test'
			? [
					replyTo(one, {
						answers: [cname('a.d.test', 'a.e.test')],
						raw: [rawRecord('d.test', 39, wireName('E.test')), rawRecord('d.test', 46, rrsig(39))],
					}),
				]
			: [
					replyTo(one, {
						answers: [a('a.e.test', '192.0.2.7')],
						raw: [rawRecord('a.e.test', 46, rrsig(1))],
					}),
				],
	);
	const answer = await ask({ name: 'a.d.test', type: 'A', dnssec: true });
	expect(
		answer.additional.map(({ owner, type, text }) => `${owner} ${type} ${text.split(' ')[0]}`),
	).toEqual(['d.test DNAME e.test', 'd.test RRSIG DNAME', 'a.e.test RRSIG A']);
	expect(answer.additional[0]?.wire).toBe(wireName('e.test').toString('hex'));
	const plain = await ask({ name: 'a.d.test', type: 'A' });
	expect(plain.additional).toEqual([]);
	expect(plain.records[0]).not.toHaveProperty('wire');
});

test('a slow resolver is still heard after its tries, and asked over TCP meanwhile', async () => {
	const server = await serve((one) => (one.transport === 'udp' ? [ANSWER(one)] : []));
	const { ask } = resolverOver((endpoint) =>
		endpoint.transport === 'udp'
			? { address: '127.0.0.1', port: server.ports.udp, latencyMs: 1_400 }
			: 'silent',
	);
	const { value, ms } = await took(ask({ name: 'x.test', type: 'A' }));
	expect(value).toMatchObject({ status: 'ok', transport: 'udp' });
	expect(ms).toBeGreaterThan(1_390);
	expect(ms).toBeLessThan(2_200);
});

test.each([
	['where the map knows of none', 'map'],
	['whose port is deaf', 'port'],
])('a silent server %s costs 1.2 s whatever is asked, and nothing later', async (_, how) => {
	const deaf = await serve(() => []);
	const { ask } = resolverOver(({ transport }) =>
		how === 'port' && transport === 'udp'
			? { address: '127.0.0.1', port: deaf.ports.udp }
			: 'silent',
	);
	const names = Array.from({ length: 40 }, (_, i) => `n${i}.test`);
	const later = new Promise((resolve) => setTimeout(resolve, 700)).then(() =>
		ask({ name: 'late.test', type: 'A', server: DIRECT }),
	);
	const first = await took(
		Promise.all([
			...names.map((name) => ask({ name, type: 'A', server: DIRECT })),
			ask({ name: 'a.test', type: 'A', server: DIRECT, tcp: true }),
			later,
		]),
	);
	expect(new Set(first.value.map(({ status }) => status))).toEqual(new Set(['no-response']));
	expect(first.value[0]).toMatchObject({ transport: 'udp', quirks: ['udp-lost'] });
	expect((await later).detail).toBe('not waited for: 2 questions were lost here before');
	expect(first.ms).toBeGreaterThan(1_150);
	expect(first.ms).toBeLessThan(1_500);
	const third = await took(ask({ name: 'c.test', type: 'A', server: DIRECT }));
	expect(third.value).toMatchObject({ status: 'no-response', rcode: null });
	expect(third.value.detail).toContain('not asked');
	expect(third.ms).toBeLessThan(50);
});

test('a far server without UDP has 600 ms a round trip to answer over TCP', async () => {
	const server = await serve((one) => (one.transport === 'udp' ? [] : [ANSWER(one)]));
	const { ask } = resolverOver(({ transport }) => ({
		address: '127.0.0.1',
		port: server.ports[transport],
		latencyMs: 550,
	}));
	const { value, ms } = await took(ask({ name: 'x.test', type: 'A', server: DIRECT }));
	expect(value).toMatchObject({ status: 'ok', transport: 'tcp', quirks: ['udp-lost'] });
	expect(ms).toBeLessThan(1_800);
});

test('a server 250 ms away is asked once a question, and is never taken for silent', async () => {
	const server = await serve((one) => [ANSWER(one)]);
	const { ask } = resolverOver(({ transport }) => ({
		address: '127.0.0.1',
		port: server.ports[transport],
		latencyMs: 250,
	}));
	const names = Array.from({ length: 20 }, (_, i) => `n${i}.test`);
	const first = await Promise.all(names.map((name) => ask({ name, type: 'A', server: DIRECT })));
	expect(first.every(({ status, quirks }) => status === 'ok' && quirks.length === 0)).toBe(true);
	const second = await took(ask({ name: 'last.test', type: 'A', server: DIRECT }));
	expect(second.value).toMatchObject({ status: 'ok', transport: 'udp' });
	expect(server.seen).toHaveLength(21);
});

test('a server that drops one kind of question is not given up', async () => {
	const { ask } = await asking((one) => (one.type === 'A' ? [ANSWER(one)] : []));
	await ask({ name: 'x.test', type: 'A', server: DIRECT });
	const dropped = await Promise.all(
		['MX', 'TXT', 'NS'].map((type) => ask({ name: 'x.test', type, server: DIRECT })),
	);
	expect(dropped.map(({ status }) => status)).toEqual(Array(3).fill('no-response'));
	expect(await ask({ name: 'y.test', type: 'A', server: DIRECT })).toMatchObject({ status: 'ok' });
});

test('a silent resolver costs five seconds at most', async () => {
	const { ask } = resolverOver(() => 'silent');
	const { value, ms } = await took(ask({ name: 'x.test', type: 'A' }));
	expect(value).toMatchObject({ status: 'no-response', server: RESOLVER });
	expect(ms).toBeGreaterThan(4_500);
	expect(ms).toBeLessThan(5_400);
});

test('a port where nobody listens is a refused connection, at once', async () => {
	const server = await startNameServer(() => []);
	await server.close();
	const { ask } = resolverOver(internetOf({ [RESOLVER]: server }));
	const { value, ms } = await took(ask({ name: 'x.test', type: 'A' }));
	expect(value).toMatchObject({
		status: 'connection-refused',
		rcode: null,
		quirks: ['udp-refused'],
	});
	expect(ms).toBeLessThan(500);
});

test('the map refuses and has no route as the internet does', async () => {
	const refused = resolverOver(() => 'refused');
	expect(await refused.ask({ name: 'x.test', type: 'A' })).toMatchObject({
		status: 'connection-refused',
	});
	const unreachable = resolverOver(() => 'unreachable');
	expect(await unreachable.ask({ name: 'x.test', type: 'A' })).toMatchObject({
		status: 'no-response',
		detail: 'no route',
	});
});

test('the next server of the list is asked where one refuses, errs or is silent, and silence is remembered', async () => {
	const good = await serve((one) => [ANSWER(one)]);
	const failing = await serve((one) => [replyTo(one, { rcode: 2 })]);
	const locate = internetOf({ '198.51.100.2': failing, '198.51.100.3': good });
	const list = ['198.51.100.2', '198.51.100.3'];
	const answer = await resolverOver(locate, list).ask({ name: 'x.test', type: 'A' });
	expect(answer).toMatchObject({ status: 'ok', server: '198.51.100.3' });
	expect(answer.detail).toBe('198.51.100.2: SERVFAIL');

	const { ask } = resolverOver(locate, ['198.51.100.9', '198.51.100.3']);
	const first = await took(ask({ name: 'x.test', type: 'A' }));
	expect(first.value).toMatchObject({ status: 'ok', server: '198.51.100.3' });
	expect(first.ms).toBeGreaterThan(1_400);
	expect(first.ms).toBeLessThan(2_500);
	const second = await took(ask({ name: 'y.test', type: 'A' }));
	expect(second.value).toMatchObject({ status: 'ok' });
	expect(second.ms).toBeLessThan(300);
});

test('where every server of the list errs, the error is the answer', async () => {
	const failing = await serve((one) => [replyTo(one, { rcode: 2 })]);
	const locate = internetOf({ '198.51.100.2': failing, '198.51.100.3': failing });
	const { ask } = resolverOver(locate, ['198.51.100.2', '198.51.100.3']);
	expect(await ask({ name: 'x.test', type: 'A' })).toMatchObject({
		status: 'servfail',
		rcode: 'SERVFAIL',
		server: '198.51.100.2',
	});
});

test.each([
	['nodata with an SOA', { authorities: [soa('test', { ttl: 900, minimum: 120 })] }, 'nodata', 120],
	['nodata, SOA TTL below its minimum', { authorities: [soa('test', { ttl: 60 })] }, 'nodata', 60],
	['nodata without an SOA', {}, 'nodata', null],
	['an SOA of another zone', { authorities: [soa('other.example')] }, 'nodata', null],
	['NXDOMAIN', { rcode: 3, authorities: [soa('test')] }, 'nxdomain', 300],
	['SERVFAIL', { rcode: 2, authorities: [soa('test')] }, 'servfail', null],
	['REFUSED', { rcode: 5 }, 'refused', null],
	['NOTAUTH', { rcode: 9 }, 'other-error', null],
	['an unassigned rcode', { rcode: 12 }, 'other-error', null],
] as const)('%s is told apart', async (_, reply, status, negativeTtl) => {
	const { ask } = await asking((one) => [replyTo(one, reply)]);
	const answer = await ask({ name: 'x.test', type: 'A', server: DIRECT });
	expect(answer).toMatchObject({ status, negativeTtl, records: [] });
});

test('a referral is name servers without an answer and without authority, unless a resolver recursed', async () => {
	const ns = [{ type: 'NS', name: 'x.test', ttl: 60, data: 'ns1.x.test' }] as const;
	const { ask } = await asking((one) => [
		replyTo(one, {
			authorities: [...ns],
			flags: one.type === 'A' ? packet.RECURSION_AVAILABLE : packet.AUTHORITATIVE_ANSWER,
			additionals: [a('ns1.x.test', '192.0.2.53')],
		}),
	]);
	const referral = await ask({ name: 'www.x.test', type: 'A', server: DIRECT });
	expect(referral.status).toBe('referral');
	expect(referral.authority.map(({ text }) => text)).toEqual(['ns1.x.test']);
	expect(referral.additional.map(({ text }) => text)).toEqual(['192.0.2.53']);
	expect(await ask({ name: 'www.x.test', type: 'MX', server: DIRECT })).toMatchObject({
		status: 'nodata',
	});
	expect(await ask({ name: 'www.x.test', type: 'A' })).toMatchObject({ status: 'nodata' });
});

test('aliases inside the answer are followed, whatever their order', async () => {
	const { ask, seen } = await asking((one) => [
		replyTo(one, {
			answers: [
				a('c.test', '192.0.2.7'),
				cname('B.test', 'c.TEST', 20),
				cname('a.test', 'b.test', 10),
			],
		}),
	]);
	const answer = await ask({ name: 'a.test', type: 'A' });
	expect(answer.chain).toEqual([
		{ owner: 'a.test', target: 'b.test', ttl: 10 },
		{ owner: 'b.test', target: 'c.test', ttl: 20 },
	]);
	expect(answer).toMatchObject({ status: 'ok', records: [{ owner: 'c.test' }] });
	expect(seen).toHaveLength(1);
});

test('NXDOMAIN after an alias is that of its target (RFC 6604)', async () => {
	const { ask } = await asking((one) => [
		replyTo(one, {
			rcode: 3,
			answers: [cname('a.test', 'gone.example')],
			authorities: [soa('example', { minimum: 77 })],
		}),
	]);
	const answer = await ask({ name: 'a.test', type: 'A' });
	expect(answer).toMatchObject({ status: 'nxdomain', negativeTtl: 77 });
	expect(answer.chain.map(({ target }) => target)).toEqual(['gone.example']);
});

test('a chain that is cut is asked on at a recursive resolver, and left open at a server', async () => {
	const { ask } = await asking((one) => [
		one.name.toLowerCase() === 'a.test'
			? replyTo(one, { answers: [cname('a.test', 'b.test')] })
			: ANSWER(one),
	]);
	const recursive = await ask({ name: 'a.test', type: 'A' });
	expect(recursive).toMatchObject({ status: 'ok', chain: [{ target: 'b.test' }] });
	const direct = await ask({ name: 'a.test', type: 'A', server: DIRECT });
	expect(direct).toMatchObject({
		status: 'cname-only',
		chain: [{ target: 'b.test' }],
		records: [],
	});
});

test('a loop is seen inside one answer and across several, and ends', async () => {
	const { ask } = await asking((one) => {
		const name = one.name.toLowerCase();
		if (name === 'self.test') return [replyTo(one, { answers: [cname(name, name)] })];
		const other = name === 'a.test' ? 'b.test' : 'a.test';
		return [replyTo(one, { answers: [cname(name, other)] })];
	});
	expect(await ask({ name: 'self.test', type: 'A' })).toMatchObject({ status: 'cname-loop' });
	const across = await ask({ name: 'a.test', type: 'A' });
	expect(across.status).toBe('cname-loop');
	expect(across.chain.map(({ owner }) => owner)).toEqual(['a.test', 'b.test']);
});

test('an endless chain is followed for sixteen aliases and no further', async () => {
	const { ask, seen } = await asking((one) => {
		const n = Number(/^n(\d+)/i.exec(one.name)?.[1]);
		return [replyTo(one, { answers: [cname(`n${n}.test`, `n${n + 1}.test`)] })];
	});
	const answer = await ask({ name: 'n0.test', type: 'A' });
	expect(answer.status).toBe('cname-only');
	expect(answer.chain).toHaveLength(16);
	expect(seen).toHaveLength(16);
});

test('a chain of hundreds inside one answer is cut at sixteen too', async () => {
	const { ask, seen } = await asking((one) =>
		one.transport === 'udp'
			? [replyTo(one, { flags: packet.TRUNCATED_RESPONSE })]
			: [
					replyTo(one, {
						answers: Array.from({ length: 900 }, (_, i) => cname(`n${i}.test`, `n${i + 1}.test`)),
					}),
				],
	);
	const answer = await ask({ name: 'n0.test', type: 'A' });
	expect(answer.status).toBe('cname-only');
	expect(answer.chain).toHaveLength(16);
	expect(seen).toHaveLength(2);
});

test('a question for CNAME gives every target and follows none', async () => {
	const { ask } = await asking((one) => [
		replyTo(one, { answers: [cname('a.test', 'b.test'), cname('a.test', 'c.test')] }),
	]);
	const answer = await ask({ name: 'a.test', type: 'CNAME' });
	expect(answer.records.map(({ text }) => text)).toEqual(['b.test', 'c.test']);
	expect(answer.chain).toEqual([]);
});

test('a record that cannot be read makes the answer malformed, and gives no address', async () => {
	const { ask } = await asking((one) => [
		replyTo(one, { raw: [rawRecord(one.name, 1, Buffer.from([1, 2, 3]))] }),
	]);
	const answer = await ask({ name: 'x.test', type: 'A' });
	expect(answer).toMatchObject({ status: 'malformed', rcode: null, records: [] });
	expect(answer.detail).toBe('A record of x.test: a length runs past the end');
});

test('garbage behind a matching header is asked again over TCP', async () => {
	const { ask } = await asking((one) =>
		one.transport === 'udp'
			? [replyTo(one, { answers: [a('x.test', '192.0.2.7')] }).subarray(0, 40)]
			: [ANSWER(one)],
	);
	const answer = await ask({ name: 'x.test', type: 'A' });
	expect(answer).toMatchObject({ status: 'ok', transport: 'tcp', quirks: ['malformed-udp'] });
});

test('garbage on both transports is malformed', async () => {
	const { ask } = await asking((one) => {
		const loop = Buffer.concat([one.question.subarray(0, 0), Buffer.from([0xc0, 12, 0, 1, 0, 1])]);
		return [replyTo(one, { question: loop })];
	});
	const { value, ms } = await took(ask({ name: 'x.test', type: 'A', server: DIRECT }));
	expect(value).toMatchObject({ status: 'malformed', rcode: null });
	expect(ms).toBeLessThan(500);
});

test('a name that no message can hold is malformed, and nothing is sent', async () => {
	const { ask, seen } = await asking((one) => [ANSWER(one)]);
	const answer = await ask({ name: `${'x'.repeat(64)}.test`, type: 'A' });
	expect(answer).toMatchObject({ status: 'malformed', server: RESOLVER });
	expect(seen).toHaveLength(0);
});

test('a server without a port is asked at the one that is set, and named as it was asked for', async () => {
	const both = await onOnePort();
	const { ask } = resolverOver(WHERE_IT_IS, [RESOLVER], both.port);
	const udp = await ask({ name: 'x.test', type: 'A', server: '127.0.0.1' });
	expect(udp).toMatchObject({ status: 'ok', server: '127.0.0.1', transport: 'udp' });
	const tcp = await ask({ name: 'x.test', type: 'A', server: '127.0.0.1', tcp: true });
	expect(tcp).toMatchObject({ status: 'ok', server: '127.0.0.1', transport: 'tcp' });
	const named = await ask({ name: 'y.test', type: 'A', server: `127.0.0.1:${both.port}` });
	expect(named).toMatchObject({ status: 'ok', server: `127.0.0.1:${both.port}` });
});

/** A port that is free for UDP is not always free for TCP. */
async function onOnePort(): Promise<{ readonly port: number }> {
	for (;;) {
		const server = await serve((one) => [ANSWER(one)]);
		const { udp, tcp } = server.ports;
		if (udp === tcp) return { port: udp };
	}
}

test('a type or server that is none is our own mistake', async () => {
	const { ask } = resolverOver(WHERE_IT_IS);
	await expect(ask({ name: 'x.test', type: 'NONSENSE' })).rejects.toThrow(TypeError);
	await expect(ask({ name: 'x.test', type: 'A', server: 'ns1.test' })).rejects.toThrow(TypeError);
});

test('the end of the audit ends every question, with its reason', async () => {
	const { ask, stop } = await asking(() => []);
	const questions = [
		ask({ name: 'a.test', type: 'A' }),
		ask({ name: 'b.test', type: 'A', server: DIRECT }),
		ask({ name: 'c.test', type: 'A', server: DIRECT, tcp: true }),
	];
	setTimeout(() => stop(new Unobserved('timeout', 'the time is over')), 50);
	const { value, ms } = await took(Promise.allSettled(questions));
	expect(value.map((one) => one.status === 'rejected' && one.reason)).toEqual(
		Array(3).fill(new Unobserved('timeout', 'the time is over')),
	);
	expect(ms).toBeLessThan(500);
	await expect(ask({ name: 'late.test', type: 'A' })).rejects.toThrow('the time is over');
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Unobserved } from '../../src/core/fact.ts';
import { createNet, type NetSettings } from '../../src/net/io.ts';
import { afterwards } from './loopback.ts';
import { a, internetOf, replyTo, startNameServer } from './name-server.ts';

function netWith(settings: Partial<NetSettings> = {}) {
	const stopper = new AbortController();
	const net = createNet({
		registrable: 'site.test',
		env: {},
		userAgent: 'launch-ready/test',
		signal: stopper.signal,
		...settings,
	});
	afterwards(async () => {
		stopper.abort(new Unobserved('cancelled', 'the test is over'));
		await net.close();
	});
	return net;
}

test('the vantage names the resolver as given, Node, and the proxy without its password', () => {
	const { vantage } = netWith({
		resolver: '[2001:db8::53]:5353',
		env: { HTTPS_PROXY: 'http://user:secret@proxy.test:3128' },
	});
	expect(vantage).toEqual({
		resolver: '[2001:db8::53]:5353',
		node: process.versions.node,
		proxy: 'proxy.test:3128',
	});
});

test('a resolver that is none is refused before anything is sent', () => {
	expect(() => netWith({ resolver: 'dns.test' })).toThrow(RangeError);
});

test('names are asked of the resolver given, on its port, and the same answers serve the dialer', async () => {
	const server = await startNameServer((seen) => [
		replyTo(seen, seen.type === 'A' ? { answers: [a('site.test', '127.0.0.1')] } : {}),
	]);
	afterwards(() => server.close());
	const net = netWith({
		resolver: '198.51.100.53',
		addressMap: (endpoint) =>
			endpoint.port === 53 ? internetOf({ '198.51.100.53': server })(endpoint) : 'refused',
	});
	expect(await net.io.dns.ask({ name: 'site.test', type: 'A' })).toMatchObject({ status: 'ok' });
	const outcome = await net.io.http.exchange({ url: 'http://site.test/', method: 'GET' });
	expect(outcome).toMatchObject({ kind: 'failed', how: 'refused', address: '127.0.0.1' });
	expect(server.seen.filter(({ type }) => type === 'A')).toHaveLength(1);
});

test('a second host, and a third party, are permitted only as such', async () => {
	const net = netWith({
		resolver: '198.51.100.53',
		addressMap: () => 'refused',
		named: ['b.example'],
	});
	const get = (url: string) => net.io.http.exchange({ url, method: 'GET' });
	await expect(get('http://elsewhere.example/')).rejects.toMatchObject({ because: 'unsupported' });
	await expect(get('http://b.example/')).rejects.not.toMatchObject({ because: 'unsupported' });
});

test('the clock can be replaced', () => {
	const now = new Date('2026-01-02T03:04:05Z');
	expect(netWith({ now: () => now }).io.clock.now()).toBe(now);
	expect(netWith().io.clock.now().getTime()).toBeGreaterThan(now.getTime() - 1e12);
});

test('loading the ports loads neither undici nor dns-packet', () => {
	const seen = new Set<string>();
	const libraries = new Set<string>();
	const visit = (file: string) => {
		if (seen.has(file)) return;
		seen.add(file);
		const source = readFileSync(file, 'utf8');
		for (const [, from = ''] of source.matchAll(
			/^(?:import|export) (?!type)[^;]*? from '([^']+)';/gm,
		)) {
			if (from.startsWith('.')) visit(path.resolve(path.dirname(file), from));
			else libraries.add(from);
		}
	};
	visit(path.resolve(import.meta.dirname, '../../src/net/io.ts'));
	expect([...libraries].filter((name) => !name.startsWith('node:'))).toEqual([]);
	expect(seen.size).toBeGreaterThan(15);
});

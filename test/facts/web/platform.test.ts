import { describe, expect, it } from 'vitest';
import type { HttpAnswered } from '../../../src/core/io.ts';
import { identify, platformOf, type Seen } from '../../../src/facts/web/platform.ts';
import { gathered } from '../gather-in-lab.ts';

function seen(
	about: Partial<Omit<Seen, 'answers'>> & { headers?: HttpAnswered['headers']; body?: string },
): Seen {
	const { aliases = [], addresses = [], headers = [], body = '' } = about;
	return {
		aliases,
		addresses,
		answers: [
			{
				kind: 'answered',
				status: 200,
				headers,
				body: { bytes: body, truncated: false, sha256: '' },
				address: addresses[0] ?? '203.0.113.1',
				tls: null,
				timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
			},
		],
	};
}

describe('who serves a site', () => {
	it('calls one forged header a claim, and two channels confirmed', () => {
		const claimed = identify(seen({ headers: [['X-Vercel-Id', 'fra1::x']] }));
		expect(claimed.platform).toEqual({ name: 'Vercel', channels: ['header'], confirmed: false });
		const confirmed = identify(
			seen({ aliases: ['cname.vercel-dns.com'], headers: [['x-vercel-id', 'fra1::x']] }),
		);
		expect(confirmed.platform).toMatchObject({ confirmed: true, channels: ['alias', 'header'] });
	});

	it.each([
		[
			'Vercel before its framework',
			{ aliases: ['x.vercel-dns.com'], body: '"/_next/static/x.js"' },
			'vercel',
			'Vercel',
		],
		['Netlify', { headers: [['x-nf-request-id', '1']] }, 'netlify', 'Netlify'],
		[
			'a framework before the server',
			{
				headers: [
					['Server', 'nginx/1.25'],
					['X-Powered-By', 'Express'],
				],
			},
			'express',
			'nginx',
		],
		['a server of one’s own', { headers: [['Server', 'Apache/2.4']] }, 'apache', 'Apache'],
		['Caddy', { headers: [['Server', 'Caddy']] }, 'caddy', 'Caddy'],
		[
			'the edge where nothing behind it shows',
			{
				addresses: ['104.16.1.1'],
				headers: [
					['cf-ray', '1'],
					['server', 'cloudflare'],
				],
			},
			'cloudflare',
			'Cloudflare',
		],
		[
			'the server behind an edge',
			{
				addresses: ['104.16.1.1'],
				headers: [
					['cf-ray', '1'],
					['server', 'nginx'],
				],
			},
			'nginx',
			'nginx behind Cloudflare',
		],
		[
			'a platform whose Cloudflare is not the user’s',
			{ aliases: ['shop.onrender.com'], headers: [['cf-ray', '1']] },
			null,
			'Render behind Cloudflare',
		],
		['nothing', {}, null, null],
	] as const)('gives snippets for %s', (_, about, first, name) => {
		const { snippetPlatforms, ...rest } = identify(seen(about));
		expect([snippetPlatforms[0] ?? null, rest.name]).toEqual([first, name]);
	});

	it('names every layer that can be edited, the platform before what runs on it', () => {
		const { snippetPlatforms } = identify(
			seen({
				aliases: ['shop.herokudns.com'],
				headers: [
					['x-powered-by', 'Express'],
					['cf-ray', '1'],
				],
			}),
		);
		expect(snippetPlatforms).toEqual(['heroku', 'express', 'cloudflare']);
	});

	it('compares names label by label and addresses by range', () => {
		expect(
			identify(seen({ aliases: ['notvercel-dns.com'], addresses: ['104.15.255.255'] })),
		).toMatchObject({
			edge: null,
			platform: null,
		});
		expect(identify(seen({ addresses: ['2606:4700::1'] })).edge).toMatchObject({
			channels: ['address'],
		});
	});
});

it('reads aliases of www, headers of every hop and cookies from the wire', async () => {
	const world = {
		zones: {
			'shop.test': { records: '@ A 203.0.113.10\nwww CNAME shop.herokudns.com.' },
			'herokudns.com': { records: 'shop A 203.0.113.11' },
		},
		sites: [
			{
				hosts: ['shop.test'],
				at: ['203.0.113.10'],
				headers: { Via: '1.1 vegur' },
				routes: {
					'/': { redirect: '/home', headers: { 'X-Powered-By': 'Express' } },
					'/home': { headers: { 'Set-Cookie': 'connect.sid=x' }, body: '<!doctype html>' },
				},
			},
		],
	};
	expect(await gathered(world, () => platformOf({ domain: 'shop.test' }))).toEqual({
		edge: null,
		platform: { name: 'Heroku', channels: ['alias', 'header'], confirmed: true },
		server: null,
		framework: { name: 'Express', channels: ['header', 'cookie'], confirmed: true },
		snippetPlatforms: ['heroku', 'express'],
		name: 'Heroku',
	});
});

it('says nothing of a site that does not answer', async () => {
	const world = { zones: { 'shop.test': { records: '@ A 203.0.113.10' } } };
	expect(await gathered(world, () => platformOf({ domain: 'shop.test' }))).toMatchObject({
		platform: null,
		snippetPlatforms: [],
		name: null,
	});
});

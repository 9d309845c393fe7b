import {
	cannotSay,
	defineCheck,
	type EndOfLife,
	endedBy,
	type HostAnswer,
	type HostAnswers,
	hostAnswers,
	internalAddresses,
	isDebugHeader,
	isWithin,
	namesVersion,
	type Site,
	sites,
	TECHNOLOGY_HEADERS,
	z,
} from '../../src/sdk.ts';
import { DISCLOSURE_VERDICTS, type SeenHeader } from './_disclosure-verdicts.ts';

export default defineCheck({
	id: 'headers/disclosure',
	title: 'Response headers give away no version, no internal address and no debug tool',
	rationale:
		'Headers reach everybody. Versions help those who look for known flaws, internal addresses draw a map of ' +
		'the network, and the headers of a debug tool lead to the tool.',
	references: [
		'OWASP Secure Headers Project: headers_remove.json (2024-09-02)',
		'RFC 9110 §10.2.4 (Server), §17.12 (disclosure of product information)',
		'RFC 1918, RFC 4193 (private addresses)',
	],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: DISCLOSURE_VERDICTS,

	needs: ({ subject: { name: host, seed, login, context } }) => ({
		seen: hostAnswers({ host, seed, login, samples: context.kind !== 'redirect' }),
	}),

	judge({ given: { seen }, subject, now, say }) {
		const host = subject.name;
		const { answers, denied } = seen;
		const versions = headersWhere(answers, isVersion);
		const internal = internalIn(answers, subject);
		const debug = headersWhere(answers, isDebugHeader);
		const { headers } = internal;
		const found = [
			...(debug.length > 0 ? [say('debug-token', { host, headers: debug })] : []),
			...(headers.length > 0
				? [say('internal-address', { host, ...internal, leadsThere: leadsThere(headers) })]
				: []),
			...(versions.length > 0
				? [say('version', { host, headers: versions, ended: endedIn(versions, now) })]
				: []),
		];
		if (denied !== null) return [...found, cannotSay('denied', denied)];
		if (answers.length === 0)
			return cannotSay('inconclusive', `${host} answers nothing of its own`);
		return found.length > 0 ? found : say('discreet', { host, answers: answers.length });
	},

	examples: (example) => [
		example('a server without a version', sample(['Server', 'nginx']), 'discreet'),
		example('a product with a digit in its name', sample(['Server', 'AmazonS3']), 'discreet'),
		example('a CDN’s node', sample(['Server', 'ECS (dcb/7F83)']), 'discreet'),
		example('a server with one', sample(['Server', 'Apache/2.4.62 (Unix)']), 'version'),
		example('a framework', sample(['X-Powered-By', 'Express']), 'version'),
		example('end of life', sample(['Server', 'nginx/1.14.0']), 'version'),
		example('end of life in the future', sample(['X-Powered-By', 'PHP/8.2.1']), 'version', {
			now: '2026-12-31T00:00:00Z',
		}),
		example('behind a load balancer', sample(['Via', '1.1 10.0.0.7 (squid)']), 'internal-address'),
		example('a CDN’s name', sample(['Via', '1.1 varnish, 1.1 vegur']), 'discreet'),
		example('a CDN’s nodes', sample(['X-Served-By', 'cache-fra-eddf8230047-FRA']), 'discreet'),
		example('a machine', sample(['X-Backend', 'web01.prod.internal:8080']), 'internal-address'),
		example(
			'a redirect into the network',
			sample(['Location', 'http://192.168.0.12/home']),
			'internal-address',
		),
		example(
			'a redirect to a public host',
			sample(['Location', 'https://www.example.com/']),
			'discreet',
		),
		example('172.32.0.1 is public', sample(['X-Backend', '172.32.0.1']), 'discreet'),
		example('172.31.255.255 is not', sample(['X-Backend', '172.31.255.255']), 'internal-address'),
		example(
			'a target that is private itself',
			sample(['Location', 'https://shop.internal/home']),
			'discreet',
			{ subject: { name: 'shop.internal', apex: 'shop.internal' } },
		),
		example(
			'a profiler',
			sample(['X-Debug-Token-Link', 'https://example.com/_profiler/1a2b3c']),
			'debug-token',
		),
		example('a debug bar', sample(['phpdebugbar-id', 'X1']), 'debug-token'),
		example('a clockwork', sample(['X-Clockwork-Id', '1']), 'debug-token'),
		example(
			'a gatekeeper',
			{ seen: { answers: [], denied: 'https://example.com/: it asks us to slow down (429)' } },
			'unknown',
		),
		example('nothing', { seen: { answers: [], denied: null } }, 'unknown'),
	],
});

function isVersion(name: string, value: string): boolean {
	const field = name.toLowerCase();
	return field === 'server' ? namesVersion(value) : TECHNOLOGY_HEADERS.has(field);
}

/** As many as a sentence bears. */
const MOST_SHOWN = 8;

/** Each name and value once, where it was met first. */
function headersWhere(
	answers: readonly HostAnswer[],
	isMeant: (name: string, value: string) => boolean,
): readonly SeenHeader[] {
	const found = new Map<string, SeenHeader>();
	for (const { url, answer } of answers) {
		for (const [name, value] of answer.headers) {
			const key = name.toLowerCase();
			if (isMeant(name, value) && !found.has(key)) found.set(key, { name, value: cut(value), url });
		}
	}
	return [...found.values()].slice(0, MOST_SHOWN);
}

function endedIn(headers: readonly SeenHeader[], now: Date): readonly EndOfLife[] {
	const all = headers.flatMap(({ name, value }) => endedBy(name, value, now));
	return [...new Map(all.map((one) => [`${one.product} ${one.version}`, one])).values()];
}

function internalIn(answers: readonly HostAnswer[], { name: host, apex }: Site) {
	const isOwn = (address: string, from: string) =>
		address === from || isWithin(address, host) || isWithin(address, apex);
	const inOne = (name: string, value: string, from: string) =>
		internalAddresses(name, value).filter((address) => !isOwn(address, from));
	const headers = headersWhere(
		answers.map(({ url, answer }) => ({
			url,
			answer: {
				...answer,
				headers: answer.headers.filter(
					([name, value]) => inOne(name, value, answer.address).length > 0,
				),
			},
		})),
		() => true,
	);
	const addresses = headers.flatMap(({ name, value }) => internalAddresses(name, value));
	return { headers, addresses: [...new Set(addresses)].slice(0, MOST_SHOWN) };
}

function leadsThere(headers: readonly SeenHeader[]): boolean {
	return headers.some(({ name }) => /^(?:location|refresh)$/i.test(name));
}

/** Enough to recognise the line. */
function cut(value: string): string {
	return value.length > 120 ? `${value.slice(0, 120)}…` : value;
}

function sample(...headers: [name: string, value: string][]): { seen: HostAnswers } {
	return {
		seen: {
			answers: [
				{
					url: 'https://example.com/',
					answer: {
						kind: 'answered',
						status: 200,
						headers,
						body: { bytes: '', truncated: false, sha256: '' },
						address: '203.0.113.1',
						tls: null,
						timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
					},
				},
			],
			denied: null,
		},
	};
}

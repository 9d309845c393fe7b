import { describe, expect, it } from 'vitest';
import { EMPTY_ANSWER } from '../../../src/core/empty-answer.ts';
import type { DnsAnswer } from '../../../src/core/io.ts';
import {
	hintedAnswers,
	parseRootHints,
	type RootHints,
} from '../../../src/facts/zone-file/root-hints.ts';

const NAMED_ROOT = `;       This file holds the information on root name servers needed to
;       initialize cache of Internet domain name servers
.                        3600000      NS    A.ROOT-SERVERS.NET.
A.ROOT-SERVERS.NET.      3600000      A     198.41.0.4
A.ROOT-SERVERS.NET.      3600000      AAAA  2001:503:ba3e::2:30
.                        3600000      NS    B.ROOT-SERVERS.NET.
B.ROOT-SERVERS.NET.      3600000      A     170.247.170.2
; End of file`;

const NETWORK: DnsAnswer = {
	...EMPTY_ANSWER,
	status: 'nodata',
	server: '192.0.2.53',
	transport: 'udp',
	detail: '',
};

describe('root hints', () => {
	const hints = parseRootHints(NAMED_ROOT) as RootHints;
	const ask = hintedAnswers(hints, () => Promise.resolve(NETWORK));

	it.each([
		['.', 'NS', ['a.root-servers.net', 'b.root-servers.net']],
		['a.root-servers.net', 'A', ['198.41.0.4']],
		['A.Root-Servers.net', 'AAAA', ['2001:503:ba3e::2:30']],
		['b.root-servers.net', 'AAAA', []],
	])('answer %s %s', async (name, type, texts) => {
		const { records, server } = await ask({ name, type });
		expect(records.map(({ text }) => text)).toEqual(texts);
		expect(server).toBe('--root-hints');
	});

	it.each([
		{ name: '.', type: 'SOA' },
		{ name: '.', type: 'NS', server: '192.0.2.1' },
		{ name: '.', type: 'NS', dnssec: true },
		{ name: 'a.root-servers.net', type: 'TXT' },
		{ name: 'c.root-servers.net', type: 'A' },
	])('leave %j to the network', async (question) => {
		expect((await ask(question)).server).toBe('192.0.2.53');
	});

	it.each([
		['', 'it holds no NS record of the root'],
		['example. 60 NS a.', 'it holds no NS record of the root'],
		['. 60 NS a.\nb. 60 A 192.0.2.1', 'it holds no address of a root server'],
		['. 60 NS a.\na. 60 A 192.0.2', 'line 2: "192.0.2" is no IPv4 address'],
	])('%j is none: %s', (text, why) => {
		expect(parseRootHints(text)).toBe(why);
	});
});

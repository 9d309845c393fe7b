import { isIPv6 } from 'node:net';
import { EMPTY_ANSWER } from '../../core/empty-answer.ts';
import { type DnsAnswer, type DnsPort, type DnsRecord, GIVEN_BY_USER } from '../../core/io.ts';
import type { Override } from '../dialer.ts';

/**
 * What `--resolve` gives stands in for the resolver's A and AAAA, so that every check judges the server
 * that the user aims at: as with curl, the name then has these addresses and no others. Ports are told
 * apart only when a connection is opened. Other types, and servers asked directly, are asked as ever.
 */
export function withOverrides(ask: DnsPort['ask'], overrides: readonly Override[]): DnsPort['ask'] {
	if (overrides.length === 0) return ask;
	return async (question) => {
		const { name, type, server } = question;
		const given = overrides.filter(({ host }) => host === name.toLowerCase());
		const isAddress = type === 'A' || type === 'AAAA';
		if (server !== undefined || !isAddress || given.length === 0) return ask(question);
		return answerOf(name, type, given);
	};
}

function answerOf(name: string, type: 'A' | 'AAAA', given: readonly Override[]): DnsAnswer {
	const addresses = new Set(given.map(({ address }) => address));
	const records = [...addresses]
		.filter((address) => isIPv6(address) === (type === 'AAAA'))
		.map((address): DnsRecord => {
			return { owner: name, type, ttl: 0, text: address, data: { type, address } };
		});
	return {
		...EMPTY_ANSWER,
		status: records.length > 0 ? 'ok' : 'nodata',
		rcode: 'NOERROR',
		ra: true,
		records,
		server: GIVEN_BY_USER,
		transport: 'udp',
		detail: 'given by --resolve',
	};
}

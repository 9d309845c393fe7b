import { EMPTY_ANSWER } from '../../core/empty-answer.ts';
import type { DnsAnswer, DnsPort, DnsQuestion, DnsRecord } from '../../core/io.ts';
import { parseZoneFile } from './zone-file.ts';

/** Root servers of a network with a root of its own. */
export interface RootHints {
	readonly servers: readonly DnsRecord[];
	readonly addresses: readonly DnsRecord[];
}

/**
 * Reads a file in the form of IANA's named.root: NS records of the root, and addresses of their names.
 * What is no such file is a sentence about why. `text` is latin1.
 */
export function parseRootHints(text: string): RootHints | string {
	const { records, faults } = parseZoneFile(text, '.');
	const [fault] = faults;
	if (fault !== undefined) return `line ${fault.line}: ${fault.says}`;
	const servers = records.filter(({ owner, type }) => owner === '.' && type === 'NS');
	const names = new Set(servers.flatMap(({ data }) => (data.type === 'NS' ? [data.target] : [])));
	const addresses = records.filter(
		({ owner, type }) => names.has(owner) && (type === 'A' || type === 'AAAA'),
	);
	if (servers.length === 0) return 'it holds no NS record of the root';
	if (addresses.length === 0) return 'it holds no address of a root server';
	return { servers, addresses };
}

/** The file's word for the resolver's, about the root's name servers and their addresses. */
export function hintedAnswers(hints: RootHints, ask: DnsPort['ask']): DnsPort['ask'] {
	const names = new Set(hints.addresses.map(({ owner }) => owner));
	return async (question) => {
		const { name, type, server, dnssec } = question;
		if (server !== undefined || dnssec === true || question.class !== undefined) {
			return ask(question);
		}
		if (name === '.' && type === 'NS') return answer(hints.servers);
		const isAddress = type === 'A' || type === 'AAAA';
		if (!isAddress || !names.has(name.toLowerCase())) return ask(question);
		return answer(addressesFor(hints, question));
	};
}

function addressesFor({ addresses }: RootHints, { name, type }: DnsQuestion): readonly DnsRecord[] {
	return addresses.filter((one) => one.owner === name.toLowerCase() && one.type === type);
}

function answer(records: readonly DnsRecord[]): DnsAnswer {
	return {
		...EMPTY_ANSWER,
		status: records.length > 0 ? 'ok' : 'nodata',
		rcode: 'NOERROR',
		ra: true,
		records,
		server: '--root-hints',
		transport: 'udp',
		detail: 'given by --root-hints',
	};
}

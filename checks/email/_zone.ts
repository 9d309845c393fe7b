import {
	type Ask,
	type DnsAnswer,
	type DnsData,
	type DnsRecord,
	type DnsStatus,
	known,
} from '../../src/sdk.ts';

/** Records by `name TYPE`; a TXT given as a list has those strings. A status stands for a failure. */
export type Zone = Readonly<Record<string, DnsStatus | readonly (string | readonly string[])[]>>;

/** A small world for examples: what is not in it is NXDOMAIN, or no data where names lie below. */
export function inZone(zone: Zone): Ask {
	return (name, type) => known(answerIn(zone, name, type));
}

export function answerIn(zone: Zone, name: string, type: string): DnsAnswer {
	const { chain, end } = followed(zone, name.toLowerCase());
	const entry = zone[`${end} ${type}`] ?? wildcardIn(zone, end, type);
	if (typeof entry === 'string') return answer(entry, [], chain);
	if (entry !== undefined) {
		const found = entry.map((each) => recordOf(end, type, each));
		return answer('ok', found, chain);
	}
	const wildcard = `*.${closestIn(zone, end)} `;
	const exists = isIn(zone, end) || Object.keys(zone).some((key) => key.startsWith(wildcard));
	return answer(exists ? 'nodata' : 'nxdomain', [], chain);
}

/** It has records, or names below it have. */
function isIn(zone: Zone, name: string): boolean {
	return Object.keys(zone).some((key) => `.${key.split(' ')[0]}`.endsWith(`.${name}`));
}

/** The closest encloser (RFC 4592 §3.3.1) of a name that is not there. */
function closestIn(zone: Zone, name: string): string {
	const parent = name.slice(name.indexOf('.') + 1);
	return parent === name || isIn(zone, parent) ? parent : closestIn(zone, parent);
}

function followed(zone: Zone, name: string): { chain: DnsAnswer['chain']; end: string } {
	const chain: DnsAnswer['chain'][number][] = [];
	let end = name;
	for (let hop = 0; hop < 8; hop += 1) {
		const alias = zone[`${end} CNAME`];
		if (alias === undefined || typeof alias === 'string') break;
		const target = String(alias[0]);
		chain.push({ owner: end, target, ttl: 300 });
		end = target;
	}
	return { chain, end };
}

function wildcardIn(zone: Zone, name: string, type: string): Zone[string] | undefined {
	return isIn(zone, name) ? undefined : zone[`*.${closestIn(zone, name)} ${type}`];
}

function recordOf(owner: string, type: string, value: string | readonly string[]): DnsRecord {
	const text = typeof value === 'string' ? value : value.join('');
	return { owner, type, ttl: 300, text, data: dataOf(type, value) };
}

function dataOf(type: string, value: string | readonly string[]): DnsData {
	const text = typeof value === 'string' ? value : value.join('');
	switch (type) {
		case 'A':
		case 'AAAA':
			return { type, address: text };
		case 'MX': {
			const [preference = '0', exchange = ''] = text.split(' ');
			return { type, preference: Number(preference), exchange };
		}
		case 'PTR':
			return { type, target: text };
		case 'TXT':
		case 'SPF': {
			const strings = typeof value === 'string' ? (value.match(/.{1,255}/gs) ?? ['']) : value;
			return { type, strings: [...strings] };
		}
		default:
			return { type: 'other' };
	}
}

function answer(
	status: DnsStatus,
	records: readonly DnsRecord[],
	chain: DnsAnswer['chain'],
): DnsAnswer {
	return {
		status,
		rcode: status === 'servfail' ? 'SERVFAIL' : status === 'nxdomain' ? 'NXDOMAIN' : 'NOERROR',
		aa: false,
		ad: false,
		ra: true,
		ede: [],
		chain,
		records,
		authority: [],
		additional: [],
		negativeTtl: records.length === 0 ? 900 : null,
		quirks: [],
		server: '203.0.113.53',
		transport: 'udp',
		detail: '',
	};
}

import type { Packet } from 'dns-packet';

/** What one datagram or frame asks. */
export interface Query {
	readonly id: number;
	/** Wire form, letters in the case in which they shall come back. */
	readonly name: Buffer;
	readonly type: number;
	/** 1 is IN, 3 is CH. */
	readonly klass: number;
	/** The letters of the name must come back as sent: they were mixed. */
	readonly exact: boolean;
	readonly recursive: boolean;
	/** DNSSEC OK and checking disabled. */
	readonly dnssec: boolean;
	readonly edns: boolean;
}

/** What fits unfragmented everywhere (DNS flag day 2020). */
const UDP_SIZE = 1232;

const ROOT_AT = 12;

export const CH = 3;

/** The message; dns-packet is loaded when the first question is asked. */
export async function queryWire(query: Query): Promise<Buffer> {
	const packet = await import('dns-packet');
	const flags =
		// AD in a question asks for AD in the answer, without the signatures (RFC 6840 §5.7).
		(query.recursive ? packet.RECURSION_DESIRED | packet.AUTHENTIC_DATA : 0) |
		(query.dnssec ? packet.CHECKING_DISABLED : 0);
	const message: Packet = {
		type: 'query',
		id: query.id,
		flags,
		// dns-packet writes 0 for types that it has no name for, but knows this form.
		questions: [
			{ name: '.', type: `UNKNOWN_${query.type}` as 'A', class: query.klass === CH ? 'CH' : 'IN' },
		],
		additionals: query.edns
			? [
					{
						type: 'OPT',
						name: '.',
						udpPayloadSize: UDP_SIZE,
						flags: query.dnssec ? packet.DNSSEC_OK : 0,
						options: [],
						extendedRcode: 0,
						ednsVersion: 0,
						flag_do: query.dnssec,
					},
				]
			: [],
	};
	const wire = packet.encode(message);
	// It also writes names as UTF-8 and knows no \DDD: the name takes the place of the root's one octet.
	return Buffer.concat([wire.subarray(0, ROOT_AT), query.name, wire.subarray(ROOT_AT + 1)]);
}

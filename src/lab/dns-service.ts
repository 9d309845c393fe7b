import { setTimeout as sleep } from 'node:timers/promises';
import { type DnsQuery, type DnsReply, decodeQuery, encodeReply } from './dns-message.ts';
import { keyOf, nameOf } from './domain-name.ts';
import { authoritativeAnswer, REFUSED } from './name-server.ts';
import { parseRecords, type ResourceRecord, TYPES, typeName } from './record.ts';
import { createResolver } from './resolver.ts';
import type { Switchboard } from './switchboard.ts';
import { type DnsFault, type SettledWorld, textOf } from './world.ts';
import { ofType, type Zone } from './zone.ts';
import { hostingOf, INFRASTRUCTURE } from './zones.ts';

/** A question that reached a server by socket. */
export interface SeenQuestion {
	readonly server: string;
	/** Lower case, without final dot. */
	readonly name: string;
	readonly type: string;
	readonly transport: Transport;
}

type Transport = 'udp' | 'tcp';
type Question = Pick<DnsQuery, 'name' | 'type' | 'class' | 'flags' | 'edns'>;

/** How the bytes of a right answer are spoilt. */
type Spoilt = 'garbage' | 'cut' | 'wrong-id' | 'wrong-question' | 'lower-case';

type Outcome =
	| { readonly kind: 'reply'; readonly reply: DnsReply; readonly spoilt: Spoilt | null }
	| { readonly kind: 'silence' }
	| { readonly kind: 'close' };

const PORT = 53;
const IN = 1;
const CHAOS = 3;
const OPCODE = 0x7800;
const RECURSION_DESIRED = 0x0100;
const CHECKING_DISABLED = 0x0010;
const WITHOUT_EDNS = 512;
const MOST_OVER_TCP = 65_535;
/** Octets before the question (RFC 1035 §4.1.1). */
const HEADER = 12;

/** Starts every name server and the resolver of the world. Signatures count from `now`. */
export async function startDns(
	world: SettledWorld,
	board: Switchboard,
	now: Date,
	seen: (question: SeenQuestion) => void,
): Promise<void> {
	const withoutZones = Object.keys(world.nameServers).map((address) => [address, []] as const);
	const hosting = new Map<string, readonly Zone[]>([...withoutZones, ...hostingOf(world, now)]);
	const faults = createFaults(world.dnsFaults);
	const settings = (address: string) => world.nameServers[address];

	/** Without a socket, as the resolver asks; what it could not use is `null`. */
	const askDirectly = async (address: string, question: Question, transport: Transport) => {
		const zones = hosting.get(address);
		const isOpen = (settings(address)?.[transport] ?? 'open') === 'open';
		if (zones === undefined || !isOpen) return null;
		const outcome = await outcomeAt(address, zones, { question, transport });
		const isUsable =
			outcome.kind === 'reply' && (outcome.spoilt === null || outcome.spoilt === 'lower-case');
		return isUsable ? outcome.reply : null;
	};
	const resolve = createResolver(
		INFRASTRUCTURE.root,
		async (address, asked) => {
			const question = { class: IN, flags: 0, ...asked };
			const reply = await askDirectly(address, question, 'udp');
			return reply?.truncated ? await askDirectly(address, question, 'tcp') : reply;
		},
		world.validates ? now : null,
	);

	const rightAnswer = async (
		address: string,
		zones: readonly Zone[] | null,
		{ question, transport }: Asked,
	): Promise<DnsReply> => {
		const special = specialAnswer(question, settings(address));
		if (special !== null) return special;
		if (zones === null) return await resolve(question);
		const { transfers = false, recursion = false } = settings(address) ?? {};
		if (question.type === TYPES.AXFR) {
			return transfers && transport === 'tcp' ? transferOf(zones, question) : REFUSED;
		}
		const own = { ...authoritativeAnswer(zones, question), ra: recursion };
		const isForeign = own.rcode === 'REFUSED' && (question.flags & RECURSION_DESIRED) !== 0;
		return recursion && isForeign ? await resolve(question) : own;
	};

	const outcomeAt = async (
		address: string,
		zones: readonly Zone[] | null,
		asked: Asked,
	): Promise<Outcome> => {
		const fault = faults.matching(zones === null ? 'resolver' : address, asked);
		const right = async () => {
			const reply = await rightAnswer(address, zones, asked);
			return settings(address)?.notAuthoritative ? { ...reply, aa: false } : reply;
		};
		return await outcomeOf(fault, right);
	};

	const answer = async (
		packet: Buffer,
		at: { address: string; zones: readonly Zone[] | null; transport: Transport },
	): Promise<Buffer | 'silence' | 'close'> => {
		const query = decodeQuery(packet);
		if (query === null) return 'silence';
		const { address, zones, transport } = at;
		seen({
			server: address,
			name: keyOf(query.name),
			type: typeName(query.type),
			transport,
		});
		const refusal = refusalBy(settings(address), query);
		if (refusal === 'silence') return 'silence';
		if (refusal !== null) return encodeReply({ ...query, edns: null }, refusal, WITHOUT_EDNS);
		const outcome = await outcomeAt(address, zones, { question: query, transport });
		if (outcome.kind !== 'reply') return outcome.kind;
		const most = transport === 'tcp' ? MOST_OVER_TCP : (query.edns?.size ?? WITHOUT_EDNS);
		const ownCase = settings(address)?.caseFault === 'lowered' ? 'lower-case' : null;
		return spoil(encodeReply(query, outcome.reply, most), outcome.spoilt ?? ownCase);
	};

	const serve = async (address: string, zones: readonly Zone[] | null) => {
		const { udp = 'open', tcp = 'open' } = settings(address) ?? {};
		if (udp === 'open') {
			await board.udp(address, PORT, async (packet, reply) => {
				const made = await answer(packet, { address, zones, transport: 'udp' });
				if (Buffer.isBuffer(made)) reply(made);
			});
		} else board.block({ address, port: PORT, transport: 'udp' }, udp);
		if (tcp === 'open') {
			await board.tcp(address, PORT, (socket) => {
				onFrames(socket, async (packet) => {
					const made = await answer(packet, { address, zones, transport: 'tcp' });
					if (made === 'close') socket.end();
					else if (made !== 'silence' && !socket.destroyed) socket.write(framed(made));
				});
			});
		} else board.block({ address, port: PORT, transport: 'tcp' }, tcp);
	};

	await Promise.all([
		...[...hosting].map(([address, zones]) => serve(address, zones)),
		serve(INFRASTRUCTURE.resolver, null),
	]);
}

interface Asked {
	readonly question: Question;
	readonly transport: Transport;
}

// ── Faults ───────────────────────────────────────────────────────────────────────────────────────

function createFaults(faults: readonly DnsFault[]) {
	const spent = new Map<DnsFault, number>();
	return {
		matching(server: string, asked: Asked): DnsFault | null {
			const fault = faults.find((one) => {
				const isLeft = one.times === undefined || (spent.get(one) ?? 0) < one.times;
				return isLeft && matches(one, server, asked);
			});
			if (fault === undefined) return null;
			spent.set(fault, (spent.get(fault) ?? 0) + 1);
			return fault;
		},
	};
}

function matches(fault: DnsFault, server: string, { question, transport }: Asked): boolean {
	const isMeant = fault.server === undefined ? server !== 'resolver' : fault.server === server;
	if (!isMeant) return false;
	if (fault.name !== undefined && !matchesName(fault.name, keyOf(question.name))) return false;
	if (fault.type !== undefined && fault.type.toUpperCase() !== typeName(question.type))
		return false;
	if (fault.transport !== undefined && fault.transport !== transport) return false;
	if (fault.onlyEdns === true && question.edns === null) return false;
	if (fault.onlyMixedCase === true && !/[A-Z]/.test(question.name.join('.'))) return false;
	return !(fault.unlessCheckingDisabled === true && (question.flags & CHECKING_DISABLED) !== 0);
}

function matchesName(pattern: string, name: string): boolean {
	const wanted = pattern.toLowerCase().replace(/(?<=.)\.$/, '');
	return wanted.startsWith('*.') ? name.endsWith(wanted.slice(1)) : name === wanted;
}

async function outcomeOf(fault: DnsFault | null, right: () => Promise<DnsReply>): Promise<Outcome> {
	const reply = (of: DnsReply, spoilt: Spoilt | null = null): Outcome => ({
		kind: 'reply',
		reply: of,
		spoilt,
	});
	if (fault === null) return reply(await right());
	const { does } = fault;
	if (typeof does === 'object') return reply(await replaced(does, right));
	switch (does) {
		case 'silence':
		case 'close':
			return { kind: does };
		case 'truncate':
			return reply({ ...(await right()), ...NO_RECORDS, truncated: true });
		case 'not-authoritative':
			return reply({ ...(await right()), aa: false });
		case 'upward-referral':
			return reply({ ...(await right()), ...NO_RECORDS, aa: false, authority: ROOT_REFERRAL });
		default:
			return reply(await right(), does);
	}
}

const NO_RECORDS = { answer: [], authority: [], additional: [] };

const ROOT_REFERRAL: readonly ResourceRecord[] = parseRecords(
	'. 518400 NS a.root.internet.test.\n. 518400 NS b.root.internet.test.',
	[],
	0,
);

async function replaced(
	does: Exclude<DnsFault['does'], string>,
	right: () => Promise<DnsReply>,
): Promise<DnsReply> {
	if ('delayMs' in does) {
		await sleep(does.delayMs, undefined, { ref: false });
		return await right();
	}
	const reply = await right();
	if ('rcode' in does) {
		const { rcode, ede } = does;
		return { ...reply, ...NO_RECORDS, rcode, ede, aa: reply.aa && rcode === 'NXDOMAIN' };
	}
	return {
		...reply,
		...NO_RECORDS,
		rcode: 'NOERROR',
		answer: parseRecords(textOf(does.answer), [], 300),
	};
}

function spoil(packet: Buffer, how: Spoilt | null): Buffer {
	switch (how) {
		case null:
			return packet;
		case 'garbage':
			return Buffer.concat([
				packet.subarray(0, 2),
				Buffer.from('\xff\xff not a message', 'latin1'),
			]);
		case 'cut':
			return packet.subarray(0, packet.length - 5);
		case 'wrong-id': {
			const other = Buffer.from(packet);
			other.writeUInt16BE(other.readUInt16BE(0) ^ 0x5555, 0);
			return other;
		}
		case 'wrong-question': {
			const other = Buffer.from(packet);
			other[13] = (other[13] ?? 0) ^ 0x01;
			return other;
		}
		case 'lower-case': {
			const end = packet.indexOf(0, HEADER);
			const lowered = packet.toString('latin1', HEADER, end).toLowerCase();
			const other = Buffer.from(packet);
			other.write(lowered, HEADER, 'latin1');
			return other;
		}
	}
}

// ── Servers that cannot do what they are asked ───────────────────────────────────────────────────

type ServerSettings = SettledWorld['nameServers'][string] | undefined;

function refusalBy(server: ServerSettings, query: DnsQuery): DnsReply | 'silence' | null {
	const isMixed = query.name.some((label) => /[A-Z]/.test(label));
	if (server?.caseFault === 'silence' && isMixed) return 'silence';
	if (server?.ednsFault === undefined || query.edns === null) return null;
	return server.ednsFault === 'silence' ? 'silence' : { ...REFUSED, rcode: server.ednsFault };
}

// ── Special answers ──────────────────────────────────────────────────────────────────────────────

/** To what is no standard query in class IN; `null` for one that is. */
function specialAnswer(question: Question, server: ServerSettings): DnsReply | null {
	if ((question.flags & OPCODE) !== 0) return { ...REFUSED, rcode: 'NOTIMP' };
	if (question.class === CHAOS) return versionAnswer(question, server?.version);
	return question.class === IN ? null : REFUSED;
}

/** `version.bind` in class CHAOS. */
function versionAnswer({ name }: Question, version: string | undefined): DnsReply {
	if (version === undefined || nameOf(name).toLowerCase() !== 'version.bind') return REFUSED;
	const text = Buffer.concat([Buffer.of(version.length), Buffer.from(version, 'latin1')]);
	const record = { owner: name, type: TYPES.TXT, ttl: 0, rdata: [text], class: CHAOS };
	return { ...REFUSED, rcode: 'NOERROR', aa: true, answer: [record] };
}

/** The whole zone in one message, SOA first and last (RFC 5936 §2.2). */
function transferOf(zones: readonly Zone[], { name }: Question): DnsReply {
	const zone = zones.find(({ apex }) => keyOf(apex) === keyOf(name));
	if (zone === undefined) return { ...REFUSED, rcode: 'NOTAUTH' };
	const soa = ofType(zone.node(zone.apex) ?? [], TYPES.SOA);
	const rest = zone.records.filter(({ type }) => type !== TYPES.SOA);
	return { ...REFUSED, rcode: 'NOERROR', aa: true, answer: [...soa, ...rest, ...soa] };
}

// ── TCP framing ──────────────────────────────────────────────────────────────────────────────────

/** Two octets of length before each message (RFC 1035 §4.2.2). */
function framed(message: Buffer): Buffer {
	const length = Buffer.alloc(2);
	length.writeUInt16BE(message.length);
	return Buffer.concat([length, message]);
}

function onFrames(
	socket: { on(event: 'data', listener: (chunk: Buffer) => void): unknown },
	onFrame: (packet: Buffer) => Promise<void>,
): void {
	let waiting = Buffer.alloc(0);
	socket.on('data', (chunk) => {
		waiting = Buffer.concat([waiting, chunk]);
		while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE(0)) {
			const end = 2 + waiting.readUInt16BE(0);
			void onFrame(waiting.subarray(2, end));
			waiting = waiting.subarray(end);
		}
	});
}

import { isWithin } from '../dns/ancestry.ts';
import { registrableOf } from '../dns/registrable.ts';
import type { AuthenticationResults } from './authentication-results.ts';
import { isDomain } from './mail-address.ts';
import { addressIn, isOutsideAddress } from './received-trail.ts';
import type { SampleMessage } from './sample-message.ts';

type Hop = SampleMessage['hops'][number];

/** Who took the message in, and what of the header is its own word. */
export interface Reception {
	/** As findings name it; `null` where no Received field names a public host. */
	readonly receiver: string | null;
	/** The first host of the receiver that the message came to, from outside; `null` where unclear. */
	readonly border: Hop | null;
	/** Client that the receiver saw at its border. */
	readonly address: string | null;
	/** Its Authentication-Results; `null` where none can be trusted. */
	readonly results: AuthenticationResults | null;
	/** The topmost Received-SPF, where it is the receiver's. */
	readonly receivedSpf: SampleMessage['receivedSpf'];
	/** Why there are no results, in words. */
	readonly distrust: string;
	/** When it arrived, milliseconds since 1970: the topmost Received, else the message's date. */
	readonly arrivedAt: number | null;
}

interface Provider {
	readonly name: string;
	/** Its hosts, and what its authserv-ids end in. */
	readonly domains: readonly string[];
	/** It writes results without an authserv-id. */
	readonly isNameless?: boolean;
}

/** Mailbox providers whose hosts and authserv-ids have several domains. */
const PROVIDERS: readonly Provider[] = [
	{ name: 'Gmail', domains: ['google.com', 'gmail.com', 'googlemail.com'] },
	{
		name: 'Microsoft',
		domains: ['outlook.com', 'office365.com', 'hotmail.com', 'exchangelabs.com', 'office.com'],
		isNameless: true,
	},
	{ name: 'Yahoo', domains: ['yahoo.com', 'yahoo.net', 'yahoodns.net', 'aol.com'] },
	{ name: 'Fastmail', domains: ['messagingengine.com', 'fastmail.com'] },
	{ name: 'iCloud', domains: ['icloud.com', 'apple.com', 'me.com', 'mac.com'] },
	{ name: 'Proton Mail', domains: ['protonmail.ch', 'proton.me', 'protonmail.com'] },
	{ name: 'Zoho', domains: ['zoho.com', 'zoho.eu', 'zoho.in', 'zohomail.com'] },
	{ name: 'GMX', domains: ['gmx.net', 'gmx.com', 'web.de', 'kundenserver.de'] },
];

function providerOf(host: string): Provider {
	const known = PROVIDERS.find(({ domains }) => domains.some((name) => isWithin(host, name)));
	return known ?? { name: host, domains: [registrableOf(host)] };
}

function isOf({ domains }: Provider, host: string): boolean {
	return domains.some((name) => isWithin(host, name));
}

/** A name of the public DNS, not one of a provider's inner hosts. */
function isPublicName(host: string): boolean {
	return isDomain(host) && host.includes('.') && addressIn(host) === null && !isInnerName(host);
}

/** Names that no other network can resolve (RFC 6762, RFC 8375, and by custom). */
export function isInnerName(name: string): boolean {
	const last = name.slice(name.lastIndexOf('.') + 1);
	return !name.includes('.') || INNER_ENDS.has(last) || name.endsWith('.home.arpa');
}

const INNER_ENDS: ReadonlySet<string> = new Set([
	...[
		'local',
		'localhost',
		'localdomain',
		'internal',
		'intranet',
		'lan',
		'home',
		'corp',
		'private',
	],
	...['invalid', 'svc'],
]);

/**
 * The receiver is who wrote the topmost Received field with a public name. Its results are believed only
 * where they are the topmost Authentication-Results with its name (RFC 8601 §5), or with one of
 * `receivers`, which the user knows, and stand above every field of a host that is not its own.
 */
export function receptionOf(message: SampleMessage, receivers: readonly string[] = []): Reception {
	const { hops, date } = message;
	const arrivedAt = hops.find(({ time }) => time !== null)?.time ?? date;
	const named = hops.find(({ by }) => isPublicName(by));
	const provider = named === undefined ? null : providerOf(named.by);
	const inside = provider === null ? [] : insideHops(hops, provider);
	const limit = hops[inside.length]?.at ?? Number.POSITIVE_INFINITY;
	const { results, distrust } = trustedResults(message, { provider, receivers, limit });
	const said = toldAddress(message, results, limit);
	const border = borderOf(inside, provider, said);
	return {
		receiver: provider?.name ?? null,
		border,
		address: said ?? border?.address ?? null,
		results,
		receivedSpf: believedSpf(message, limit, provider),
		distrust,
		arrivedAt,
	};
}

/** From the top down to the last one by the receiver, before any other public host. */
function insideHops(hops: readonly Hop[], provider: Provider): readonly Hop[] {
	const stranger = hops.findIndex(({ by }) => isPublicName(by) && !isOf(provider, by));
	const before = stranger === -1 ? hops : hops.slice(0, stranger);
	return before.slice(0, before.findLastIndex(({ by }) => isOf(provider, by)) + 1);
}

interface Trusting {
	readonly provider: Provider | null;
	readonly receivers: readonly string[];
	readonly limit: number;
}

function trustedResults(
	{ results }: SampleMessage,
	{ provider, receivers, limit }: Trusting,
): Pick<Reception, 'results' | 'distrust'> {
	const isIts = ({ authservId }: AuthenticationResults) => {
		if (authservId === null) return provider?.isNameless === true;
		if (receivers.some((name) => name.toLowerCase() === authservId)) return true;
		return provider !== null && isOf(provider, authservId);
	};
	const found = results.find((each) => each.at < limit && isIts(each));
	if (found !== undefined) return { results: found, distrust: '' };
	const [other] = results;
	if (other === undefined) return { results: null, distrust: 'it has no Authentication-Results' };
	const whose = other.authservId ?? 'nobody named';
	const distrust =
		provider === null
			? `its Authentication-Results are by ${whose}, and no Received field names the receiver`
			: `its Authentication-Results are by ${whose}, which is not shown to be the receiver ${provider.name}`;
	return { results: null, distrust };
}

function believedSpf(
	{ receivedSpf }: SampleMessage,
	limit: number,
	provider: Provider | null,
): SampleMessage['receivedSpf'] {
	return provider !== null && receivedSpf !== null && receivedSpf.at < limit ? receivedSpf : null;
}

/** The client that the receiver says it judged SPF by. */
function toldAddress(
	message: SampleMessage,
	results: AuthenticationResults | null,
	limit: number,
): string | null {
	const { receivedSpf } = message;
	if (receivedSpf?.address && receivedSpf.at < limit) return addressIn(receivedSpf.address);
	const spf = results?.results.find(({ method }) => method === 'spf');
	return spf === undefined ? null : addressIn(spf.note);
}

/** Clients that logged in (RFC 3848) came from inside, whatever their address. */
function borderOf(
	inside: readonly Hop[],
	provider: Provider | null,
	said: string | null,
): Hop | null {
	const told = said === null ? undefined : inside.find(({ address }) => address === said);
	if (told !== undefined || provider === null) return told ?? null;
	const outer = inside.filter(
		({ address, protocol }) =>
			address !== null && isOutsideAddress(address) && !/SMTPS?A$/.test(protocol),
	);
	const foreign = outer.find(({ helo, reverse }) => !isOf(provider, reverse || helo));
	return foreign ?? outer.at(-1) ?? null;
}

import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { jsonIn } from './json-in.ts';

/** A delegation signer as a registry holds it (RFC 9083 §5.3). */
export interface RegisteredDs {
	readonly keyTag: number;
	readonly algorithm: number;
	readonly digestType: number;
	/** Hex, upper case. */
	readonly digest: string;
}

/** What an RDAP service says about a domain, as far as checks read it. Nothing about people. */
export interface RdapDomain {
	/** A-labels, lower case, no final dot; `null` where the answer names none. */
	readonly name: string | null;
	/** By action in lower case; of several the last, but of registrations the first. ISO 8601. */
	readonly events: Readonly<Record<string, string>>;
	/** As RFC 8056 spells them, EPP's own spellings translated; sorted. */
	readonly statuses: readonly string[];
	/** Lower case, no final dot, sorted; `null` where the answer does not speak of them. */
	readonly nameservers: readonly string[] | null;
	/** Whether the parent zone holds a DS; `null` where the answer does not say. */
	readonly isSigned: boolean | null;
	/** `null` where it gives none one by one. */
	readonly ds: readonly RegisteredDs[] | null;
	readonly registrar: {
		readonly name: string | null;
		/** Number in IANA's registry of registrars. */
		readonly ianaId: string | null;
		readonly hasAbuseContact: boolean;
	} | null;
	/** The organisation, else the name; only where it was asked for, and `null` where it is withheld. */
	readonly registrant: string | null;
	/** The answer says, or shows, that the registrant is withheld (RFC 9537). */
	readonly isRegistrantRedacted: boolean;
	/** Where more is known about the same domain, by rank. */
	readonly related: readonly string[];
}

type Reading =
	| { readonly kind: 'domain'; readonly domain: RdapDomain }
	| { readonly kind: 'fault'; readonly detail: string };

/** Of each kind: names, events, statuses, people. Real answers have a dozen. */
const MOST = 100;

/** Of one text, in characters: a name, a status, a URL. What is longer is cut. */
const LONGEST = 2_000;

const cut = z.string().transform((whole) => whole.slice(0, LONGEST));
const text = cut.nullable().catch(null);
const number = z.coerce.number().int().min(0).nullable().catch(null);
/** A member that is not of this shape is left out, and spoils nothing beside it. */
const list = <T extends z.ZodType>(member: T) =>
	z
		.array(z.unknown())
		.catch([])
		.transform((all) =>
			all.slice(0, MOST).flatMap((one): z.output<T>[] => {
				const parsed = member.safeParse(one);
				return parsed.success ? [parsed.data] : [];
			}),
		);

const NamedHost = z.object({ ldhName: text, unicodeName: text });
const Roles = list(cut);
const Entity = z.object({
	roles: Roles,
	handle: text,
	/** jCard (RFC 7095 §3.1). */
	vcardArray: z
		.tuple([z.unknown(), list(z.array(z.unknown()))])
		.nullable()
		.catch(null),
	publicIds: list(z.object({ type: cut, identifier: text })),
	entities: list(z.object({ roles: Roles })),
});
type Entity = z.output<typeof Entity>;

const DomainObject = z.object({
	objectClassName: z.string(),
	ldhName: text,
	unicodeName: text,
	events: list(z.object({ eventAction: cut, eventDate: cut })),
	status: list(cut),
	nameservers: z.array(z.unknown()).nullable().catch(null),
	secureDNS: z
		.object({
			delegationSigned: z.boolean().nullable().catch(null),
			dsData: z.array(z.unknown()).nullable().catch(null),
			keyData: z.array(z.unknown()).nullable().catch(null),
		})
		.nullable()
		.catch(null),
	entities: list(Entity),
	links: list(z.object({ rel: text, type: text, href: cut })),
	redacted: list(z.object({ name: z.object({ type: text, description: text }) })),
});
type DomainObject = z.output<typeof DomainObject>;

const Ds = z.object({ keyTag: number, algorithm: number, digestType: number, digest: cut });

/**
 * Reads the answer to a domain query (RFC 9083 §5.3). Looser than the RFC: a member of the wrong shape
 * counts as absent, EPP's spellings of statuses are understood, names may be U-labels. Stricter in one
 * thing: what does not call itself a domain is none. Never throws; a fault is one line.
 */
export function readRdapDomain(body: string, { registrant = false } = {}): Reading {
	const json = jsonIn(body);
	if (json === undefined) {
		const isHtml = /^\s*<(?:!doctype|html|\?xml|head|body)/i.test(body);
		return fault(isHtml ? 'a web page instead of RDAP' : 'no JSON');
	}
	const parsed = DomainObject.safeParse(json);
	if (!parsed.success) return fault('JSON that is no RDAP object');
	const object = parsed.data;
	if (object.objectClassName !== 'domain') {
		return fault(`an RDAP object of class "${object.objectClassName.slice(0, 40)}", not a domain`);
	}
	const holder = object.entities.find(({ roles }) => roles.some(isRole('registrant')));
	const named = holder === undefined ? null : (vcardText(holder, 'org') ?? nameOf(holder));
	const isWithheld = named === null || WITHHELD.test(named);
	return {
		kind: 'domain',
		domain: {
			name: hostName(object),
			events: eventsOf(object),
			statuses: [...new Set(object.status.map(rdapStatus))].filter((one) => one !== '').sort(),
			nameservers: nameserversOf(object),
			...signersOf(object),
			registrar: registrarOf(object),
			registrant: registrant && !isWithheld ? named : null,
			isRegistrantRedacted: isWithheld && (named !== null || saysRedacted(object)),
			related: relatedOf(object),
		},
	};
}

const fault = (detail: string): Reading => ({ kind: 'fault', detail });

/** What registries and registrars put in place of a name. */
const WITHHELD =
	/\b(?:redacted|withheld|not disclosed|data protected|statutory masking|privacy)\b|^\s*(?:n\/?a|none|-*)\s*$/i;

/**
 * A status as RFC 8056 spells it. EPP's own spelling is `clientTransferProhibited` (RFC 5731 §2.3), some
 * services add the URL that explains it, or write hyphens.
 */
export function rdapStatus(status: string): string {
	const plain = status
		.replace(/\s*\(?https?:.*$/s, '')
		.replaceAll(/([a-z])([A-Z])/g, '$1 $2')
		.toLowerCase()
		.replaceAll(/[\s_-]+/g, ' ')
		.trim();
	return EPP_NAMES[plain] ?? plain;
}

/** The two that RFC 8056 §2 gives another name. */
const EPP_NAMES: Readonly<Record<string, string>> = { ok: 'active', linked: 'associated' };

const ISO_DATE =
	/^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d\d:?\d\d)?$/i;

/** RFC 3339, and the same without a zone, which is taken as UTC; `null` for anything else. */
export function rdapDate(date: string): string | null {
	const [, day, time = '00:00:00', zone = 'Z'] = ISO_DATE.exec(date.trim().slice(0, 60)) ?? [];
	if (day === undefined) return null;
	const at = Date.parse(`${day}T${time}${/^(?:z|utc)$/i.test(zone) ? 'Z' : zone}`);
	return Number.isNaN(at) ? null : new Date(at).toISOString();
}

function eventsOf({ events }: DomainObject): Readonly<Record<string, string>> {
	const found = new Map<string, string>();
	for (const { eventAction, eventDate } of events) {
		const action = eventAction.trim().toLowerCase().replace('registrar registration', 'registrar');
		const date = rdapDate(eventDate);
		if (date === null) continue;
		const before = found.get(action);
		const isFirst = before === undefined || (action === 'registration') === date < before;
		if (isFirst) found.set(action, date);
	}
	return Object.fromEntries(found);
}

function hostName({ ldhName, unicodeName }: z.output<typeof NamedHost>): string | null {
	const written = ldhName ?? unicodeName;
	if (written === null) return null;
	const bare = written.trim().replace(/\.$/, '').toLowerCase();
	return domainToASCII(bare) || (bare === '' ? null : bare);
}

function nameserversOf({ nameservers }: DomainObject): readonly string[] | null {
	if (nameservers === null) return null;
	const names = list(NamedHost)
		.parse(nameservers)
		.flatMap((one) => hostName(one) ?? []);
	return [...new Set(names)].sort();
}

function signersOf({ secureDNS }: DomainObject): Pick<RdapDomain, 'isSigned' | 'ds'> {
	if (secureDNS === null) return { isSigned: null, ds: null };
	const { delegationSigned, dsData, keyData } = secureDNS;
	const held = [...(dsData ?? []), ...(keyData ?? [])].length > 0;
	const isSigned = held || delegationSigned;
	if (isSigned === false) return { isSigned, ds: [] };
	const ds = list(Ds)
		.parse(dsData ?? [])
		.flatMap(({ keyTag, algorithm, digestType, digest }) =>
			keyTag === null || algorithm === null || digestType === null
				? []
				: [{ keyTag, algorithm, digestType, digest: digest.replaceAll(/\s/g, '').toUpperCase() }],
		);
	// One that cannot be read makes the list no list to compare.
	const isWhole = ds.length > 0 && ds.length === dsData?.length;
	return { isSigned, ds: isWhole ? ds : null };
}

function registrarOf({ entities }: DomainObject): RdapDomain['registrar'] {
	const entity = entities.find(({ roles }) => roles.some(isRole('registrar')));
	if (entity === undefined) return null;
	const id = entity.publicIds.find(({ type }) => /^iana registrar id$/i.test(type.trim()));
	return {
		name: nameOf(entity) ?? vcardText(entity, 'org'),
		ianaId: id?.identifier?.trim() || null,
		hasAbuseContact: entity.entities.some(({ roles }) => roles.some(isRole('abuse'))),
	};
}

const isRole = (wanted: string) => (role: string) => role.trim().toLowerCase() === wanted;

const nameOf = (entity: Entity) => vcardText(entity, 'fn');

/** The first text of a jCard property; `null` where it is empty or absent. */
function vcardText({ vcardArray }: Entity, property: string): string | null {
	for (const [name, , , value] of vcardArray?.[1] ?? []) {
		if (name !== property) continue;
		const first = Array.isArray(value) ? value[0] : value;
		if (typeof first !== 'string') continue;
		const told = first.slice(0, LONGEST).trim();
		if (told !== '') return told;
	}
	return null;
}

function saysRedacted({ redacted }: DomainObject): boolean {
	return redacted.some(({ name }) =>
		/^registrant (?:organi[sz]ation|name)$/i.test((name.description ?? name.type ?? '').trim()),
	);
}

/** To other RDAP services; some leave out the type. */
function relatedOf({ links }: DomainObject): readonly string[] {
	const found = links.filter(
		({ rel, type, href }) =>
			rel?.toLowerCase() === 'related' &&
			(type?.toLowerCase().startsWith('application/rdap+json') ?? /\/domain\/[^/]+$/i.test(href)) &&
			URL.canParse(href),
	);
	return [...new Set(found.map(({ href }) => new URL(href).href))];
}

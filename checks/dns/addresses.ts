import {
	type AddressSurvey,
	type AddressView,
	addressSurvey,
	at,
	blockedBy,
	cannotSay,
	defineCheck,
	dnsPanel,
	type Host,
	hosts,
	isDead,
	isRequired,
	optional,
	z,
} from '../../src/sdk.ts';
import { ADDRESSES_VERDICTS, typeOf } from './_addresses-verdicts.ts';
import { firstDifference } from './_same-site.ts';

export default defineCheck({
	id: 'dns/addresses',
	title: 'Every published address leads to the site',
	rationale:
		'Browsers pick any of the addresses. One that is dead, private or of the old host fails for a part ' +
		'of the visitors, and never for the person who tests.',
	references: [
		'RFC 6890 (special-purpose addresses)',
		'RFC 5737, RFC 3849, RFC 9637 (documentation addresses)',
		'RFC 8305 (which address a browser tries)',
	],
	reach: 'sign-in',
	layer: 'records',
	over: hosts,
	options: z.object({}),
	verdicts: ADDRESSES_VERDICTS,
	needs: ({ subject }) => ({
		survey: addressSurvey({ host: subject.name }),
		panel: optional(dnsPanel({ domain: subject.apex })),
	}),
	judge({ given, subject, say }) {
		const { survey } = given;
		const host = subject.name;
		const panel = given.panel.status === 'known' ? given.panel.value : null;
		const about = { host, ttl: survey.ttl, panel };
		const { addresses } = survey;
		if (addresses.length === 0) {
			return blockedBy({ check: 'dns/resolution', subject: host }, `${host} has no address`);
		}
		const record = (address: string) =>
			({ kind: 'record', name: `${host} ${typeOf(address)} ${address}` }) as const;
		const unusable = addresses
			.filter(({ usable }) => !usable)
			.map((view) => {
				const args = {
					...about,
					address: view.address,
					kind: KINDS[view.class],
					required: isRequired(subject),
				};
				const verdict = view.class === 'documentation' ? 'documentation' : 'private';
				return at(record(view.address), say(verdict, args));
			});
		const { dead, v6Silent, notSeen, allDead } = silences(survey);
		const found = [
			...unusable,
			...dead.map(({ view, alive }) =>
				at(
					record(view.address),
					say('dead', { ...about, address: view.address, how: how(view), alive }),
				),
			),
			...v6Silent.map((view) =>
				at(
					record(view.address),
					say('ipv6-unreachable', { ...about, address: view.address, how: how(view) }),
				),
			),
			...mixtures(survey).map(({ verdict, difference }) =>
				say(verdict, { ...about, ...difference }),
			),
			...(hasNoV6(survey, subject) ? [say('no-ipv6', { host })] : []),
			...notSeen.map((detail) => cannotSay('unsupported', `${host}: ${detail}`, 'high')),
			...notCompared(survey).map((detail) =>
				cannotSay('inconclusive', `${host}: ${detail}`, 'high'),
			),
		];
		if (allDead) {
			const detail = `${host} accepts a connection at none of its addresses`;
			return [...found, blockedBy({ check: 'ssl/https', subject: host }, detail)];
		}
		const isSound = found.every(({ verdict }) => verdict === 'no-ipv6');
		return isSound ? [...found, say('sound', { host, ...connectedTo(survey) })] : found;
	},
	examples: (example) => {
		const given = (...addresses: AddressView[]) => ({
			survey: {
				addresses,
				knowsV6: true,
				notTried: [] as string[],
				passedOver: [] as string[],
				ttl: 300,
				works: { v4: true, v6: true },
			},
			panel: { status: 'known' as const, value: 'Cloudflare' },
		});
		const guessed = {
			subject: {
				name: 'app.example.com',
				context: { standing: 'guessed' as const, stage: 'production' as const },
			},
		};
		const silentV6 = live(V6, { https: 'silent', http: 'silent' });
		return [
			example('one public address', given(seen(V4)), 'sound'),
			example('one public address, no IPv6', given(seen(V4)), 'no-ipv6'),
			example('both families live', given(live(V4), live(V6)), 'sound'),
			example(
				'no answer for AAAA',
				{ ...given(seen(V4)), survey: { ...given(seen(V4)).survey, knowsV6: false } },
				'unknown',
			),
			example('a private address', given(seen('10.0.0.1', 'private')), 'private'),
			example(
				'a private address of a guessed host',
				given(seen('10.0.0.1', 'private')),
				'private',
				guessed,
			),
			example(
				'a documentation address',
				given(seen('192.0.2.1', 'documentation')),
				'documentation',
			),
			example('one of two refuses', given(live(V4), live(OTHER_V4, CLOSED)), 'dead'),
			example(
				'one of two accepts only plain HTTP',
				given(live(V4), live(OTHER_V4, { https: 'refused', http: 'open' })),
				'sound',
			),
			example('all refuse', given(live(V4, CLOSED), live(OTHER_V4, CLOSED)), 'blocked'),
			example('IPv6 refuses', given(live(V4), live(V6, CLOSED)), 'ipv6-unreachable'),
			example('IPv6 silent, and it works from here', given(live(V4), silentV6), 'ipv6-unreachable'),
			example(
				'IPv6 silent, and it does not work from here',
				{
					...given(live(V4), silentV6),
					survey: { ...given(live(V4), silentV6).survey, works: { v4: null, v6: false } },
				},
				'unknown',
			),
			example(
				'two networks, one behind a gatekeeper',
				given(live(V4), live(OTHER_V4, { served: null })),
				'unknown',
			),
			example(
				'two networks, two titles',
				given(live(V4), live(OTHER_V4, page('Old shop'))),
				'old-and-new-mixed',
			),
			example(
				'the first of three networks dead, the others with two titles',
				given(live('198.17.1.1', CLOSED), live(V4), live(OTHER_V4, page('Old shop'))),
				'old-and-new-mixed',
			),
			example('two networks, one title', given(live(V4), live(OTHER_V4)), 'sound'),
			example(
				'two networks, other issuer',
				given(live(V4), live(OTHER_V4, page('Shop', { issuer: 'Other CA' }))),
				'sound',
			),
			example(
				'two networks, other issuer and software',
				given(live(V4), live(OTHER_V4, page('Shop', { issuer: 'Other CA', software: 'Apache' }))),
				'old-and-new-mixed',
			),
			example(
				'IPv6 with another title',
				given(live(V4), live(V6, page('Welcome to nginx!'))),
				'ipv6-serves-other-site',
			),
			example(
				'IPv6 with another status',
				given(live(V4), live(V6, page(null, { status: 404 }))),
				'ipv6-serves-other-site',
			),
		];
	},
});

const KINDS: Readonly<Record<AddressView['class'], string>> = {
	public: 'public',
	private: 'private',
	loopback: 'loopback',
	'link-local': 'link-local',
	'carrier-nat': 'carrier-internal',
	multicast: 'multicast',
	documentation: 'documentation',
	reserved: 'reserved',
};

function how({ https, http }: AddressView): string {
	return `443 ${https ?? 'not asked'}, 80 ${http ?? 'not asked'}`;
}

/**
 * A silence counts where the family works from here. All of IPv6 dead beside a live IPv4 is one fault;
 * a dead address beside a live one is another.
 */
function silences({ addresses, knowsV6, notTried, works }: AddressSurvey) {
	const tried = addresses.filter((view) => isDead(view) !== null);
	const alive = tried.find((view) => isDead(view) === false);
	const notSeen = [
		...([4, 6] as const)
			.filter((family) => (family === 4 ? works.v4 : works.v6) === false)
			.map(
				(family) => `nothing answers over IPv${family} from here, so no address of it was judged`,
			),
		...(knowsV6 ? [] : ['the resolver does not say whether it has an IPv6 address']),
		...(notTried.length > 0 ? [`nobody connected to ${notTried.join(', ')}`] : []),
	];
	if (alive === undefined) {
		return { dead: [], v6Silent: [], notSeen, allDead: tried.length > 0 };
	}
	const v6 = tried.filter(({ family }) => family === 6);
	const v6AllDead = v6.length > 0 && v6.every((view) => isDead(view) === true);
	const believed = (view: AddressView) =>
		isDead(view) === true && (view.family === 4 ? works.v4 : works.v6) === true;
	const dead = tried
		.filter((view) => believed(view) && !(v6AllDead && view.family === 6 && alive.family === 4))
		.map((view) => ({ view, alive: alive.address }));
	const v6Silent = v6AllDead && alive.family === 4 ? v6.filter(believed) : [];
	return { dead, v6Silent, notSeen, allDead: false };
}

/** Addresses of several networks that connect, and whose page was not seen (a gatekeeper, a reset), or changes. */
function notCompared({ addresses }: AddressSurvey): readonly string[] {
	const tried = addresses.filter(({ https }) => https === 'open');
	if (new Set(tried.map(({ network }) => network)).size < 2) return [];
	const unseen = tried.filter(({ served }) => served === null).map(({ address }) => address);
	if (unseen.length === 0) return [];
	return [`no page was seen at ${unseen.join(', ')}, or another one at each look`];
}

function connectedTo({ addresses, passedOver }: AddressSurvey) {
	const all = addresses.map(({ address }) => address);
	return {
		addresses: all.filter((address) => !passedOver.includes(address)),
		passedOver: passedOver.length,
	};
}

/** Differences between networks of one family, and between the families. */
function mixtures({ addresses }: AddressSurvey) {
	const seenPages = addresses.filter(({ served }) => served !== null);
	const v4 = seenPages.filter(({ family }) => family === 4);
	const v6 = seenPages.filter(({ family }) => family === 6);
	const first = v4.slice(0, 1);
	const elsewhere = v4.filter(({ network }) => network !== first[0]?.network);
	const mixed = firstDifference(first, elsewhere);
	if (mixed !== null) return [{ verdict: 'old-and-new-mixed' as const, difference: mixed }];
	const other = firstDifference(first, v6);
	return other === null ? [] : [{ verdict: 'ipv6-serves-other-site' as const, difference: other }];
}

function hasNoV6({ addresses, knowsV6 }: AddressSurvey, host: Host): boolean {
	return isRequired(host) && knowsV6 && !addresses.some(({ family }) => family === 6);
}

const V4 = '198.18.1.1';
const OTHER_V4 = '198.19.1.1';
const V6 = '2001:db8::1';
const CLOSED = { https: 'refused', http: 'refused' } as const;

function seen(address: string, kind: AddressView['class'] = 'public'): AddressView {
	return {
		address,
		family: address.includes(':') ? 6 : 4,
		class: kind,
		usable: kind === 'public',
		network: address.split('.').slice(0, 3).join('.'),
		https: null,
		http: null,
		served: null,
	};
}

function live(address: string, more: Partial<AddressView> = page('Shop')): AddressView {
	return { ...seen(address), https: 'open', ...more };
}

function page(
	title: string | null,
	more: { status?: number; issuer?: string; software?: string } = {},
): Partial<AddressView> {
	const served = { status: 200, title, location: null, software: 'nginx', issuer: 'Some CA' };
	return { served: { ...served, ...more } };
}

import {
	at,
	auditedDomains,
	cannotSay,
	type Delegation,
	defineCheck,
	delegation,
	doubtAt,
	type Fact,
	type Judgement,
	optional,
	type ParentDs,
	parentDs,
	type Registration,
	registeredDomainOf,
	registrationClock,
	registrationOf,
	type Say,
	type Sibling,
	siblingDomains,
	unknown,
	z,
} from '../../src/sdk.ts';
import {
	daysSince,
	daysUntil,
	disagreements,
	endOf,
	isSameParty,
	isSameRegistrar,
	nameserverDifference,
	paidUntil,
	sameList,
	signerDifference,
	valueIn,
} from './_concluded.ts';
import { REGISTRATION_VERDICTS } from './_registration-verdicts.ts';
import {
	BAD_CLOCK,
	DS,
	ledTo,
	NO_END,
	SOUND,
	seen,
	siblingUntil,
	signedWith,
	until,
	viewWith,
	withStatuses,
} from './_samples.ts';
import { canBeLocked, hasNoEnd, isTransferLocked, unlockedChanges } from './_statuses.ts';

const Options = z.object({
	/** The registrar that it should be at: its name, or its number at IANA. */
	registrar: z.string().min(1).optional(),
	/** The organisation that it should belong to. */
	registrant: z.string().min(1).optional(),
	/** The name servers that it should have; only used beside the two above. */
	nameServers: z.array(z.string()).optional(),
	/** A move to another registrar is under way, and is meant. */
	transferExpected: z.boolean().default(false),
});

type Key = keyof typeof REGISTRATION_VERDICTS;
type Said = Judgement<Key>;

/** Thresholds, in days. */
const WORTH_KNOWING = 365;
const SOON = 90;
const SIBLING = 30;
const NEW = 15;
const MOVED = 60;

interface Case {
	readonly registration: Registration;
	readonly led: Fact<Delegation>;
	readonly signers: Fact<ParentDs>;
	readonly options: z.output<typeof Options>;
	readonly now: Date;
	/** Why no date can be judged; `null` where they can. */
	readonly doubt: string | null;
	/** What every verdict is told. */
	readonly who: {
		readonly domain: string;
		readonly registrar: string | null;
		readonly url: string | null;
		readonly undelegated: boolean;
	};
	readonly say: Say<typeof REGISTRATION_VERDICTS>;
}

export default defineCheck({
	id: 'domain/registration',
	title: 'The domain is yours, and stays so after the launch',
	rationale:
		'A domain that expires, is put on hold or is moved away takes the site and all mail with it, and ' +
		'no server of yours can do anything about it.',
	references: [
		'RFC 9082, 9083 (RDAP)',
		'RFC 8056, 5731 (statuses)',
		'RFC 3915 (grace periods)',
		'RFC 9537 (redaction)',
		'RFC 9224 (whom to ask)',
	],
	reach: 'sign-in',
	layer: 'registration',
	over: auditedDomains,
	options: Options,
	verdicts: REGISTRATION_VERDICTS,
	appliesTo({ name }) {
		const registered = registeredDomainOf(name);
		if (registered === name) return true;
		if (registered === null) return `${name} is a public suffix, which nobody registers.`;
		return `${name} was given out by whoever runs ${registered}, and not by a registry: its registration is theirs.`;
	},
	needs: ({ subject, options }) => {
		const { name: domain, rdap, required, oldDomains } = subject;
		const own = { domain, rdap, ...(options.registrant !== undefined && { registrant: true }) };
		return {
			registration: registrationOf(own),
			led: optional(delegation({ name: domain })),
			signers: optional(parentDs({ domain })),
			clock: optional(registrationClock(own)),
			siblings: optional(
				siblingDomains({ domain, rdap, required: [...required], oldDomains: [...oldDomains] }),
			),
		};
	},
	judge({ given, options, now, say }) {
		const { registration, led, signers, clock } = given;
		const { domain, url, registrar } = registration;
		const undelegated = valueIn(led)?.missing != null;
		const about: Case = {
			registration,
			led,
			signers,
			options,
			now,
			doubt: doubtAt(clock, now),
			who: { domain, url, registrar: registrar?.name ?? null, undelegated },
			say,
		};
		const siblings = siblingsSoon(valueIn(given.siblings) ?? [], about);
		switch (registration.state) {
			case 'registered':
				return [...judged(about), ...siblings];
			case 'not-found':
				return [notFound(about), ...siblings];
			case 'unavailable':
				return [
					cannotSay(registration.because ?? 'inconclusive', `${registration.why}.`),
					...siblings,
				];
		}
	},
	examples: (example) => {
		const filtered = unknown('unsupported', 'port 53 is filtered');
		const absent = {
			state: 'not-found',
			why: 'rdap.example.net knows no example.com (404)',
		} as const;
		const silent = { state: 'unavailable', because: 'timeout', why: 'no answer' } as const;
		const paid = (registrarExpiresAt: string, statuses: string[]) => ({
			...withStatuses(...statuses),
			atRegistrar: viewWith({ registrarExpiresAt }),
		});
		const asked = { transferExpected: true };
		return [
			example('in good order', seen({}), 'held'),
			example(
				'no end, and a registry that publishes none',
				seen({ ...NO_END, domain: 'example.nl' }, { led: ledTo([], null) }),
				'held',
			),
			example('no end, and a registry that should say', seen(NO_END), 'unknown'),
			example(
				'404, NXDOMAIN above',
				seen(absent, { led: ledTo([], 'nxdomain') }),
				'not-registered',
			),
			example('404, yet delegated', seen(absent), 'unknown'),
			example(
				'404, known above without name servers',
				seen(absent, { led: ledTo([], 'nodata') }),
				'unknown',
			),
			example('404, port 53 filtered', seen(absent, { led: filtered }), 'unknown'),
			example('nobody answers', seen(silent), 'unknown'),
			example('expired a second ago', seen(until('2029-12-31T23:59:59.000Z')), 'expired'),
			example(
				'expired, by a clock in doubt',
				seen(until('2029-06-01T00:00:00.000Z'), { clock: BAD_CLOCK }),
				'unknown',
			),
			example('6 days left', seen(until('2030-01-07T23:59:59.000Z')), 'expires-soon'),
			example('7 days left', seen(until('2030-01-08T00:00:00.000Z')), 'expires-soon'),
			example('29 days left', seen(until('2030-01-30T23:59:59.000Z')), 'expires-soon'),
			example('30 days left', seen(until('2030-01-31T00:00:00.000Z')), 'expires-soon'),
			example('89 days left', seen(until('2030-03-31T23:59:59.000Z')), 'expires-soon'),
			example('90 days left', seen(until('2030-04-01T00:00:00.000Z')), 'held'),
			example('364 days left', seen(until('2030-12-31T23:59:59.000Z')), 'expires-soon'),
			example('365 days left', seen(until('2031-01-01T00:00:00.000Z')), 'held'),
			example(
				'in redemption',
				seen(withStatuses('pending delete', 'redemption period', 'server hold')),
				'deletion-pending',
			),
			example('about to be released', seen(withStatuses('pending delete')), 'deletion-pending'),
			example(
				'renewed by the registry, not paid',
				seen(paid('2029-12-20T00:00:00.000Z', ['auto renew period'])),
				'renewal-unconfirmed',
			),
			example('renewed by the registry alone', seen(withStatuses('auto renew period')), 'held'),
			example(
				'renewed by both',
				seen(paid('2032-06-01T00:00:00.000Z', ['auto renew period'])),
				'held',
			),
			example(
				'only the registrar gives a date, and it has passed',
				seen({
					expiresAt: '2029-12-20T00:00:00.000Z',
					atRegistry: viewWith({ expiresAt: null, registrarExpiresAt: '2029-12-20T00:00:00.000Z' }),
				}),
				'renewal-unconfirmed',
			),
			example('held back by the registrar', seen(withStatuses('client hold')), 'on-hold'),
			example('held back by the registry', seen(withStatuses('server hold')), 'on-hold'),
			example(
				'inactive, not delegated',
				seen(withStatuses('inactive'), { led: ledTo([], 'nxdomain') }),
				'on-hold',
			),
			example('inactive, yet delegated', seen(withStatuses('inactive')), 'held'),
			example(
				'leaving for another registrar',
				seen(withStatuses('pending transfer')),
				'transfer-pending',
			),
			example('leaving, as intended', seen(withStatuses('pending transfer')), 'held', {
				options: asked,
			}),
			example('no lock', seen({ statuses: ['active'] }), 'no-transfer-lock'),
			example('no status at all', seen({ statuses: [] }), 'unknown'),
			example(
				'locked by the registry',
				seen({ statuses: ['server transfer prohibited'] }),
				'no-change-lock',
			),
			example('locked against everything', seen({ statuses: ['locked'] }), 'held'),
			example(
				'no lock, where there is none',
				seen({ statuses: ['active'], domain: 'example.de' }, { led: filtered }),
				'unknown',
			),
			example('at another registrar', seen({}), 'registrar-unexpected', {
				options: { registrar: 'Other Names Ltd' },
			}),
			example('at the registrar, by name', seen({}), 'held', {
				options: { registrar: 'example registrar' },
			}),
			example('at the registrar, by number', seen({}), 'held', { options: { registrar: '9999' } }),
			example('at a registrar without a name', seen({ registrar: null }), 'unknown', {
				options: { registrar: '9999' },
			}),
			example('somebody else’s', seen({ registrant: 'Agency GmbH' }), 'registrant-unexpected', {
				options: { registrant: 'Example Ltd' },
			}),
			example('its owner’s', seen({ registrant: 'EXAMPLE Limited' }), 'held', {
				options: { registrant: 'Example Ltd' },
			}),
			example('a holder who is withheld', seen({}), 'unknown', {
				options: { registrant: 'Example Ltd' },
			}),
			example(
				'other name servers above',
				seen({}, { led: ledTo(['ns1.example.org']) }),
				'nameservers-differ',
			),
			example(
				'name servers in another order',
				seen({}, { led: ledTo(['ns2.example.net', 'ns1.example.net']) }),
				'held',
			),
			example(
				'name servers not told',
				seen({ nameservers: null }, { led: ledTo(['ns1.example.org']) }),
				'held',
			),
			example('name servers, port 53 filtered', seen({}, { led: filtered }), 'unknown'),
			example(
				'another signer above',
				seen({ isSigned: true, ds: [DS] }, { signers: signedWith({ ...DS, keyTag: 1 }) }),
				'ds-differs',
			),
			example('signed above alone', seen({}, { signers: signedWith(DS) }), 'ds-differs'),
			example('signed at the registry alone', seen({ isSigned: true, ds: null }), 'ds-differs'),
			example(
				'the same signer',
				seen({ isSigned: true, ds: [DS] }, { signers: signedWith(DS) }),
				'held',
			),
			example(
				'signed, the signer not told',
				seen({ isSigned: true, ds: null }, { signers: signedWith(DS) }),
				'held',
			),
			example(
				'another domain, 29 days left',
				seen({}, { siblings: [siblingUntil('2030-01-30T23:59:59.000Z')] }),
				'sibling-expires-soon',
			),
			example(
				'another domain, 30 days left',
				seen({}, { siblings: [siblingUntil('2030-01-31T00:00:00.000Z')] }),
				'held',
			),
			example(
				'another domain that nobody knows about',
				seen({}, { siblings: [siblingUntil(null, { registration: { ...SOUND, ...silent } })] }),
				'unknown',
			),
			example(
				'two dates',
				seen({ atRegistrar: viewWith({ registrarExpiresAt: '2031-06-01T00:00:00.000Z' }) }),
				'sources-disagree',
			),
			example(
				'two dates, two days apart',
				seen({ atRegistrar: viewWith({ registrarExpiresAt: '2032-05-30T00:00:00.000Z' }) }),
				'held',
			),
			example(
				'a lock at the registrar alone',
				seen({ statuses: ['server transfer prohibited'], atRegistrar: viewWith({}) }),
				'sources-disagree',
			),
			example('14 days old', seen({ createdAt: '2029-12-17T00:00:01.000Z' }), 'recently-changed'),
			example('15 days old', seen({ createdAt: '2029-12-17T00:00:00.000Z' }), 'held'),
			example(
				'moved 59 days ago',
				seen({ transferredAt: '2029-11-02T00:00:01.000Z' }),
				'recently-changed',
			),
			example('moved 60 days ago', seen({ transferredAt: '2029-11-02T00:00:00.000Z' }), 'held'),
		];
	},
});

/** A 404 is believed where the zone above says the same. */
function notFound({ registration, led, who, say }: Case): Said {
	const known = valueIn(led);
	if (known?.missing === 'nxdomain') {
		const ttls = known.views.map(({ answer }) => answer.negativeTtl ?? 0);
		const isSure = !registration.why.includes('web page');
		return say('not-registered', {
			...who,
			service: registration.why,
			confidence: isSure ? 'high' : 'medium',
			negativeTtl: Math.max(0, ...ttls),
		});
	}
	const parent =
		led.status !== 'known'
			? `the zone above could not be asked (${led.detail})`
			: known?.missing === 'nodata'
				? 'the zone above knows the name, without name servers'
				: 'the zone above leads to it';
	return cannotSay('inconclusive', `${registration.why}, while ${parent}.`);
}

function judged(about: Case): readonly Said[] {
	const { registration, doubt, now, led, say, who } = about;
	const isDelegated = led.status === 'known' && led.value.missing === null;
	const end = endOf(registration, { now: doubt === null ? now : null, isDelegated });
	const risks: readonly Said[] = [
		...(end === null ? [] : [ending(end, about)]),
		...(end === null && doubt === null ? expiry(about) : []),
		...(end?.kind === 'deletion-pending' ? [] : lock(about)),
		...parties(about),
		...(end === null ? difference(about) : []),
		...disagreement(about),
	];
	const notes: readonly Said[] = [
		...(doubt === null ? [] : [cannotSay('inconclusive', `${doubt}: no date can be judged.`)]),
		...(doubt === null ? dateNotes(about) : []),
		...changeLock(about),
		...unseen(about),
	];
	if (risks.length > 0) return [...risks, ...notes];
	return [say('held', { ...who, expiresAt: registration.expiresAt }), ...notes];
}

function ending(end: NonNullable<ReturnType<typeof endOf>>, { who, say, now }: Case): Said {
	const { statuses } = end;
	if (end.kind !== 'expired') return say(end.kind, { ...who, statuses });
	const days = daysUntil(end.expiresAt, now);
	return say('expired', { ...who, statuses, expiresAt: end.expiresAt, days });
}

function expiry({ registration, now, say, who }: Case): readonly Said[] {
	const { expiresAt, atRegistry, statuses } = registration;
	const paid = paidUntil(registration);
	const isRenewed = statuses.includes('auto renew period');
	const isPast = paid !== null && Date.parse(paid) <= now.getTime();
	const isUnconfirmed = isPast && (isRenewed || atRegistry?.expiresAt == null);
	const days = expiresAt === null ? null : daysUntil(expiresAt, now);
	return [
		...(isUnconfirmed ? [say('renewal-unconfirmed', { ...who, paidUntil: paid, isRenewed })] : []),
		...(expiresAt !== null && days !== null && days >= 0 && days < SOON
			? [say('expires-soon', { ...who, expiresAt, days })]
			: []),
	];
}

/** What is worth knowing about dates, and no risk. */
function dateNotes({ registration, now, say, who }: Case): readonly Said[] {
	const { expiresAt, createdAt, transferredAt, domain } = registration;
	const days = expiresAt === null ? null : daysUntil(expiresAt, now);
	const created = createdAt !== null && daysSince(createdAt, now) < NEW ? createdAt : null;
	const transferred =
		transferredAt !== null && daysSince(transferredAt, now) < MOVED ? transferredAt : null;
	return [
		...(expiresAt !== null && days !== null && days >= SOON && days < WORTH_KNOWING
			? [say('expires-soon', { ...who, expiresAt, days })]
			: []),
		...(created !== null || transferred !== null
			? [say('recently-changed', { ...who, created, transferred })]
			: []),
		...(expiresAt === null && !hasNoEnd(domain)
			? [cannotSay('inconclusive', `The answer about ${domain} has no date on which it ends.`)]
			: []),
	];
}

/** Nothing is said where the registry moves domains by rules of its own. */
function lock({ registration, say, who }: Case): readonly Said[] {
	const { domain, statuses } = registration;
	if (statuses.length === 0 || statuses.includes('pending transfer')) return [];
	if (!canBeLocked(domain) || isTransferLocked(statuses)) return [];
	return [say('no-transfer-lock', { ...who, statuses })];
}

function changeLock({ registration: { domain, statuses }, say, who }: Case): readonly Said[] {
	const changes = unlockedChanges(statuses);
	if (statuses.length === 0 || !canBeLocked(domain) || changes.length === 0) return [];
	return [say('no-change-lock', { ...who, changes })];
}

function parties(about: Case): readonly Said[] {
	const { registration, options, say, who } = about;
	const { registrar, registrant, isRegistrantRedacted, statuses } = registration;
	const moved = haveServersMoved(about);
	const said: Said[] = [];
	if (statuses.includes('pending transfer') && !options.transferExpected) {
		said.push(say('transfer-pending', who));
	}
	const { registrar: wanted, registrant: holder } = options;
	if (wanted !== undefined && registrar === null) {
		said.push(cannotSay('unsupported', 'The answer does not name the registrar.', 'blocker'));
	} else if (wanted !== undefined && registrar !== null && !isSameRegistrar(wanted, registrar)) {
		const found = registrar.name ?? `the registrar with IANA number ${registrar.ianaId}`;
		said.push(say('registrar-unexpected', { ...who, expected: wanted, found, moved }));
	}
	if (holder !== undefined && registrant === null) {
		const why = isRegistrantRedacted ? 'withholds' : 'does not name';
		said.push(cannotSay('unsupported', `The answer ${why} the registrant.`, 'blocker'));
	} else if (holder !== undefined && registrant !== null && !isSameParty(holder, registrant)) {
		const args = { ...who, expected: holder, found: registrant, moved };
		said.push(say('registrant-unexpected', args));
	}
	return said;
}

/** Against the configuration where it names some, else against the zone above. */
function haveServersMoved({ registration, options, led }: Case): boolean {
	const { nameservers } = registration;
	if (options.nameServers !== undefined && nameservers !== null) {
		return !sameList(options.nameServers, nameservers);
	}
	return nameserverDifference(registration, valueIn(led)) !== null;
}

function difference({ registration, led, signers, say, who }: Case): readonly Said[] {
	const { changedAt } = registration;
	const parent = valueIn(led)?.parent ?? '';
	const args = { ...who, parent, changedAt };
	const servers = nameserverDifference(registration, valueIn(led));
	const keys = who.undelegated ? null : signerDifference(registration, valueIn(signers));
	return [
		...(servers === null ? [] : [say('nameservers-differ', { ...args, ...servers })]),
		...(keys === null ? [] : [say('ds-differs', { ...args, ...keys })]),
	];
}

function disagreement({ registration, say, who }: Case): readonly Said[] {
	const differences = disagreements(registration);
	return differences.length === 0 ? [] : [say('sources-disagree', { ...who, differences })];
}

/** What the answer leaves out, and what nobody here could compare. */
function unseen({ registration, led }: Case): readonly Said[] {
	const { domain, nameservers, statuses } = registration;
	const isBlind = led.status !== 'known' && (nameservers ?? []).length > 0;
	const reason = led.status === 'unknown' ? led.because : 'inconclusive';
	const why = led.status === 'known' ? '' : led.detail;
	return [
		...(statuses.length === 0
			? [
					cannotSay(
						'inconclusive',
						`The answer about ${domain} gives no status: holds and locks are not known.`,
					),
				]
			: []),
		...(isBlind
			? [
					cannotSay(
						reason,
						`Name servers at registry and parent were not compared: the zone above could not be asked (${why}).`,
						'high',
					),
				]
			: []),
	];
}

function siblingsSoon(siblings: readonly Sibling[], about: Case): readonly Said[] {
	const { now, say, doubt, who } = about;
	return siblings.flatMap((sibling): readonly Said[] => {
		const { domain, because, isConfigured, isNameServer, registration } = sibling;
		const { expiresAt, state, why, url, registrar } = registration;
		if (state === 'unavailable' && isConfigured) {
			return [cannotSay('inconclusive', `Nothing is known about ${domain}: ${why}.`, 'high')];
		}
		if (expiresAt === null || doubt !== null) return [];
		const days = daysUntil(expiresAt, now);
		if (days >= SIBLING) return [];
		const args = { ...who, domain, url, registrar: registrar?.name ?? null, undelegated: false };
		const said = say('sibling-expires-soon', { ...args, because, expiresAt, days, isNameServer });
		return [at({ kind: 'host', name: domain }, said)];
	});
}

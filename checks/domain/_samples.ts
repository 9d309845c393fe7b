import {
	type ClockDoubt,
	type Delegation,
	EMPTY_ANSWER,
	type Fact,
	known,
	type ParentDs,
	type RegisteredDs,
	type Registration,
	type Sibling,
	unknown,
} from '../../src/sdk.ts';

const LOCKS = [
	'client delete prohibited',
	'client transfer prohibited',
	'client update prohibited',
];

const URL_ASKED = 'https://rdap.example.net/domain/example.com';

/** In good order, as examples are judged on the first day of 2030. */
export const SOUND: Registration = {
	domain: 'example.com',
	state: 'registered',
	why: '',
	because: null,
	url: URL_ASKED,
	expiresAt: '2032-06-01T00:00:00.000Z',
	createdAt: '2020-06-01T00:00:00.000Z',
	transferredAt: null,
	changedAt: '2029-06-01T00:00:00.000Z',
	statuses: LOCKS,
	registrar: { name: 'Example Registrar, Inc.', ianaId: '9999' },
	registrant: null,
	isRegistrantRedacted: true,
	nameservers: ['ns1.example.net', 'ns2.example.net'],
	isSigned: false,
	ds: [],
	atRegistry: viewWith({}),
	atRegistrar: null,
	answeredAt: null,
	answeredFrom: null,
};

export function viewWith(more: Partial<NonNullable<Registration['atRegistry']>>) {
	return {
		url: URL_ASKED,
		expiresAt: '2032-06-01T00:00:00.000Z',
		registrarExpiresAt: null,
		statuses: LOCKS,
		...more,
	};
}

/** Ends on a day, by the registry's word. */
export function until(expiresAt: string): Partial<Registration> {
	return { expiresAt, atRegistry: viewWith({ expiresAt }) };
}

/** No date of an end. */
export const NO_END: Partial<Registration> = {
	expiresAt: null,
	atRegistry: viewWith({ expiresAt: null }),
};

export function withStatuses(...statuses: string[]): Partial<Registration> {
	return { statuses: [...LOCKS, ...statuses].sort() };
}

/** How the zone above leads to it: these name servers, or none. */
export function ledTo(
	names: readonly string[],
	missing: Delegation['missing'] = null,
): Fact<Delegation> {
	return known({
		zone: 'example.com',
		parent: 'com',
		missing,
		isShared: false,
		views: [
			{
				server: '203.0.113.1',
				answer: {
					...EMPTY_ANSWER,
					status: missing ?? 'referral',
					rcode: missing === 'nxdomain' ? 'NXDOMAIN' : 'NOERROR',
					aa: missing !== null,
					negativeTtl: missing === null ? null : 900,
					server: '203.0.113.1',
					transport: 'udp',
					detail: '',
				},
				names,
				glue: {},
				ttl: missing === null ? 172_800 : null,
			},
		],
	});
}

export function signedWith(...ds: RegisteredDs[]): Fact<ParentDs> {
	return known({ server: '203.0.113.1', ds, ttl: ds.length > 0 ? 86_400 : null });
}

export const DS: RegisteredDs = { keyTag: 4711, algorithm: 13, digestType: 2, digest: 'AB12' };

export const BAD_CLOCK: Fact<ClockDoubt> = known({
	ours: '2030-01-01T00:00:00.000Z',
	doubt: "this machine's clock says 2030-01-01T00:00, two servers say 2027-01-01T00:00",
});

export function siblingUntil(expiresAt: string | null, more: Partial<Sibling> = {}): Sibling {
	return {
		domain: 'example.org',
		because: 'visitors still come by it',
		isConfigured: true,
		isNameServer: false,
		registration: { ...SOUND, domain: 'example.org', expiresAt },
		...more,
	};
}

/** A registration that differs from a sound one, and whatever else was seen. */
export function seen(
	registration: Partial<Registration>,
	more: {
		readonly led?: Fact<Delegation>;
		readonly signers?: Fact<ParentDs>;
		readonly clock?: Fact<ClockDoubt>;
		readonly siblings?: readonly Sibling[];
	} = {},
) {
	return {
		registration: { ...SOUND, ...registration },
		led: more.led ?? ledTo(['ns1.example.net', 'ns2.example.net']),
		signers: more.signers ?? signedWith(),
		clock: more.clock ?? unknown('not-asked', 'example'),
		siblings: known(more.siblings ?? []),
	};
}

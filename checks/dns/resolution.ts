import {
	type Addresses,
	addressesOf,
	at,
	blockedBy,
	cannotSay,
	controlName,
	type DeadLink,
	type DnsAnswer,
	deadLinks,
	defineCheck,
	dnsPanel,
	doesNotApply,
	EMPTY_ANSWER,
	type Fact,
	type Host,
	hostNameFault,
	isRequired,
	isSharedAlias,
	known,
	type Landing,
	landing,
	lookup,
	names,
	optional,
	pageIn,
	type Resolution,
	resolution,
	unknown,
	type View,
	type Walk,
	z,
} from '../../src/sdk.ts';
import { type Absence, conclude } from './_conclude.ts';
import { RESOLUTION_VERDICTS } from './_resolution-verdicts.ts';

/** TTL for records that may have to change again on launch day. */
const NEW_TTL = 300;

export default defineCheck({
	id: 'dns/resolution',
	title: 'The name resolves to an address',
	rationale:
		'A name without an address is a site that is down for everybody, and nothing behind it can be ' +
		'seen or fixed before it resolves.',
	references: [
		'RFC 8020 (NXDOMAIN)',
		'RFC 2308 (negative answers)',
		'RFC 8914 (extended errors)',
		'RFC 5890 (A-labels)',
		'RFC 1123 §2.1 (host names)',
	],
	reach: 'sign-in',
	layer: 'records',
	over: names,
	options: z.object({
		/** Treat www as required, though nothing was seen to use it. */
		wwwRequired: z.boolean().default(false),
	}),
	verdicts: RESOLUTION_VERDICTS,
	decisive: { by: 'standing', in: ['apex', 'named'] },
	needs: ({ subject }) => ({
		seen: resolution({
			host: subject.name,
			effort: effortFor(subject),
			control: controlName(subject.apex, subject.seed),
		}),
		apex: optional(
			resolution({
				host: subject.apex,
				effort: 'compare',
				control: controlName(subject.apex, subject.seed),
			}),
		),
		twin: optional(addressesOf({ host: twinOf(subject) })),
		home: optional(landing({ url: `https://${subject.apex}/` })),
		control: optional(lookup({ name: controlName(subject.apex, subject.seed), type: 'A' })),
		dead: optional(deadLinks({ host: subject.apex })),
		panel: optional(dnsPanel({ domain: subject.apex })),
	}),
	judge({ given, subject, options, say }) {
		const host = subject.name;
		const panel = valueIn(given.panel) ?? null;
		const conclusion = conclude(given.seen, subject);
		const nameFault = hostNameFault(host);
		const beside = [
			...(nameFault !== null && (isRequired(subject) || conclusion.kind === 'resolves')
				? [say('name-invalid', { host, fault: nameFault })]
				: []),
			...deadLinksAt(subject, given.dead).map((link) =>
				at({ kind: 'host', name: link.host }, say('host-missing', linkedArgs(link, panel))),
			),
		];
		switch (conclusion.kind) {
			case 'resolves':
				return [...beside, say('resolves', { host, addresses: conclusion.addresses })];
			case 'disagree':
				return [...beside, say('resolvers-disagree', { host, ...conclusion.args })];
			case 'servfail':
				return [...beside, say('servfail', { host, apex: subject.apex, ...conclusion.args })];
			case 'undecided': {
				if (subject.context.standing === 'guessed' && !answers(given.apex)) {
					const by = { check: 'dns/resolution', subject: subject.apex };
					return blockedBy(by, `${subject.apex} does not resolve either`);
				}
				const { reason, detail, onlyHigh } = conclusion;
				return [...beside, cannotSay(reason, detail, ...(onlyHigh ? (['high'] as const) : []))];
			}
			case 'absent': {
				const { absence } = conclusion;
				if (subject.context.standing === 'guessed' && isAnyNames(host, given)) {
					return doesNotApply(`${host} was tried unasked, and only gets what any name gets.`);
				}
				const args = { host, line: lineFor(subject, given.twin), panel, ...absence };
				switch (missing(subject, absence, given.apex)) {
					case 'ipv6-only':
						return [...beside, say('ipv6-only', args)];
					case 'apex-missing':
						return [...beside, say('apex-missing', args)];
					case 'www-missing':
						return [
							...beside,
							say('www-missing', { ...args, usedBy: userOfWww(subject, options, given.home) }),
						];
					case 'host-missing':
						return [...beside, say('host-missing', { ...args, usedBy: null })];
					case 'no-address':
						return [...beside, say('no-address', { ...args, required: isRequired(subject) })];
					case 'nothing':
						return doesNotApply(`${host} was tried unasked and does not exist.`);
				}
			}
		}
	},
	examples: (example) => {
		const host = (name: string, standing: Host['context']['standing']) => ({
			subject: { name, context: { standing, stage: 'production' as const } },
		});
		const given = (seen: Resolution, more: object = {}) => ({ ...NOTHING_ELSE, seen, ...more });
		const www = host('www.example.com', 'www');
		const app = host('app.example.com', 'named');
		const there = given(RESOLVES);
		return [
			example('an address', there, 'resolves'),
			example('NXDOMAIN by both', given(absent('nxdomain')), 'apex-missing'),
			example('no record by both', given(absent('nodata')), 'apex-missing'),
			example('NXDOMAIN, port 53 filtered', given(absent('nxdomain', 'filtered')), 'apex-missing'),
			example('NXDOMAIN, own servers dead', given(absent('nxdomain', 'broken')), 'unknown'),
			example('the zone has it already', given(absent('nxdomain', 'ok')), 'resolvers-disagree'),
			example(
				'an old address in the cache',
				given({ ...RESOLVES, authoritative: view('ok', ['203.0.113.9']) }),
				'resolvers-disagree',
			),
			example(
				'only IPv6',
				given({ ...absent('nodata'), ...withV6(absent('nodata')) }),
				'ipv6-only',
			),
			example('SERVFAIL by both', given(absent('servfail', 'broken')), 'servfail'),
			example('aliases in a circle, by both', given(absent('cname-loop', 'endless')), 'servfail'),
			example(
				'IPv6 resolves, and nobody can say whether IPv4 does',
				given({ ...absent('servfail', 'broken'), ...withV6(absent('servfail')) }),
				'unknown',
			),
			example('SERVFAIL, port 53 filtered', given(absent('servfail', 'filtered')), 'unknown'),
			example('no answer, yet the zone has one', given(absent('no-response', 'ok')), 'unknown'),
			example(
				'fails validation',
				given({ ...absent('servfail', 'ok'), failsValidation: true }),
				'servfail',
			),
			example(
				'an address that the resolver invents',
				given({ ...absent('nxdomain'), ...invented() }),
				'apex-missing',
			),
			example('www NXDOMAIN', given(absent('nxdomain')), 'www-missing', www),
			example(
				'www NXDOMAIN, as the apex is',
				given(absent('nxdomain'), { apex: known(absent('nxdomain')) }),
				'not-applicable',
				www,
			),
			example('app named by the user, NXDOMAIN', given(absent('nxdomain')), 'host-missing', app),
			example('app named by the user, no record', given(absent('nodata')), 'no-address', app),
			example(
				'app guessed, NXDOMAIN',
				given(glanced('nxdomain')),
				'not-applicable',
				host('app.example.com', 'guessed'),
			),
			example(
				'app guessed, an address that the resolver invents',
				given({ ...glanced('nxdomain'), ...invented() }),
				'not-applicable',
				host('app.example.com', 'guessed'),
			),
			example(
				'app guessed, SERVFAIL',
				given(glanced('servfail')),
				'unknown',
				host('app.example.com', 'guessed'),
			),
			example(
				'app guessed, SERVFAIL as the apex',
				given(glanced('servfail'), { apex: known(absent('servfail', 'broken')) }),
				'blocked',
				host('app.example.com', 'guessed'),
			),
			example(
				'app guessed, an alias that leads nowhere',
				given(deadAlias('shop.hosting.test')),
				'no-address',
				host('app.example.com', 'guessed'),
			),
			example(
				'app guessed, an alias that leads nowhere, as the wildcard does',
				given(deadAlias('shop.hosting.test'), { control: aliased('shop.hosting.test') }),
				'not-applicable',
				host('app.example.com', 'guessed'),
			),
			example(
				'app guessed, an alias that leads nowhere, made by a DNAME',
				given(deadAlias('app.brand.test'), { control: aliased('lr-0.brand.test') }),
				'not-applicable',
				host('app.example.com', 'guessed'),
			),
			example(
				'app guessed, an alias that leads nowhere beside a wildcard',
				given(deadAlias('shop.hosting.test'), { control: aliased('all.hosting.test') }),
				'no-address',
				host('app.example.com', 'guessed'),
			),
			example(
				'the home page links to a name that is not there',
				given(RESOLVES, {
					dead: known([DEAD_LINK]),
				}),
				'host-missing',
			),
			example(
				'the home page links to a missing name that is judged by itself',
				given(RESOLVES, { dead: known([DEAD_LINK]) }),
				'resolves',
				{ subject: { required: ['example.com', 'help.example.com'] } },
			),
			example('an underscore', there, 'name-invalid', host('my_app.example.com', 'named')),
			example(
				'hyphens in places 3 and 4',
				there,
				'name-invalid',
				host('ab--c.example.com', 'named'),
			),
			example('hyphens in places 4 and 5', there, 'resolves', host('abc--d.example.com', 'named')),
		];
	},
});

function valueIn<V>(fact: Fact<V>): V | undefined {
	return fact.status === 'known' ? fact.value : undefined;
}

function effortFor(host: Host): 'glance' | 'walk' | 'compare' {
	if (isRequired(host)) return 'compare';
	return host.context.standing === 'www' ? 'walk' : 'glance';
}

/** The other half of apex and www, whose address a missing one can share. */
function twinOf({ name, apex }: Host): string {
	return name === apex ? `www.${apex}` : apex;
}

function deadLinksAt(host: Host, dead: Fact<readonly DeadLink[]>): readonly DeadLink[] {
	if (host.context.standing !== 'apex') return [];
	return (valueIn(dead) ?? []).filter((link) => !host.required.includes(link.host));
}

function linkedArgs({ host, page, negativeTtl, isConfirmed }: DeadLink, panel: string | null) {
	return {
		host,
		seen: 'NXDOMAIN',
		line: `${host}. ${NEW_TTL} IN A <IPv4 address of its server>`,
		panel,
		negativeTtl,
		undelegated: false,
		isAlias: false,
		isConfirmed,
		isPlanned: false,
		usedBy: `${page} links to it`,
	};
}

/** A wildcard or a DNAME makes its alias: a name that nobody has gets the same. */
function isAnyNames(
	host: string,
	{ seen, control }: { readonly seen: Resolution; readonly control: Fact<DnsAnswer> },
): boolean {
	const [target] = seen.resolver.A.aliases;
	const [its] = valueIn(control)?.chain ?? [];
	return target !== undefined && its !== undefined && isSharedAlias({ owner: host, target }, its);
}

function answers(apex: Fact<Resolution>): boolean {
	return valueIn(apex)?.resolver.A.status === 'ok';
}

/** Which absence it is at this host. */
function missing(host: Host, absence: Absence, apex: Fact<Resolution>) {
	const { standing } = host.context;
	if (absence.v6.length > 0) return 'ipv6-only';
	if (standing === 'apex') return 'apex-missing';
	if (standing === 'guessed') return absence.isAlias ? 'no-address' : 'nothing';
	if (host.name === `www.${host.apex}`) {
		return standing === 'www' && !answers(apex) ? 'nothing' : 'www-missing';
	}
	return absence.exists ? 'no-address' : 'host-missing';
}

function userOfWww(
	host: Host,
	{ wwwRequired }: { wwwRequired: boolean },
	home: Fact<Landing>,
): string | null {
	if (host.context.standing === 'named') return 'it was named as a host that must work';
	if (wwwRequired) return 'the configuration requires it';
	const end = valueIn(home);
	const page = end === undefined ? null : pageIn(end.answer, end.url);
	const used = [...(page?.links ?? []), ...(page?.resources ?? []).map(({ url }) => url)];
	const isUsed = used.some((url) => new URL(url).hostname === host.name);
	return isUsed && end !== undefined ? `${end.url} uses it` : null;
}

/** The record to paste: an alias for www, the twin's address for the apex. */
function lineFor({ name, apex }: Host, twin: Fact<Addresses>): string {
	if (name === `www.${apex}`) return `${name}. ${NEW_TTL} IN CNAME ${apex}.`;
	const known = name === apex ? valueIn(twin)?.v4[0] : undefined;
	return `${name}. ${NEW_TTL} IN A ${known ?? '<IPv4 address of your server>'}`;
}

function view(status: View['status'], addresses: readonly string[] = []): View {
	return {
		status,
		addresses,
		aliases: [],
		ttl: 300,
		server: '203.0.113.53',
		detail: '',
		invented: [],
	};
}

function glanced(status: View['status']): Resolution {
	return {
		resolver: { A: view(status), AAAA: view(status) },
		walked: null,
		failsValidation: false,
		authoritative: null,
	};
}

function deadAlias(target: string): Resolution {
	const its = { ...view('nxdomain'), aliases: [target] };
	return { ...glanced('nxdomain'), resolver: { A: its, AAAA: its } };
}

/** What a name that nobody has gets. */
function aliased(target: string): Fact<DnsAnswer> {
	const chain = [{ owner: 'lr-0.example.com', target, ttl: 300 }];
	const by = { server: '203.0.113.53', transport: 'udp', detail: '' } as const;
	return known({ ...EMPTY_ANSWER, ...by, status: 'nxdomain', chain });
}

function absent(status: View['status'], outcome: Walk['outcome'] = 'nxdomain'): Resolution {
	const walk: Walk = {
		outcome: status === 'nodata' && outcome === 'nxdomain' ? 'nodata' : outcome,
		records:
			outcome === 'ok'
				? [
						{
							owner: 'example.com',
							type: 'A',
							ttl: 300,
							text: '203.0.113.9',
							data: { type: 'A', address: '203.0.113.9' },
						},
					]
				: [],
		negativeTtl: 900,
		zone: 'example.com',
		cuts: ['com', 'example.com'],
		aliases: [],
		failures: [],
	};
	return { ...glanced(status), walked: { A: walk, AAAA: { ...walk, records: [] } } };
}

function invented() {
	const made = { ...view('nxdomain'), invented: ['203.0.113.80'] };
	return { resolver: { A: made, AAAA: view('nxdomain') } };
}

function withV6({ resolver }: Resolution) {
	return { resolver: { A: resolver.A, AAAA: view('ok', ['2001:db8::1']) } };
}

const RESOLVES: Resolution = {
	...glanced('ok'),
	resolver: { A: view('ok', ['203.0.113.8']), AAAA: view('nodata') },
};

const DEAD_LINK: DeadLink = {
	host: 'help.example.com',
	page: 'https://example.com/',
	negativeTtl: 300,
	isConfirmed: true,
};

const NOTHING_ELSE = {
	apex: known(RESOLVES),
	twin: unknown('not-asked', 'example'),
	home: unknown('not-asked', 'example'),
	control: unknown('not-asked', 'example'),
	dead: unknown('not-asked', 'example'),
	panel: known(null),
};

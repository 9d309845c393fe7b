import {
	type Addresses,
	addressesOf,
	at,
	cannotSay,
	type DeadLink,
	deadLinks,
	defineCheck,
	dnsPanel,
	doesNotApply,
	type Fact,
	type Host,
	hostNameFault,
	isRequired,
	known,
	type Landing,
	landing,
	minutes,
	names,
	optional,
	pageIn,
	type Resolution,
	records,
	resolution,
	seconds,
	unknown,
	type View,
	type Walk,
	z,
} from '../../src/sdk.ts';
import { type Absence, type Broken, conclude, type Disagreement } from './_conclude.ts';

/** TTL for records that may have to change again on launch day. */
const NEW_TTL = 300;

/** Where no SOA said how long an absence is cached: the most common setting, in seconds. */
const USUAL_NEGATIVE_TTL = 3_600;

interface Named {
	readonly host: string;
}

interface Absent extends Named {
	readonly seen: string;
	readonly line: string;
	readonly panel: string | null;
	readonly negativeTtl: number | null;
	readonly undelegated: boolean;
}

const leadOf = (a: { negativeTtl: number | null }) => seconds(a.negativeTtl ?? USUAL_NEGATIVE_TTL);
const causeOr = (id: string) => (a: { undelegated: boolean }) =>
	a.undelegated ? 'dns/delegation/missing' : id;
const dig = (a: { host: string }) => `dig +noall +comments +answer ${a.host} A ${a.host} AAAA`;
const publish = (a: { host: string; line: string; panel: string | null }) =>
	records(
		`Publish an address for ${a.host}${inPanel(a.panel)}.`,
		[a.line],
		'Keep the TTL short until the launch is over, then raise it.',
	);
const TWO_VANTAGES =
	'Asked of the resolver and, independently, of the name servers from the root down; both agree.';

export default defineCheck({
	id: 'dns/resolution',
	title: 'The name resolves, for the resolver and from the root',
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
	verdicts: {
		resolves: {
			outcome: 'pass',
			says: (a: { host: string; addresses: readonly string[] }) =>
				`${a.host} resolves to ${a.addresses.join(', ')}.`,
		},
		'apex-missing': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(10),
			lead: leadOf,
			says: (a: Absent) => `${a.host} has no address: ${a.seen}.`,
			impact: 'Everybody who types the address gets "server not found".',
			fix: publish,
			control: TWO_VANTAGES,
			reproduce: dig,
			cause: causeOr('dns/resolution/apex-missing'),
		},
		'www-missing': {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high'],
				pick: (a: { usedBy: string | null }) => (a.usedBy === null ? 'high' : 'blocker'),
			},
			effort: minutes(10),
			lead: leadOf,
			says: (a: Absent & { usedBy: string | null }) =>
				`${a.host} has no address (${a.seen})${a.usedBy === null ? '' : `, and ${a.usedBy}`}.`,
			impact:
				'Many people type www, and some programs add it. They get "server not found" while the bare domain works.',
			fix: (a: Absent) =>
				records(
					`Publish ${a.host}${inPanel(a.panel)}, and redirect it to the bare domain or the other way round.`,
					[a.line],
					'Add the name to the certificate before the redirect.',
				),
			control: TWO_VANTAGES,
			reproduce: dig,
			cause: causeOr('dns/resolution/www-missing'),
		},
		'host-missing': {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high'],
				pick: (a: { usedBy: string | null }) => (a.usedBy === null ? 'blocker' : 'high'),
			},
			effort: minutes(10),
			lead: leadOf,
			says: (a: Absent & { usedBy: string | null }) =>
				`${a.host} does not exist (${a.seen})${a.usedBy === null ? '' : `, and ${a.usedBy}`}.`,
			impact: 'Whatever runs under this name cannot be reached by anybody.',
			fix: publish,
			control: TWO_VANTAGES,
			reproduce: dig,
			cause: causeOr('dns/resolution/host-missing'),
		},
		'no-address': {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'later'],
				pick: (a: { required: boolean }) => (a.required ? 'blocker' : 'later'),
			},
			effort: minutes(10),
			lead: leadOf,
			says: (a: Absent & { required: boolean }) =>
				`${a.host} exists and has neither an A nor an AAAA record: ${a.seen}.`,
			impact: 'The name leads nowhere: browsers say "server not found".',
			fix: publish,
			control: TWO_VANTAGES,
			reproduce: dig,
		},
		'ipv6-only': {
			outcome: 'fail',
			severity: {
				by: 'standing',
				is: { apex: 'blocker', named: 'blocker', www: 'blocker', guessed: 'high' },
			},
			effort: minutes(15),
			lead: leadOf,
			says: (a: Absent & { v6: readonly string[] }) =>
				`${a.host} has only IPv6 addresses (${a.v6.join(', ')}) and no A record.`,
			impact:
				'About half of all visitors have no IPv6. For them the site does not exist, while it works in your office.',
			fix: (a: Absent) => records(`Add an A record for ${a.host}${inPanel(a.panel)}.`, [a.line]),
			control: TWO_VANTAGES,
			reproduce: dig,
		},
		servfail: {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(60),
			says: (a: Broken & Named) =>
				a.validation
					? `Resolvers that check DNSSEC refuse to answer for ${a.host} (${a.answered}); without the check there is an answer.`
					: `${a.host} cannot be resolved (${a.answered}), and from the root ${a.walked}.`,
			impact: 'Most or all visitors get no address: the site is down for them.',
			fix: (a: Broken & Named) =>
				a.validation
					? {
							summary: `Repair DNSSEC for ${a.zone}, or take it off until after the launch.`,
							steps: [
								'Compare the DS record at the registrar with the keys of the zone.',
								'If they do not match, delete the DS record at the registrar, or have the zone signed again with the matching key.',
								'Answers stay broken until the DS record has left caches (its TTL, usually a day).',
							],
							snippets: [
								{
									platform: 'any',
									language: 'shell',
									text: `dig +short DS ${a.zone}; dig +cd +dnssec DNSKEY ${a.zone}`,
								},
							],
						}
					: {
							summary: `Get the name servers of ${a.zone} to answer for it.`,
							steps: [
								`Look in the DNS provider's panel whether the zone ${a.zone} is there and active.`,
								'Compare the name servers at the registrar with those that the provider names; replace the wrong ones.',
							],
							snippets: [
								{ platform: 'any', language: 'shell', text: `dig +trace +nodnssec ${a.host}` },
							],
						},
			control: 'The same resolver answers for the root; the zone was also asked without it.',
			reproduce: (a: Broken & Named) =>
				`dig ${a.host} A; dig +cd ${a.host} A; dig +trace ${a.host} A`,
			cause: (a: Broken & Named) => (a.validation ? 'dns/dnssec/broken' : 'dns/delegation/lame'),
		},
		'resolvers-disagree': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(15),
			lead: (a: Disagreement & Named) => seconds(a.ttl ?? USUAL_NEGATIVE_TTL),
			says: (a: Disagreement & Named) =>
				`For ${a.host} the resolver ${a.resolver} says ${a.resolverSays}, the zone's own servers say ${a.zoneSays}.`,
			impact:
				'Some visitors are sent to the old place, or nowhere, while others are served: each sees another site.',
			fix: (a: Disagreement & Named) => ({
				summary:
					'Wait until the old answer has left the caches, then compare again; if it stays, bring the name servers in step.',
				steps: [
					`Wait ${a.ttl ?? USUAL_NEGATIVE_TTL} seconds (the TTL of the old answer) and run the command again.`,
					'If they still differ, the resolver was given other records: look for a split-horizon zone, a filter, or a name server that did not get the update.',
				],
				snippets: [
					{
						platform: 'any',
						language: 'shell',
						text: `dig +short ${a.host} A; dig +trace +nodnssec ${a.host} A | tail -5`,
					},
				],
			}),
			control:
				'Not a load balancer: the zone says it steadily (two servers or two questions, long TTL, no alias), or one side has no address at all.',
			confidence: 'medium',
		},
		'name-invalid': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(30),
			says: (a: { host: string; fault: string }) =>
				`${a.host} is not a valid host name: ${a.fault}.`,
			impact: 'Some browsers, mail programs and certificate authorities refuse the name.',
			fix: (a: { host: string; fault: string }) => ({
				summary: `Serve the site under a name made of letters, digits and hyphens (for other scripts: its A-label) instead of ${a.host}.`,
				steps: ['Publish the new name first, redirect the old one, then change the links.'],
				snippets: [],
			}),
			reproduce: (a: { host: string }) => `dig ${a.host} A`,
		},
	},
	decisive: { by: 'standing', in: ['apex', 'named'] },
	needs: ({ subject }) => ({
		seen: resolution({ host: subject.name, effort: effortFor(subject) }),
		apex: optional(resolution({ host: subject.apex, effort: 'compare' })),
		twin: optional(addressesOf({ host: twinOf(subject) })),
		home: optional(landing({ url: `https://${subject.apex}/` })),
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
				return subject.context.standing === 'guessed'
					? doesNotApply(`${host} was guessed, and nothing answers for it.`)
					: [...beside, say('servfail', { host, ...conclusion.args })];
			case 'undecided': {
				const { reason, detail, onlyHigh } = conclusion;
				return [...beside, cannotSay(reason, detail, ...(onlyHigh ? (['high'] as const) : []))];
			}
			case 'absent': {
				const { absence } = conclusion;
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
			example('SERVFAIL, port 53 filtered', given(absent('servfail', 'filtered')), 'unknown'),
			example('no answer, yet the zone has one', given(absent('no-response', 'ok')), 'unknown'),
			example(
				'fails validation',
				given({ ...absent('servfail', 'ok'), failsValidation: true }),
				'servfail',
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
				'app guessed, an alias that leads nowhere',
				given({
					...glanced('nxdomain'),
					resolver: {
						A: { ...view('nxdomain'), aliases: ['shop.hosting.test'] },
						AAAA: { ...view('nxdomain'), aliases: ['shop.hosting.test'] },
					},
				}),
				'no-address',
				host('app.example.com', 'guessed'),
			),
			example(
				'the home page links to a name that is not there',
				given(RESOLVES, {
					dead: known([
						{ host: 'help.example.com', page: 'https://example.com/', negativeTtl: 300 },
					]),
				}),
				'host-missing',
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
	return host.context.standing === 'apex' ? (valueIn(dead) ?? []) : [];
}

function linkedArgs({ host, page, negativeTtl }: DeadLink, panel: string | null) {
	return {
		host,
		seen: 'NXDOMAIN',
		line: `${host}. ${NEW_TTL} IN A <IPv4 address of its server>`,
		panel,
		negativeTtl,
		undelegated: false,
		usedBy: `${page} links to it`,
	};
}

/** Which absence it is at this host. */
function missing(host: Host, absence: Absence, apex: Fact<Resolution>) {
	const { standing } = host.context;
	if (absence.v6.length > 0) return 'ipv6-only';
	if (standing === 'apex') return 'apex-missing';
	if (standing === 'guessed') return absence.isAlias ? 'no-address' : 'nothing';
	if (host.name === `www.${host.apex}`) {
		const its = valueIn(apex);
		const apexIsThere = its !== undefined && its.resolver.A.status === 'ok';
		return standing === 'www' && !apexIsThere ? 'nothing' : 'www-missing';
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
	const links = page?.links.some((link) => new URL(link).hostname === host.name) ?? false;
	return links && end !== undefined ? `${end.url} links to it` : null;
}

/** The record to paste: an alias for www, the twin's address for the apex. */
function lineFor({ name, apex }: Host, twin: Fact<Addresses>): string {
	if (name === `www.${apex}`) return `${name}. ${NEW_TTL} IN CNAME ${apex}.`;
	const known = name === apex ? valueIn(twin)?.v4[0] : undefined;
	return `${name}. ${NEW_TTL} IN A ${known ?? '<IPv4 address of your server>'}`;
}

function inPanel(panel: string | null): string {
	return panel === null ? ' with your DNS provider' : ` in the DNS panel of ${panel}`;
}

function view(status: View['status'], addresses: readonly string[] = []): View {
	return { status, addresses, aliases: [], ttl: 300, server: '203.0.113.53', detail: '' };
}

function glanced(status: View['status']): Resolution {
	return {
		resolver: { A: view(status), AAAA: view(status) },
		walked: null,
		failsValidation: false,
		authoritative: null,
	};
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

function withV6({ resolver }: Resolution) {
	return { resolver: { A: resolver.A, AAAA: view('ok', ['2001:db8::1']) } };
}

const RESOLVES: Resolution = {
	...glanced('ok'),
	resolver: { A: view('ok', ['203.0.113.8']), AAAA: view('nodata') },
};

const NOTHING_ELSE = {
	apex: known(RESOLVES),
	twin: unknown('not-asked', 'example'),
	home: unknown('not-asked', 'example'),
	dead: unknown('not-asked', 'example'),
	panel: known(null),
};

import {
	type ClockDoubt,
	cannotSay,
	certificateSummary,
	clockDoubt,
	commands,
	coversName,
	defineCheck,
	type Fact,
	type Fix,
	type HttpsAnswer,
	hosts,
	httpsAnswers,
	type Judgement,
	known,
	minutes,
	optional,
	type ServedChain,
	servedChains,
	type TrustStore,
	trustStore,
	unknown,
	z,
} from '../../src/sdk.ts';
import {
	BAD_CLOCK,
	besideOf,
	clockFault,
	evidence,
	GOOD_CLOCK,
	graver,
	isDated,
	judgedChains,
	reproduce,
	type Sighting,
	sentence,
	sighting,
	twinOf,
} from './_judged-chains.ts';
import { ISSUANCE, orderCertificate } from './_order-certificate.ts';
import { NO_TRUST, SAMPLE_TRUST, sampleChain } from './_samples.ts';

const WARNED =
	'Browsers show a full-page warning ("your connection is not private"); apps, webhooks and payment providers refuse to connect.';
const SOME_REFUSE =
	'Strict clients (OpenSSL, Go, Java, newer browsers) may refuse what others forgive: the site breaks for some customers and not for you.';

const SHARED = {
	outcome: 'fail',
	effort: minutes(20),
	lead: ISSUANCE,
	says: sentence,
	evidence,
	reproduce,
} as const;

/** A rule of form that one certificate of the path breaks: only a new one helps. */
const form = (what: string) =>
	({
		...SHARED,
		severity: 'high',
		effort: minutes(30),
		impact: SOME_REFUSE,
		fix: (a: Sighting) => reissue(a, `Have ${whose(a)} issued anew, ${what}.`),
	}) as const;

type Key = 'expired' | 'www-not-covered' | 'apex-not-covered' | 'good';

interface Twin extends Sighting {
	readonly missing: string;
	readonly both: readonly string[];
	readonly answers: boolean;
}

const TWIN = {
	...SHARED,
	severity: {
		oneOf: ['blocker', 'info'],
		pick: (a: Twin) => (a.answers ? ('blocker' as const) : ('info' as const)),
	},
	says: (a: Twin) =>
		`The certificate does not cover ${a.missing}; it is for ${namesOf(a)} (${a.host} at ${a.where}).`,
	impact: (a: Twin) =>
		a.answers
			? `Everybody who types or follows ${a.missing} gets a full-page warning instead of the site.`
			: `${a.missing} resolves; the day it answers HTTPS, this certificate will not do for it.`,
	fix: (a: Twin) => issueFor(`Issue one certificate for ${a.both.join(' and ')}.`, a.both),
	cause: 'ssl/certificate/twin-not-covered',
} as const;

export default defineCheck({
	id: 'ssl/certificate',
	title: 'The certificate has the right name, dates and kind',
	rationale:
		'A certificate that is out of date, for another name or of the wrong kind stops every visitor ' +
		'with a warning that most will not pass, and every program without one.',
	references: [
		'RFC 5280 §4 (certificates)',
		'RFC 9525 §6 (names)',
		'CA/B Forum Baseline Requirements §7.1.2 (profiles)',
	],
	reach: 'sign-in',
	layer: 'certificates',
	over: hosts,
	options: z.object({}),
	verdicts: {
		good: {
			outcome: 'pass',
			says: (a: { host: string; names: string; until: string }) =>
				`${a.host} has a certificate for ${a.names}, valid until ${a.until}.`,
		},
		expired: {
			...SHARED,
			severity: 'blocker',
			impact: WARNED,
			fix: renew,
		},
		'not-yet-valid': {
			...SHARED,
			severity: 'blocker',
			impact: WARNED,
			fix: (a: Sighting) => ({
				...reissue(a, `Wait until ${text(a, 'from')}, or issue the certificate anew.`),
				steps: [
					'Compare the clock of the machine that issued it with the real time; a clock that is ahead makes such certificates.',
					'Issue it anew once the clock is right, and reload the web server.',
				],
			}),
		},
		'expires-soon': {
			...SHARED,
			severity: { oneOf: ['blocker', 'high'], pick: graver },
			says: (a: Sighting) =>
				`${sentence(a).slice(0, -1)} in ${inDays(a)}; it should have been renewed at a third of its ${text(a, 'lifeDays')} days.`,
			impact: 'Renewal does not work. On the day it expires every visitor gets a warning page.',
			fix: renew,
		},
		'renewal-overdue': {
			...SHARED,
			severity: 'later',
			says: (a: Sighting) =>
				`${sentence(a).slice(0, -1)} in ${text(a, 'days')} days, of ${text(a, 'lifeDays')}; an ACME client would have renewed it by now.`,
			impact:
				'Automatic renewal seems to have failed, and nobody notices until the certificate expires.',
			fix: renew,
		},
		'wrong-host': {
			...SHARED,
			severity: 'blocker',
			impact: WARNED,
			fix: (a: Sighting) =>
				issueFor(
					`Issue a certificate for ${a.host} and have the server send it for that name.`,
					[a.host],
					'If a certificate for the name exists, the server picks the wrong one: check its server_name or custom domain.',
				),
		},
		'wildcard-too-shallow': {
			...SHARED,
			severity: 'info',
			impact: 'A wildcard stands for one label only, so that it does nothing for this name.',
			fix: (a: Sighting) => issueFor(`Add ${a.host} to the certificate.`, [a.host]),
		},
		'www-not-covered': TWIN,
		'apex-not-covered': TWIN,
		'no-san': {
			...SHARED,
			severity: 'blocker',
			impact: `${WARNED} Clients have not looked at the common name since 2017.`,
			fix: (a: Sighting) =>
				issueFor(`Issue the certificate anew with ${a.host} as subjectAltName.`, [a.host]),
		},
		'not-for-servers': {
			...SHARED,
			severity: 'blocker',
			impact: WARNED,
			fix: (a: Sighting) =>
				reissue(a, 'Issue it with the purpose serverAuth (the "server" profile of your CA).'),
		},
		'purpose-missing': {
			...SHARED,
			severity: 'high',
			impact: SOME_REFUSE,
			fix: (a: Sighting) =>
				reissue(a, 'Issue it with the purpose serverAuth (the "server" profile of your CA).'),
		},
		'also-for-clients': {
			...SHARED,
			severity: 'info',
			impact:
				'Public CAs stop issuing such certificates: what uses this one to log in elsewhere (mutual TLS) will break at a renewal.',
			fix: (a: Sighting) =>
				reissue(a, 'Use a private CA for client certificates and the server profile for this one.'),
		},
		'is-ca': {
			...SHARED,
			severity: 'blocker',
			impact: `${WARNED} Whoever steals its key can issue certificates for any name.`,
			fix: (a: Sighting) =>
				reissue(
					a,
					'Issue an end-entity certificate (CA:FALSE) and keep the CA key off the server.',
				),
		},
		'not-version-3': form('as an X.509 version 3 certificate'),
		'signature-algorithms-differ': form('with one signature algorithm named in both places'),
		'duplicate-extension': form('with each extension once'),
		'unknown-critical-extension': form('without that extension, or with it not critical'),
		malformed: form('by a CA that follows RFC 5280'),
		'shared-with-others': {
			...SHARED,
			severity: 'info',
			impact:
				'Everybody can read in the certificate who shares it, and whoever holds its key can pose as all of them.',
			fix: (a: Sighting) => issueFor(`Issue a certificate for ${a.host} alone.`, [a.host]),
		},
	},
	decisive: { by: 'standing', in: ['apex', 'named'] },
	needs: ({ subject }) => {
		const own = { host: subject.name, beside: besideOf(subject) };
		const twin = twinOf(subject) ?? subject.name;
		return {
			served: servedChains(own),
			trust: trustStore({}),
			clock: optional(clockDoubt(own)),
			twin: optional(httpsAnswers({ host: twin, beside: subject.name })),
		};
	},
	judge({ given, subject, now, say }) {
		const host = subject.name;
		const found = judgedChains('ssl/certificate', given, { host, now });
		const twin = twinOf(subject);
		const fault = clockFault(found, given.clock, now);
		const said: Judgement<Key>[] = [...found].map(([key, seen]) => {
			if (fault !== null && isDated(key)) return cannotSay('inconclusive', fault);
			if (key !== 'wrong-host' || twin === null || !covers(seen, twin)) {
				return say(key as 'expired', seen);
			}
			const args = { ...seen, missing: host, both: [subject.apex, `www.${subject.apex}`] };
			const answers = true;
			return host === subject.apex
				? say('apex-not-covered', { ...args, answers })
				: say('www-not-covered', { ...args, answers });
		});
		const silent = silentTwin(subject, given);
		if (silent !== null) said.push(say('www-not-covered', silent));
		return [...found.values()].some(({ severity }) => severity !== 'info')
			? said
			: [...said, say('good', summary(host, given.served))];
	},
	examples: (example) => {
		const given = (
			name: Parameters<typeof sampleChain>[0],
			more: {
				trust?: TrustStore;
				twin?: Fact<readonly HttpsAnswer[]>;
				clock?: Fact<ClockDoubt>;
			} = {},
		) => ({
			served: [served(name)],
			trust: SAMPLE_TRUST,
			twin: NO_TWIN,
			clock: GOOD_CLOCK,
			...more,
		});
		const at = (now: string) => ({ now });
		const host = (name: string) => ({ subject: { name } });
		const good = given('good');
		return [
			example('a good one', good, 'good'),
			example('its last second', good, 'expires-soon', at('2030-02-28T23:59:59Z')),
			example('one second later', good, 'expired', at('2030-03-01T00:00:00Z')),
			example('in date, whatever the clock says', given('good', { clock: BAD_CLOCK }), 'good'),
			example('out of date by a clock in doubt', given('old', { clock: BAD_CLOCK }), 'unknown'),
			example(
				'on a day that the user named',
				given('old', { clock: BAD_CLOCK }),
				'expired',
				at('2031-01-01T00:00:00Z'),
			),
			example('five minutes early', good, 'good', at('2029-11-30T23:55:00Z')),
			example('one second earlier', good, 'not-yet-valid', at('2029-11-30T23:54:59Z')),
			example('three days left', good, 'expires-soon', at('2030-02-25T23:59:59Z')),
			example('14 days left', good, 'expires-soon', at('2030-02-14T23:59:59Z')),
			example('one second more', good, 'renewal-overdue', at('2030-02-14T23:59:58Z')),
			example('a third left', good, 'good', at('2030-01-29T23:59:59Z')),
			example('one second less than that', good, 'renewal-overdue', at('2030-01-30T00:00:00Z')),
			example('another name', given('elsewhere'), 'wrong-host'),
			example('a wildcard for one label', given('wildcard'), 'good', host('a.example.com')),
			example('and two', given('wildcard'), 'wildcard-too-shallow', host('a.b.example.com')),
			example(
				'and two, the fault itself',
				given('wildcard'),
				'wrong-host',
				host('a.b.example.com'),
			),
			example('the bare domain only', given('bare'), 'www-not-covered', host('www.example.com')),
			example('www only', given('www'), 'apex-not-covered'),
			example('www is not covered and closed', given('bare', { twin: CLOSED }), 'www-not-covered'),
			example('www has a certificate of its own', given('bare', { twin: OPEN }), 'good'),
			example('two owners', given('shared'), 'shared-with-others'),
			example('no subjectAltName', given('noNames'), 'no-san'),
			example('for clients', given('forClients'), 'not-for-servers'),
			example('for servers and clients', given('forBoth'), 'also-for-clients'),
			example('for no purpose', given('noPurpose'), 'purpose-missing'),
			example('a CA', given('isCa'), 'is-ca'),
			example('version 1', given('versionOne'), 'not-version-3'),
			example('two algorithms', given('algorithmsDiffer'), 'signature-algorithms-differ'),
			example('an extension twice', given('twice'), 'duplicate-extension'),
			example('an unknown critical extension', given('alien'), 'unknown-critical-extension'),
			example('no keyIdentifier', given('noKeyId'), 'malformed'),
			example('good, though nobody trusts it', given('good', { trust: NO_TRUST }), 'good'),
			example(
				'one address of two is out of date in kind',
				{ ...good, served: [served('good'), served('isCa', '203.0.113.2')] },
				'is-ca',
			),
		];
	},
});

const text = ({ values }: Sighting, key: string): string => String(values[key] ?? '');

const namesOf = ({ certificate }: Sighting): string =>
	certificate?.names.slice(0, 5).join(', ') || 'no name';

const whose = (a: Sighting): string => a.whose.join(' and ') || "the server's certificate";

function covers({ certificate }: Sighting, name: string): boolean {
	return certificate?.names.some((one) => coversName(one, name)) ?? false;
}

/** www resolves and is closed: a note, because nobody can see its certificate yet. */
function silentTwin(
	{ name, apex }: { readonly name: string; readonly apex: string },
	given: { readonly served: readonly ServedChain[]; readonly twin: Fact<readonly HttpsAnswer[]> },
): Twin | null {
	const missing = `www.${apex}`;
	const twin = given.twin.status === 'known' ? given.twin.value : [];
	const [first] = given.served;
	const isShut = twin.length > 0 && twin.every((answer) => answer.kind === 'failed');
	if (name !== apex || first === undefined || !isShut) return null;
	const seen = sighting({ severity: 'info', detail: '', values: {} }, first, name);
	if (seen.certificate === null || !covers(seen, name) || covers(seen, missing)) return null;
	return { ...seen, missing, both: [apex, missing], answers: false };
}

function summary(host: string, served: readonly ServedChain[]) {
	const leaves = served.flatMap(({ chain }) => certificateSummary(chain[0] ?? '') ?? []);
	return {
		host,
		names: leaves[0]?.names.slice(0, 5).join(', ') ?? '',
		until: leaves.map(({ notAfter }) => notAfter.slice(0, 10)).sort()[0] ?? '',
	};
}

/** What is left, in whole days. */
function inDays(a: Sighting): string {
	const days = text(a, 'days');
	if (days === '0') return 'less than a day';
	return days === '1' ? '1 day' : `${days} days`;
}

// ── Fixes ────────────────────────────────────────────────────────────────────────────────────────

function renew({ host }: Sighting): Fix {
	const fix = commands(
		`Renew the certificate of ${host} now, and repair what should have done it.`,
		[
			`sudo certbot certificates -d ${host}`,
			`sudo certbot renew --cert-name ${host} && sudo systemctl reload nginx`,
			'systemctl list-timers | grep -i -E "certbot|acme"',
		],
		`Where the first command shows the certificate under another name than ${host}, renew that one.`,
		'Read the log of the ACME client (/var/log/letsencrypt/letsencrypt.log) for why it did not renew: a closed port 80, a changed DNS record and a stopped timer are the usual reasons.',
		'Let the renewal reload the web server, which otherwise goes on with the old certificate.',
		'With a CDN or a hosting platform: remove the domain there and add it again, which orders a new certificate.',
	);
	const caddy = 'sudo systemctl restart caddy && sudo journalctl -u caddy | grep -i certificate';
	return {
		...fix,
		snippets: [...fix.snippets, { platform: 'caddy', language: 'shell', text: caddy }],
	};
}

function reissue({ host }: Sighting, summary: string): Fix {
	return commands(
		summary,
		[`sudo certbot certonly --nginx --force-renewal -d ${host}`, 'sudo systemctl reload nginx'],
		'A public CA with ACME makes a certificate of the right shape by itself; with a private CA, change its template.',
		'Install the new certificate with its chain, and reload the server.',
	);
}

function issueFor(summary: string, names: readonly string[], ...steps: string[]): Fix {
	return orderCertificate(
		summary,
		names,
		...steps,
		'On a hosting platform or CDN, add each name as a domain of the project: it issues the certificate.',
		'Keep the names that the old certificate has and visitors still use.',
		'Reload the server, then look at the names that it sends.',
	);
}

// ── For the examples ─────────────────────────────────────────────────────────────────────────────

function served(name: Parameters<typeof sampleChain>[0], address = '203.0.113.1'): ServedChain {
	return { addresses: [address], chain: sampleChain(name), fetched: [], lookups: [] };
}

const NO_TWIN = unknown('not-asked', 'the other name was not looked at');

const CLOSED = known<readonly HttpsAnswer[]>([
	{
		address: '203.0.113.1',
		family: 4,
		kind: 'failed',
		how: 'refused',
		phase: 'connect',
		alert: null,
		detail: 'refused',
		control: null,
	},
]);

const OPEN = known<readonly HttpsAnswer[]>([
	{
		address: '203.0.113.1',
		family: 4,
		kind: 'completed',
		tls: {
			kind: 'completed',
			protocol: 'TLSv1.3',
			cipher: 'TLS_AES_128_GCM_SHA256',
			alpn: null,
			chain: sampleChain('www'),
		},
	},
]);

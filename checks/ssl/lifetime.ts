import {
	blockedBy,
	commands,
	days,
	defineCheck,
	type Fix,
	hosts,
	known,
	minutes,
	optional,
	type RenewalWindow,
	renewalWindows,
	type ServedCertificate,
	servedCertificates,
	z,
} from '../../src/sdk.ts';
import { besideOf } from './_judged-chains.ts';
import { ISSUANCE, orderCertificate } from './_order-certificate.ts';
import {
	evidenceOf,
	firstOfEach,
	minuteOf,
	SAMPLE_CERTIFICATE,
	type Shown,
	shown,
} from './_served-certificate.ts';

/** CA/B Forum Baseline Requirements §6.3.2: by the day of issue, UTC, the latest first. */
const LIMITS: readonly (readonly [from: string, days: number])[] = [
	['2029-03-15T00:00:00.000Z', 47],
	['2027-03-15T00:00:00.000Z', 100],
	['2026-03-15T00:00:00.000Z', 200],
];
const FIRST_LIMIT = 398;
const DAY = 86_400;
/** Nobody who renews by a program orders for longer. */
const BY_HAND_DAYS = 100;

/** Days that a public certificate issued at this moment may be valid. */
function limitAt(ms: number): number {
	return LIMITS.find(([from]) => ms >= Date.parse(from))?.[1] ?? FIRST_LIMIT;
}

interface Lived extends Shown {
	/** Every part of a day counts as one. */
	readonly lifeDays: number;
	readonly limit: number;
	readonly isPublic: boolean;
	/** ISO 8601; when it would be renewed, a third of its life before the end. */
	readonly renewal: string;
	readonly authority: string;
}

interface Windowed extends Lived {
	readonly start: string;
	readonly end: string;
	readonly url: string;
	readonly explanation: string | null;
}

const at = ({ host, where }: Shown) => `(${host} at ${where})`;
const perYear = (limit: number) => Math.ceil(365 / limit);

function reproduce(a: Shown): string {
	const to = a.address.includes(':') ? `[${a.address}]` : a.address;
	return `openssl s_client -connect ${to}:443 -servername ${a.host} </dev/null 2>/dev/null | openssl x509 -noout -issuer -dates`;
}

const SHARED = { outcome: 'fail', evidence: (a: Lived) => evidenceOf(a), reproduce } as const;

const WINDOW = {
	...SHARED,
	effort: minutes(20),
	fix: renew,
	evidence: (a: Windowed) =>
		evidenceOf(a, {
			kind: 'http',
			summary: `renewal information of ${a.authority}`,
			detail: [a.url, `from ${a.start} to ${a.end}`, a.explanation ?? ''].join('\n').trim(),
		}),
	reproduce: (a: Windowed) => `curl -s '${a.url.replaceAll("'", '')}'`,
} as const;

export default defineCheck({
	id: 'ssl/lifetime',
	title: 'Renewing the certificate will go on working',
	rationale:
		'Certificates get shorter: 200 days since March 2026, 100 from March 2027, 47 from March 2029. ' +
		'What somebody renews by hand once a year will have to be renewed eight times.',
	references: [
		'CA/B Forum Baseline Requirements §6.3.2 and ballot SC-081 (validity periods)',
		'RFC 8555 (ACME)',
		'RFC 9773 (ACME renewal information)',
	],
	reach: 'sign-in',
	layer: 'certificates',
	over: hosts,
	options: z.object({
		/** ACME directories by the authority's name, in the place of those that are known. */
		directories: z.record(z.string(), z.url()).default({}),
	}),
	verdicts: {
		renewable: {
			outcome: 'pass',
			says: (a: { host: string; lifeDays: number; limit: number }) =>
				`The certificate of ${a.host} is valid for ${a.lifeDays} days, within the ${a.limit} of its day of issue.`,
		},
		'too-long': {
			...SHARED,
			severity: {
				oneOf: ['high', 'later'],
				pick: (a: Lived) => (a.isPublic ? ('high' as const) : ('later' as const)),
			},
			effort: minutes(30),
			lead: ISSUANCE,
			says: (a: Lived) =>
				`The certificate is valid for ${a.lifeDays} days; ${a.limit} is the most for one issued on ${a.notBefore.slice(0, 10)} ${at(a)}.`,
			impact: (a: Lived) =>
				a.isPublic
					? 'Chrome, Safari and Firefox refuse public certificates that are valid for longer than allowed: visitors get a warning page.'
					: 'Apple devices refuse some certificates of private authorities above 825 days, and a key that leaks stays usable as long as its certificate.',
			fix: (a: Lived) =>
				orderCertificate(
					`Have the certificate of ${a.host} issued anew for ${limitAt(Date.parse(a.notAfter))} days at most.`,
					[a.host],
					a.isPublic
						? 'A public authority that issues such certificates is in breach of its rules: tell it, and expect that it revokes this one.'
						: 'Change the profile or the -days of your authority.',
				),
		},
		'next-limit-shorter': {
			...SHARED,
			severity: 'info',
			effort: minutes(120),
			says: (a: Lived) =>
				`The certificate is valid for ${a.lifeDays} days; when it is renewed, about ${a.renewal.slice(0, 10)}, ${a.limit} will be the most ${at(a)}.`,
			impact: (a: Lived) =>
				`From then on it has to be renewed about ${perYear(a.limit)} times a year. By hand that is forgotten sooner or later.`,
			fix: automate,
		},
		'renewed-by-hand': {
			...SHARED,
			severity: 'info',
			effort: minutes(120),
			says: (a: Lived) =>
				`The certificate of ${a.lifeDays} days from ${a.authority} was ordered by hand, it seems ${at(a)}.`,
			impact:
				'Whoever knows how has to be there on the right day. Expired certificates are the most usual cause of an outage that nobody planned for.',
			confidence: 'medium',
			fix: automate,
		},
		'renewal-window-open': {
			...WINDOW,
			severity: 'info',
			says: (a: Windowed) =>
				`${a.authority} wants the certificate renewed between ${minuteOf(a.start)} and ${minuteOf(a.end)}, which is now ${at(a)}.`,
			impact: 'A client that follows the authority renews it by itself in these days.',
		},
		'renewal-window-passed': {
			...WINDOW,
			severity: 'high',
			says: (a: Windowed) =>
				`${a.authority} wanted the certificate renewed by ${minuteOf(a.end)}, and the server still sends the old one ${at(a)}.`,
			impact:
				'Either automatic renewal does not work, or the authority is about to revoke the certificate: then visitors get an error before its date.',
		},
	},
	needs: ({ subject, options: { directories } }) => {
		const own = { host: subject.name, beside: besideOf(subject) };
		return {
			certificates: servedCertificates(own),
			windows: optional(renewalWindows({ ...own, directories })),
		};
	},
	judge({ given, subject, now, say }) {
		const host = subject.name;
		const trusted = given.certificates.filter(
			({ standing }) => standing === 'public' || standing === 'private',
		);
		const [first] = trusted;
		if (first === undefined) {
			const detail = 'no certificate is trusted, so that nobody renews it as it is';
			return blockedBy({ check: 'ssl/chain', subject: host }, detail);
		}
		const windows = given.windows.status === 'known' ? given.windows.value : [];
		const said = firstOfEach(
			trusted.flatMap((certificate) => [
				...lifetimeFaults(certificate).map((key) => [key, certificate, null] as const),
				...windowFaults(certificate, windows, now),
			]),
		).map(([key, certificate, window]) => {
			const args = lived(host, certificate, key);
			return key === 'renewal-window-open' || key === 'renewal-window-passed'
				? say(key, { ...args, ...window })
				: say(key, args);
		});
		if (said.some(({ verdict }) => verdict === 'too-long' || verdict === 'renewal-window-passed')) {
			return said;
		}
		const { lifeDays, limit } = lived(host, first, 'too-long');
		return [...said, say('renewable', { host, lifeDays, limit })];
	},
	examples: (example) => {
		const given = (
			change: Partial<ServedCertificate> = {},
			...windows: readonly RenewalWindow[]
		) => ({
			certificates: [{ ...SAMPLE_CERTIFICATE, ...change }],
			windows: known(windows),
		});
		const issued = (notBefore: string, seconds: number, more: Partial<ServedCertificate> = {}) => {
			const end = Date.parse(notBefore) + (seconds - 1) * 1000;
			const notAfter = new Date(end).toISOString();
			return given({ notBefore, notAfter, lifetimeSeconds: seconds, authority: MANAGED, ...more });
		};
		const of = (count: number) => days(count);
		const ended = { now: '2030-02-01T00:00:00Z' };
		return [
			example('45 days', given(), 'renewable'),
			example('398 days on the last day', issued('2026-03-14T23:59:59.000Z', of(398)), 'renewable'),
			example('a second more', issued('2026-03-14T23:59:59.000Z', of(398) + 1), 'too-long'),
			example(
				'200 days since March 2026',
				issued('2026-03-15T00:00:00.000Z', of(200)),
				'renewable',
			),
			example(
				'a second more than 200',
				issued('2026-03-15T00:00:00.000Z', of(200) + 1),
				'too-long',
			),
			example(
				'200 days on their last day',
				issued('2027-03-14T23:59:59.000Z', of(200)),
				'renewable',
			),
			example(
				'100 days since March 2027',
				issued('2027-03-15T00:00:00.000Z', of(100)),
				'renewable',
			),
			example(
				'a second more than 100',
				issued('2027-03-15T00:00:00.000Z', of(100) + 1),
				'too-long',
			),
			example(
				'100 days on their last day',
				issued('2029-03-14T23:59:59.000Z', of(100)),
				'renewable',
			),
			example('47 days since March 2029', issued('2029-03-15T00:00:00.000Z', of(47)), 'renewable'),
			example('a second more than 47', issued('2029-03-15T00:00:00.000Z', of(47) + 1), 'too-long'),
			example(
				'500 days of a private authority',
				issued('2029-03-15T00:00:00.000Z', of(500), { standing: 'private' }),
				'too-long',
			),
			example(
				'200 days that end in a time of 100',
				issued('2027-01-01T00:00:00.000Z', of(200)),
				'next-limit-shorter',
			),
			example(
				'200 days whose renewal still has 200',
				issued('2026-10-01T00:00:00.000Z', of(200)),
				'renewable',
			),
			example(
				'of an authority without ACME',
				issued('2026-10-01T00:00:00.000Z', of(200), { authority: BY_HAND }),
				'renewed-by-hand',
			),
			example(
				'of an authority that is not known',
				issued('2026-10-01T00:00:00.000Z', of(101), { authority: null }),
				'renewed-by-hand',
			),
			example(
				'100 days of it',
				issued('2026-10-01T00:00:00.000Z', of(100), { authority: null }),
				'renewable',
			),
			example('before the window', given({}, WINDOW_AT('2030-01-01T00:00:01.000Z')), 'renewable'),
			example(
				'its first second',
				given({}, WINDOW_AT('2030-01-01T00:00:00.000Z')),
				'renewal-window-open',
			),
			example(
				'its last second',
				given({}, WINDOW_AT('2029-12-30T00:00:00.000Z', '2030-01-01T00:00:00.000Z')),
				'renewal-window-open',
			),
			example(
				'one second later',
				given({}, WINDOW_AT('2029-12-30T00:00:00.000Z', '2029-12-31T23:59:59.000Z')),
				'renewal-window-passed',
			),
			example(
				'expired: ssl/certificate says so',
				given({}, WINDOW_AT('2029-12-30T00:00:00.000Z', '2029-12-31T23:59:59.000Z')),
				'renewable',
				ended,
			),
			example('signed by itself', given({ standing: 'self-signed' }), 'blocked'),
			example('from nobody known', given({ standing: 'untrusted' }), 'blocked'),
		];
	},
});

type LifetimeFault = 'too-long' | 'next-limit-shorter' | 'renewed-by-hand';

/** What a certificate that is too long will meet at its renewal is the smaller worry. */
function lifetimeFaults(certificate: ServedCertificate): readonly LifetimeFault[] {
	const { standing, notBefore, lifetimeSeconds, authority } = certificate;
	const isOver = (limit: number) => lifetimeSeconds > limit * DAY;
	const isByHand =
		lifetimeSeconds > BY_HAND_DAYS * DAY && (authority === null || authority.renewal === 'by-hand');
	const byHand: readonly LifetimeFault[] = isByHand ? ['renewed-by-hand'] : [];
	if (isOver(limitAt(Date.parse(notBefore)))) return ['too-long', ...byHand];
	// A private authority makes its own rules, unless it is a known one behind a root of the user's own.
	const isBound = standing === 'public' || authority !== null;
	const isShorter = isBound && isOver(limitAt(renewalOf(certificate)));
	return isShorter ? ['next-limit-shorter', ...byHand] : byHand;
}

/** ACME clients renew then, and whoever renews by hand should. */
function renewalOf({ notAfter, lifetimeSeconds }: ServedCertificate): number {
	return Date.parse(notAfter) - (lifetimeSeconds * 1000) / 3;
}

function windowFaults(
	certificate: ServedCertificate,
	windows: readonly RenewalWindow[],
	now: Date,
) {
	const window = windows.find(({ sha256 }) => sha256 === certificate.sha256);
	const isExpired = now.getTime() > Date.parse(certificate.notAfter);
	if (window === undefined || isExpired || now.getTime() < Date.parse(window.start)) return [];
	const isPassed = now.getTime() > Date.parse(window.end);
	const key = isPassed ? ('renewal-window-passed' as const) : ('renewal-window-open' as const);
	return [[key, certificate, window] as const];
}

function lived(host: string, certificate: ServedCertificate, key: string): Lived {
	const { notBefore, lifetimeSeconds, standing, authority, issuer } = certificate;
	const renewal = renewalOf(certificate);
	return {
		...shown(host, certificate),
		lifeDays: Math.ceil(lifetimeSeconds / DAY),
		limit: limitAt(key === 'next-limit-shorter' ? renewal : Date.parse(notBefore)),
		isPublic: standing === 'public',
		renewal: new Date(renewal).toISOString(),
		authority: authority?.name ?? `"${issuer}"`,
	};
}

// ── Fixes ────────────────────────────────────────────────────────────────────────────────────────

function automate({ host }: Lived): Fix {
	return orderCertificate(
		`Let an ACME client renew the certificate of ${host}, and reload the server afterwards.`,
		[host],
		'Every large authority speaks ACME by now: stay with yours (it gives an account key, "external account binding"), or take one that is free.',
		'Use a client that follows the renewal information of the authority (ARI, RFC 9773): certbot from 4.1, lego, Caddy, acme.sh, win-acme.',
		'Where the certificate is uploaded to a CDN or a load balancer, let that issue its own instead.',
		'Watch the date of what the server really sends, from outside.',
	);
}

function renew({ host }: Lived): Fix {
	const fix = commands(
		`Run the ACME client for ${host} now, and look why it did not run by itself.`,
		[
			`sudo certbot certificates -d ${host}`,
			'sudo certbot renew && sudo systemctl reload nginx',
			'systemctl list-timers | grep -i -E "certbot|acme"',
		],
		'Where the client has renewed it already, the server was not reloaded: add a deploy hook that does it.',
		'Clients without ARI (RFC 9773) do not know the window: update the client.',
	);
	const caddy = 'sudo systemctl restart caddy && sudo journalctl -u caddy | grep -i certificate';
	return {
		...fix,
		snippets: [...fix.snippets, { platform: 'caddy', language: 'shell', text: caddy }],
	};
}

// ── For the examples ─────────────────────────────────────────────────────────────────────────────

const MANAGED = { name: 'Amazon', caa: ['amazon.com'], renewal: 'managed' } as const;
const BY_HAND = { name: 'DigiCert', caa: ['digicert.com'], renewal: 'by-hand' } as const;

const WINDOW_AT = (start: string, end = '2030-01-03T00:00:00.000Z'): RenewalWindow => ({
	sha256: SAMPLE_CERTIFICATE.sha256,
	authority: "Let's Encrypt",
	url: `https://acme.example.net/renewal-info/${SAMPLE_CERTIFICATE.renewalId}`,
	start,
	end,
	explanation: null,
});

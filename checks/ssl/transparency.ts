import {
	advice,
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	hosts,
	isWithin,
	LOGS_BY_EXTENSION,
	minutes,
	type TransparencyView,
	transparencyViews,
	z,
} from '../../src/sdk.ts';
import { besideOf } from './_judged-chains.ts';
import { ISSUANCE, orderCertificate } from './_order-certificate.ts';
import {
	evidenceOf,
	firstOfEach,
	SAMPLE_CERTIFICATE,
	type Shown,
	shown,
} from './_served-certificate.ts';

interface Unlogged extends Shown {
	/** Distinct logs inside the certificate, and by TLS extension. */
	readonly embedded: number;
	readonly extension: number;
	readonly needed: number;
	readonly lifeDays: number;
}

interface Telling extends Shown {
	/** Names that tell what is better not told. */
	readonly telling: readonly string[];
	readonly apex: string;
}

const SHARED = {
	outcome: 'fail',
	severity: 'blocker',
	effort: minutes(30),
	lead: ISSUANCE,
	impact:
		'Chrome, Edge, Safari and Firefox refuse a certificate of a public authority that is not logged: visitors get an error page that they cannot pass.',
	fix: (a: Unlogged) =>
		orderCertificate(
			`Have the certificate of ${a.host} issued anew, with its timestamps inside.`,
			[a.host],
			'Every public authority embeds them unless it was asked not to: look for an order with transparency logging switched off (DigiCert and Sectigo offer that for internal names), and order without that option.',
			'Replace the certificate on every server that has it.',
		),
	evidence: (a: Unlogged) =>
		evidenceOf(a, {
			kind: 'tls',
			summary: 'logs that vouch for it',
			detail: `${a.embedded} embedded, ${a.extension} by TLS extension; operators not checked`,
		}),
	reproduce: (a: Shown) =>
		`openssl s_client -connect ${a.host}:443 -servername ${a.host} </dev/null 2>/dev/null | openssl x509 -noout -ext ct_precert_scts`,
} as const;

/** First labels of names that are nobody's business. */
const TELLING =
	/^(?:(?:.+-)?(?:stag(?:e|ing)|stg|dev|develop|test|testing|qa|uat|preprod|sandbox|admin|administrator|backoffice|internal|intranet|corp|vpn|jump|bastion|jenkins|gitlab|grafana|kibana|phpmyadmin|pma|db|database|backup)\d*(?:-.+)?)$/;

export default defineCheck({
	id: 'ssl/transparency',
	title: 'The certificate is in the public transparency logs',
	rationale:
		'Browsers take a public certificate only with timestamps of several logs, so that nobody gets one ' +
		'for a name in secret. What is logged can be read by anybody, within minutes and for ever.',
	references: [
		'RFC 6962 §3 (signed certificate timestamps)',
		'Chrome Certificate Transparency policy',
		"Apple's Certificate Transparency policy",
	],
	reach: 'sign-in',
	layer: 'certificates',
	over: hosts,
	options: z.object({}),
	verdicts: {
		logged: {
			outcome: 'pass',
			says: (a: { host: string; logs: number }) =>
				`The certificate of ${a.host} has timestamps of ${a.logs} logs (their operators not checked).`,
		},
		'no-scts': {
			...SHARED,
			says: (a: Unlogged) =>
				`The certificate carries no timestamp of a transparency log, neither inside nor by TLS extension (${a.host} at ${a.where}).`,
		},
		'too-few-scts': {
			...SHARED,
			says: (a: Unlogged) =>
				`The certificate of ${a.lifeDays} days carries timestamps of ${a.embedded} ${a.embedded === 1 ? 'log' : 'logs'} inside and ${a.extension} by TLS extension; it needs ${a.needed} inside, or ${LOGS_BY_EXTENSION} by extension (${a.host} at ${a.where}).`,
		},
		'internal-names-public': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(20),
			says: (a: Telling) =>
				`The certificate of ${a.host} tells everybody that ${a.telling.join(', ')} ${a.telling.length === 1 ? 'exists' : 'exist'}: transparency logs are searched by attackers as soon as they grow.`,
			impact:
				'Scanners try such hosts within minutes of the certificate being issued, before anybody has put a password in front.',
			fix: (a: Telling) =>
				advice(
					`Protect those hosts, and issue a wildcard (*.${a.apex}) for names that shall not be public.`,
					'What is logged stays logged: a new certificate hides new names only.',
					'Put sign-in or an address list in front of everything that is not for customers.',
				),
			evidence: (a: Telling) => evidenceOf(a),
		},
	},
	needs: ({ subject }) => ({
		views: transparencyViews({ host: subject.name, beside: besideOf(subject) }),
	}),
	judge({ given: { views }, subject, say }) {
		const host = subject.name;
		if (views.length === 0) {
			return doesNotApply('only certificates of public authorities are logged');
		}
		const told = views.flatMap((view) => {
			const telling = tellingNames(view, subject.apex);
			const locus = { kind: 'host', name: host } as const;
			const args = { ...shown(host, view), telling, apex: subject.apex };
			return telling.length === 0 ? [] : [at(locus, say('internal-names-public', args))];
		});
		const notes = told.slice(0, 1);
		const short = firstOfEach(views.flatMap(shortage));
		if (short.length > 0) {
			return [
				...notes,
				...short.map(([key, view]) => {
					if (key === 'unseen') {
						const detail = `too few logs are named in the certificate, and TLS extensions could not be seen (${view.unseen})`;
						return cannotSay('inconclusive', detail);
					}
					return say(key, { ...shown(host, view), ...counts(view) });
				}),
			];
		}
		const logs = Math.min(...views.map((view) => counts(view).embedded || counts(view).extension));
		return [...notes, say('logged', { host, logs })];
	},
	examples: (example) => {
		const given = (...views: readonly Partial<TransparencyView>[]) => ({
			views: views.map(
				(view): TransparencyView => ({
					...SAMPLE_CERTIFICATE,
					needed: 2,
					extensionLogs: null,
					unseen: null,
					...view,
				}),
			),
		});
		const LONG = { lifetimeSeconds: 180 * 86_400 + 1, needed: 3 };
		const none = { embeddedLogs: null, extensionLogs: [] };
		return [
			example('two logs', given({}), 'logged'),
			example('none', given(none), 'no-scts'),
			example('a list without logs', given({ embeddedLogs: [], extensionLogs: [] }), 'no-scts'),
			example(
				'one log',
				given({ embeddedLogs: LOGS.slice(0, 1), extensionLogs: [] }),
				'too-few-scts',
			),
			example(
				'two logs and more than 180 days',
				given({ ...LONG, extensionLogs: [] }),
				'too-few-scts',
			),
			example(
				'three logs and more than 180 days',
				given({ ...LONG, embeddedLogs: LOGS }),
				'logged',
			),
			example(
				'two by extension',
				given({ ...none, ...LONG, extensionLogs: LOGS.slice(1) }),
				'logged',
			),
			example('one by extension', given({ ...none, extensionLogs: LOGS.slice(2) }), 'too-few-scts'),
			example(
				'one each',
				given({ embeddedLogs: LOGS.slice(0, 1), extensionLogs: LOGS.slice(1, 2) }),
				'too-few-scts',
			),
			example(
				'none inside, and TLS 1.3 alone',
				given({ embeddedLogs: null, unseen: 'no TLS 1.2: alert 70' }),
				'unknown',
			),
			example('one address of two', given({}, { ...none, addresses: ['203.0.113.2'] }), 'no-scts'),
			example(
				'a staging host among the names',
				given({ names: ['example.com', 'staging.example.com'] }),
				'internal-names-public',
			),
			example(
				'the same, logged all the same',
				given({ names: ['example.com', 'vpn.example.com'] }),
				'logged',
			),
			example(
				"somebody else's names",
				given({ names: ['example.com', 'admin.example.net'] }),
				'logged',
			),
			example('a wildcard', given({ names: ['example.com', '*.example.com'] }), 'logged'),
			example('of a private authority', given(), 'not-applicable'),
		];
	},
});

const LOGS = ['01'.repeat(32), '02'.repeat(32), '03'.repeat(32)];

function counts({ embeddedLogs, extensionLogs, needed, lifetimeSeconds }: TransparencyView) {
	return {
		embedded: embeddedLogs?.length ?? 0,
		extension: extensionLogs?.length ?? 0,
		needed,
		lifeDays: Math.ceil(lifetimeSeconds / 86_400),
	};
}

type Short = readonly ['no-scts' | 'too-few-scts' | 'unseen', TransparencyView];

function shortage(view: TransparencyView): readonly Short[] {
	const { embedded, extension, needed } = counts(view);
	if (embedded >= needed || extension >= LOGS_BY_EXTENSION) return [];
	if (view.unseen !== null) return [['unseen', view]];
	return [[embedded + extension === 0 ? 'no-scts' : 'too-few-scts', view]];
}

/** Of the own domain; the audited host itself is no news to whoever audits it. */
function tellingNames({ names }: TransparencyView, apex: string): readonly string[] {
	return names.filter((name) => {
		if (!isWithin(name, apex) || name === apex) return false;
		return TELLING.test(name.slice(0, -apex.length - 1).split('.')[0] ?? '');
	});
}

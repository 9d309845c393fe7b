import {
	type AddressSurvey,
	type AddressView,
	addressSurvey,
	blockedBy,
	cannotSay,
	defineCheck,
	type Fact,
	type Fix,
	type Host,
	type HttpsAnswer,
	hosts,
	httpsAnswers,
	isDead,
	isFailure,
	isModern,
	type Judgement,
	known,
	minutes,
	optional,
	type Say,
	unknown,
	z,
} from '../../src/sdk.ts';
import { besideOf, reproduce } from './_judged-chains.ts';
import { sampleChain } from './_samples.ts';
import { named } from './_surveyed.ts';

type Failed = Extract<HttpsAnswer, { kind: 'failed' }>;
type Completed = Extract<HttpsAnswer, { kind: 'completed' }>;

interface Trouble {
	readonly host: string;
	readonly address: string;
	/** Every address with this trouble. */
	readonly where: string;
	readonly detail: string;
	/** Other addresses of the host do answer. */
	readonly partly: boolean;
	readonly alert: number | null;
	readonly control: string;
}

type HttpsVerdict =
	| 'answers'
	| 'port-closed'
	| 'handshake-fails'
	| 'not-tls'
	| 'tls-1-3-intolerant'
	| 'client-certificate-asked';

/** One fault of addresses that do complete a handshake. */
interface Oddity {
	readonly host: string;
	readonly address: string;
	/** Every address that shows it. */
	readonly where: string;
}

/** Customers reach the rest of the addresses, after a delay. */
const PARTLY = {
	oneOf: ['blocker', 'high'] as const,
	pick: (a: { partly: boolean }) => (a.partly ? ('high' as const) : ('blocker' as const)),
};

/** RFC 8446 §6.2, RFC 6066 §3: what it usually means for the owner. */
const ALERTS: Readonly<Record<number, readonly [means: string, fix: string]>> = {
	40: [
		'the server found no version, suite or certificate that both sides know',
		'Give the site a certificate and enable TLS 1.2 and 1.3 with ECDHE suites.',
	],
	70: ['the server speaks no version of TLS that is in use', 'Enable TLS 1.2 and TLS 1.3.'],
	71: ['the server wants stronger suites than it offers', 'Enable ECDHE suites with AES-GCM.'],
	80: [
		'the server failed inside',
		'Look into its log: most often the certificate or key file is missing or unreadable; behind a CDN the certificate is still being issued.',
	],
	112: [
		'the server does not know this name',
		'Add the name to the site (server_name, custom domain) and issue a certificate for it; behind a CDN, finish the domain check there.',
	],
	116: [
		'the server wants a client certificate',
		'Do not ask visitors for client certificates; put what needs them on a host of its own.',
	],
};

/** RFC 8446 §6.2: the alert that says by name that a client certificate is missing. */
const CERTIFICATE_REQUIRED = 116;

const meaning = (alert: number | null) => (alert === null ? undefined : ALERTS[alert]);

export default defineCheck({
	id: 'ssl/https',
	title: 'HTTPS answers at every address',
	rationale:
		'Browsers try https:// first and programs use nothing else. Where port 443 is closed or the ' +
		'handshake fails, the site is down, whatever plain HTTP shows.',
	references: [
		'RFC 8446 §4, §6.2 (handshake, alerts)',
		'RFC 8446 §4.1.2, §4.3.2 (unknown extensions, CertificateRequest)',
		'RFC 6066 §3 (server name)',
		'hstspreload.org submission requirements',
	],
	reach: 'sign-in',
	layer: 'server',
	over: hosts,
	options: z.object({}),
	verdicts: {
		answers: {
			outcome: 'pass',
			says: (a: { host: string; where: string; protocols: string }) =>
				`${a.host} answers HTTPS at ${a.where} (${a.protocols}).`,
		},
		'port-closed': {
			outcome: 'fail',
			severity: {
				by: 'standing',
				is: { apex: PARTLY, named: PARTLY, www: PARTLY, guessed: 'later' },
			},
			effort: minutes(20),
			says: (a: Trouble) =>
				`Port 443 of ${a.host} is closed at ${a.where}${a.partly ? ', while other addresses answer' : ''}: ${a.detail}.`,
			impact: (a: Trouble) =>
				a.partly
					? 'Every visitor who is given that address first waits or fails; programs often do not try another one.'
					: 'Browsers try HTTPS first: visitors see "unable to connect" or an insecure page, and programs get nothing.',
			fix: openPort,
			control: (a: Trouble) => a.control,
			reproduce: (a: Trouble) =>
				`curl -sv --connect-to ::${a.address} https://${a.host}/ -o /dev/null`,
		},
		'handshake-fails': {
			outcome: 'fail',
			severity: {
				by: 'standing',
				is: { apex: 'blocker', named: 'blocker', www: 'blocker', guessed: 'high' },
			},
			effort: minutes(30),
			says: (a: Trouble) =>
				`No TLS handshake with ${a.host} completes at ${a.where}: ${a.detail}${means(a.alert)}.`,
			impact: 'Browsers show "can\'t provide a secure connection" and offer no way past it.',
			fix: (a: Trouble) => ({
				summary: `Get the server at ${a.address} to complete a handshake for ${a.host}.`,
				steps: [
					meaning(a.alert)?.[1] ??
						'Look into the server log for the handshake error; check that the site has a certificate and key that belong together.',
					'Enable TLS 1.2 and 1.3, then try again with the command above.',
				],
				snippets: [
					{
						platform: 'nginx',
						language: 'nginx',
						text: `server {\n  listen 443 ssl;\n  server_name ${a.host};\n  ssl_certificate /etc/letsencrypt/live/${a.host}/fullchain.pem;\n  ssl_certificate_key /etc/letsencrypt/live/${a.host}/privkey.pem;\n  ssl_protocols TLSv1.2 TLSv1.3;\n}`,
					},
					{
						platform: 'caddy',
						language: 'caddy',
						text: `${a.host} {\n  reverse_proxy localhost:3000\n}`,
					},
				],
			}),
			control:
				'The TCP connection was accepted and the server itself ended the handshake. Every version from SSL 2.0 on and every suite was offered.',
			reproduce,
		},
		'not-tls': {
			outcome: 'fail',
			severity: {
				by: 'standing',
				is: { apex: 'blocker', named: 'blocker', www: 'blocker', guessed: 'high' },
			},
			effort: minutes(15),
			says: (a: Trouble) => `Port 443 of ${a.host} does not speak TLS at ${a.where}: ${a.detail}.`,
			impact: 'Browsers show "sent an invalid response"; nobody gets in over HTTPS.',
			fix: (a: Trouble) => ({
				summary: `Switch TLS on at port 443 of ${a.host}.`,
				steps: [
					'The server there speaks plain HTTP (or something else). Tell it that this port is TLS, and reload it.',
				],
				snippets: [
					{
						platform: 'nginx',
						language: 'nginx',
						text: `listen 443 ssl;\nssl_certificate /etc/letsencrypt/live/${a.host}/fullchain.pem;\nssl_certificate_key /etc/letsencrypt/live/${a.host}/privkey.pem;`,
					},
					{
						platform: 'apache',
						language: 'apache',
						text: `<VirtualHost *:443>\n  ServerName ${a.host}\n  SSLEngine on\n  SSLCertificateFile /etc/letsencrypt/live/${a.host}/fullchain.pem\n  SSLCertificateKeyFile /etc/letsencrypt/live/${a.host}/privkey.pem\n</VirtualHost>`,
					},
				],
			}),
			reproduce,
		},
		'tls-1-3-intolerant': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(60),
			says: (a: Oddity & { detail: string; protocol: string }) =>
				`${a.host} at ${a.where} breaks off every handshake that offers TLS 1.3 (${a.detail}), and completes one that offers TLS 1.2 at most (${a.protocol}).`,
			impact:
				'Every current browser offers TLS 1.3 and does not try again with less: visitors see a connection error. Older programs get in, so that monitoring may stay green.',
			fix: (a: Oddity) => ({
				summary: `Let handshakes that offer TLS 1.3 through to ${a.host} at ${a.address}.`,
				steps: [
					'Run the command above on the server itself, against 127.0.0.1. Where both handshakes complete there, a firewall, load balancer or TLS inspection in front of it is at fault.',
					'Update that device to a release that knows TLS 1.3 (RFC 8446), or switch off TLS inspection for this host.',
					'Where the server itself fails, update it; until then, limit it to TLS 1.2, so that it answers a hello that offers more.',
				],
				snippets: [
					{ platform: 'nginx', language: 'nginx', text: 'ssl_protocols TLSv1.2;' },
					{ platform: 'apache', language: 'apache', text: 'SSLProtocol -all +TLSv1.2' },
				],
			}),
			control:
				'The ordinary hello failed, the same one limited to TLS 1.2 completed right after it, and the ordinary one then failed again.',
			reproduce: (a: Oddity) =>
				['-tls1_3', '-tls1_2'].map((flag) => `${client(a)} ${flag} </dev/null`).join('; '),
		},
		'client-certificate-asked': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(20),
			says: (a: Oddity) => `${a.host} asks every visitor for a client certificate at ${a.where}.`,
			impact:
				'Visitors whose device holds a certificate (company laptops, electronic identity cards) meet a certificate dialog before the page, even where the server takes no for an answer; where it insists, everybody else is shut out.',
			fix: (a: Oddity) => ({
				summary: `Stop asking for client certificates on ${a.host}.`,
				steps: [
					'Switch client certificates off for this host. "optional" is not off: the server still asks.',
					'What needs them (partners, machines, staff) goes to a host name of its own, where they are on.',
					`Behind Cloudflare, take ${a.host} off the hosts under SSL/TLS, Client Certificates. In Caddy, remove client_auth from the tls block of this site.`,
				],
				snippets: [
					{
						platform: 'nginx',
						language: 'nginx',
						text: `server {
  server_name ${a.host};
  ssl_verify_client off;
}`,
					},
					{ platform: 'apache', language: 'apache', text: 'SSLVerifyClient none' },
				],
			}),
			control:
				'A CertificateRequest (RFC 8446 §4.3.2, RFC 5246 §7.4.4) came in the handshake itself, before any page was asked for.',
			reproduce: (a: Oddity) => `${client(a)} -msg </dev/null 2>&1 | grep CertificateRequest`,
		},
	},
	decisive: { by: 'standing', in: ['apex', 'named'] },
	needs: ({ subject }) => ({
		answers: httpsAnswers({ host: subject.name, beside: besideOf(subject) }),
		survey: optional(addressSurvey({ host: subject.name })),
	}),
	judge({ given, subject, say }) {
		if (isNowhere(given.answers, given.survey)) {
			const detail = `nobody outside can reach an address of ${subject.name}`;
			return blockedBy({ check: 'dns/addresses', subject: subject.name }, detail);
		}
		const answers = ownAnswers(given.answers, given.survey);
		const failures = answers.filter((one) => one.kind === 'failed').filter(isFailure);
		const done = answers.filter((one) => one.kind === 'completed');
		const said: Judgement<HttpsVerdict>[] = [
			...troubles(failures, { host: subject.name, partly: done.length > 0 }, say),
			...oddities(done, subject, say),
		];
		const outdated = answers.filter((one) => one.kind === 'failed').find(isOutdated);
		if (outdated?.raw !== undefined) said.push(behind(outdated.raw, subject.name));
		const open = answers.filter((one) => one.kind !== 'completed').find((one) => !isTold(one));
		if (open !== undefined) return [...said, undecided(open, subject)];
		if (said.length > 0) return said;
		return say('answers', {
			host: subject.name,
			where: done.map(({ address }) => address).join(', '),
			protocols: [...new Set(done.map(({ tls }) => tls.protocol))].join(', '),
		});
	},
	examples: (example) => {
		const given = (...answers: HttpsAnswer[]) => ({ answers, survey: NOT_SURVEYED });
		const beside = (answer: Failed, view: Partial<AddressView>) => ({
			answers: [COMPLETED, answer],
			survey: known(surveyed({ address: answer.address, ...view })),
		});
		const standing = (word: Host['context']['standing']) => ({
			subject: { context: { standing: word, stage: 'production' as const } },
		});
		const refused = failed({ how: 'refused', phase: 'connect' });
		const silent = failed({ how: 'silent', phase: 'connect' });
		const control = 'Port 80 of 203.0.113.1 answers from here.';
		return [
			example('a handshake', given(COMPLETED), 'answers'),
			example('refused', given(refused), 'port-closed'),
			example('refused at a guessed host', given(refused), 'port-closed', standing('guessed')),
			example('refused at one of two', given(COMPLETED, refused), 'port-closed'),
			example(
				'refused at one of two, which serves plain HTTP',
				beside(refused, { https: 'refused', http: 'open' }),
				'port-closed',
			),
			example(
				'one of two is dead',
				beside(refused, { https: 'refused', http: 'refused' }),
				'answers',
			),
			example('one of two is private', beside(silent, { usable: false }), 'answers'),
			example(
				'refused at a private address',
				{
					answers: [refused],
					survey: known(surveyed({ address: refused.address, class: 'private', usable: false })),
				},
				'blocked',
			),
			example(
				'an alert at one of two',
				beside(failed({ how: 'alert', alert: 80 }), { https: 'open' }),
				'handshake-fails',
			),
			example('reset before TLS', given(failed({ how: 'reset', phase: 'connect' })), 'port-closed'),
			example('silent, the control works', given({ ...silent, control }), 'port-closed'),
			example('silent, nothing shows why', given(silent), 'unknown'),
			example('no route, the control works', given({ ...NO_ROUTE, control }), 'port-closed'),
			example('no route', given(NO_ROUTE), 'unknown'),
			example('IPv6 refused, IPv4 answers', given(COMPLETED, onV6(refused)), 'answers'),
			example('IPv6 refused, no IPv4', given(onV6(refused)), 'port-closed'),
			example('no IPv6 here, IPv4 answers', given(COMPLETED, onV6(NO_ROUTE)), 'answers'),
			example(
				'IPv6 answers with an alert',
				given(COMPLETED, onV6(failed({ how: 'alert', alert: 80 }))),
				'handshake-fails',
			),
			example('alert 112', given(failed({ how: 'alert', alert: 112 })), 'handshake-fails'),
			example('an unusual alert', given(failed({ how: 'alert', alert: 99 })), 'handshake-fails'),
			example('closed in the handshake', given(failed({ how: 'reset' })), 'handshake-fails'),
			example(
				'refused by the library',
				given(failed({ how: 'handshake-failed' })),
				'handshake-fails',
			),
			example(
				'closed after asking for a client certificate',
				given(failed({ how: 'reset', asksForCertificate: true })),
				'handshake-fails',
			),
			example('breaks off where TLS 1.3 is offered', given(INTOLERANT), 'tls-1-3-intolerant'),
			example(
				'breaks off where TLS 1.3 is offered, at one of two',
				given(COMPLETED, INTOLERANT),
				'tls-1-3-intolerant',
			),
			example('asks for a client certificate', given(asking(true)), 'client-certificate-asked'),
			example('asks at www', given(asking(true)), 'client-certificate-asked', standing('www')),
			example('asks at a guessed host', given(asking(true)), 'answers', standing('guessed')),
			example('asks on staging', given(asking(true)), 'answers', {
				subject: { context: { standing: 'named', stage: 'staging' } },
			}),
			example('asks for no client certificate', given(asking(false)), 'answers'),
			example(
				'answers TLS 1.0 with RC4 alone',
				given(failed({ how: 'alert', alert: 40, raw: { version: 'TLSv1', suite: 5, chain: [] } })),
				'blocked',
			),
			example(
				'answers RC4 alone',
				given(
					failed({ how: 'alert', alert: 40, raw: { version: 'TLSv1.2', suite: 5, chain: [] } }),
				),
				'blocked',
			),
			example('plain HTTP', given(failed({ how: 'not-tls' })), 'not-tls'),
			example('accepts and stays silent', given(failed({ how: 'silent' })), 'unknown'),
			example(
				'one answers, one stays silent',
				given(COMPLETED, failed({ how: 'silent' })),
				'unknown',
			),
			example('not looked at', given(NOT_ASKED), 'unknown'),
		];
	},
});

/** All its addresses are private or reserved, and none connects: `dns/addresses` says so. */
function isNowhere(answers: readonly HttpsAnswer[], survey: Fact<AddressSurvey>): boolean {
	if (survey.status !== 'known' || survey.value.addresses.some(({ usable }) => usable))
		return false;
	return answers.every(
		(one) => one.kind === 'unknown' || (one.kind === 'failed' && one.phase === 'connect'),
	);
}

/**
 * An address that does not connect beside one that answers is no trouble of HTTPS where nothing answers
 * there, where nobody can reach it, or where IPv6 fails and IPv4 does not: `dns/addresses` owns those.
 * A handshake that fails is: clients do not fall back from it.
 */
function ownAnswers(
	answers: readonly HttpsAnswer[],
	survey: Fact<AddressSurvey>,
): readonly HttpsAnswer[] {
	const done = answers.filter(({ kind }) => kind === 'completed');
	if (done.length === 0) return answers;
	const v4Answers = done.some(({ family }) => family === 4);
	const views = survey.status === 'known' ? survey.value.addresses : [];
	return answers.filter((one) => {
		if (one.kind === 'completed' || (one.kind === 'failed' && one.phase === 'tls')) return true;
		if (v4Answers && one.family === 6) return false;
		const view = views.find(({ address }) => address === one.address);
		return one.kind === 'unknown' || view === undefined || (view.usable && isDead(view) !== true);
	});
}

function isTold(answer: Exclude<HttpsAnswer, { kind: 'completed' }>): boolean {
	return answer.kind === 'failed' && (isFailure(answer) || isOutdated(answer));
}

/** It answers hellos that no current client sends. */
function isOutdated({ raw }: Failed): boolean {
	return raw !== undefined;
}

function behind({ version }: NonNullable<Failed['raw']>, subject: string) {
	return isModern(version)
		? blockedBy(
				{ check: 'ssl/ciphers', subject },
				'it answers only hellos with weak suites, which no current client sends',
			)
		: blockedBy(
				{ check: 'ssl/protocols', subject },
				`it answers only hellos of the past, in ${named(version)}`,
			);
}

/** Staging may be closed to the public by client certificates, and so may what we only guessed at. */
function isPublic({ context }: Pick<Host, 'context'>): boolean {
	return context.standing !== 'guessed' && context.stage === 'production';
}

function oddities(
	done: readonly Completed[],
	host: Host,
	say: Say<{
		'tls-1-3-intolerant': { says(a: Oddity & { detail: string; protocol: string }): string };
		'client-certificate-asked': { says(a: Oddity): string };
	}>,
): Judgement<'tls-1-3-intolerant' | 'client-certificate-asked'>[] {
	const seen = (those: readonly Completed[], first: Completed): Oddity => ({
		host: host.name,
		address: first.address,
		where: those.map(({ address }) => address).join(', '),
	});
	const intolerant = done.filter(({ intolerance }) => intolerance !== undefined);
	const asking = isPublic(host) ? done.filter(({ tls }) => tls.asksForCertificate === true) : [];
	const [broken] = intolerant;
	const [asks] = asking;
	return [
		...(broken === undefined
			? []
			: [
					say('tls-1-3-intolerant', {
						...seen(intolerant, broken),
						detail: broken.intolerance ?? '',
						protocol: broken.tls.protocol,
					}),
				]),
		...(asks === undefined ? [] : [say('client-certificate-asked', seen(asking, asks))]),
	];
}

/** Where a client certificate was asked for and the handshake then failed, that is why. */
function alertOf({ asksForCertificate, alert }: Failed): number | null {
	return asksForCertificate === true ? CERTIFICATE_REQUIRED : alert;
}

/** Host and address come from the target list and the resolver. */
function client({ host, address }: Oddity): string {
	const at = address.includes(':') ? `[${address}]` : address;
	return `openssl s_client -connect ${at}:443 -servername ${host}`;
}

function kindOf({ how, phase }: Failed) {
	if (phase === 'connect') return 'port-closed';
	return how === 'not-tls' ? 'not-tls' : 'handshake-fails';
}

function troubles(
	failures: readonly Failed[],
	about: { readonly host: string; readonly partly: boolean },
	say: Say<Record<'port-closed' | 'handshake-fails' | 'not-tls', { says(a: Trouble): string }>>,
): Judgement<'port-closed' | 'handshake-fails' | 'not-tls'>[] {
	const kinds = ['not-tls', 'handshake-fails', 'port-closed'] as const;
	return kinds.flatMap((kind) => {
		const same = failures.filter((one) => kindOf(one) === kind);
		const [first] = same;
		if (first === undefined) return [];
		const others = about.partly || same.length < failures.length;
		return [
			say(kind, {
				host: about.host,
				address: first.address,
				where: same.map(({ address }) => address).join(', '),
				detail: first.detail,
				partly: others,
				alert: alertOf(first),
				control: first.control ?? 'The machine itself refused the connection.',
			}),
		];
	});
}

function undecided(answer: Exclude<HttpsAnswer, { kind: 'completed' }>, { name, context }: Host) {
	const couldBe = context.standing === 'guessed' ? (['high'] as const) : [];
	if (answer.kind === 'unknown') {
		return cannotSay(answer.because, `${name} at ${answer.address}: ${answer.detail}`, ...couldBe);
	}
	const detail =
		answer.phase === 'tls'
			? `${answer.address} accepts connections at port 443 and then says nothing`
			: `${answer.address} does not answer at port 443, and nothing else shows that this network lets us through`;
	return cannotSay('timeout', `${name}: ${detail}`, ...couldBe);
}

function means(alert: number | null): string {
	const known = meaning(alert);
	return known === undefined ? '' : `, which usually means that ${known[0]}`;
}

function openPort({ host, address }: Trouble): Fix {
	return {
		summary: `Let port 443 of ${address} answer for ${host}.`,
		steps: [
			'Have the web server listen on 443 with a certificate for this name.',
			'Open port 443 in the firewall of the machine and in the security group of the hosting provider.',
			'If the site lives elsewhere by now, point the DNS record there instead.',
		],
		snippets: [
			{
				platform: 'any',
				language: 'shell',
				text: 'sudo ufw allow 443/tcp && sudo ss -ltnp "sport = :443"',
			},
			{
				platform: 'nginx',
				language: 'nginx',
				text: `server {\n  listen 443 ssl;\n  listen [::]:443 ssl;\n  server_name ${host};\n  ssl_certificate /etc/letsencrypt/live/${host}/fullchain.pem;\n  ssl_certificate_key /etc/letsencrypt/live/${host}/privkey.pem;\n}`,
			},
			{
				platform: 'caddy',
				language: 'caddy',
				text: `${host} {\n  reverse_proxy localhost:3000\n}`,
			},
		],
	};
}

// ── For the examples ─────────────────────────────────────────────────────────────────────────────

const COMPLETED: Completed = {
	address: '203.0.113.2',
	family: 4,
	kind: 'completed',
	tls: {
		kind: 'completed',
		protocol: 'TLSv1.3',
		cipher: 'TLS_AES_128_GCM_SHA256',
		alpn: 'h2',
		chain: sampleChain('good'),
	},
};

const INTOLERANT: Completed = {
	...COMPLETED,
	address: '203.0.113.1',
	tls: { ...COMPLETED.tls, protocol: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
	intolerance: 'the connection was closed during the TLS handshake',
};

function asking(asksForCertificate: boolean): Completed {
	return { ...COMPLETED, tls: { ...COMPLETED.tls, asksForCertificate } };
}

function failed(change: Partial<Failed> & Pick<Failed, 'how'>): Failed {
	return {
		address: '203.0.113.1',
		family: 4,
		kind: 'failed',
		phase: 'tls',
		alert: null,
		detail: `the connection was ${change.how}`,
		control: null,
		...change,
	};
}

const NO_ROUTE = failed({ how: 'unreachable', phase: 'connect' });

const NOT_ASKED: HttpsAnswer = {
	address: '203.0.113.1',
	family: 4,
	kind: 'unknown',
	because: 'budget',
	detail: 'the limit on connections was reached',
};

const NOT_SURVEYED = unknown('not-asked', 'no survey');

function surveyed(view: Partial<AddressView>): AddressSurvey {
	const seen: AddressView = {
		address: '203.0.113.1',
		family: 4,
		class: 'public',
		usable: true,
		network: '203.0.113.0/24',
		https: null,
		http: null,
		served: null,
	};
	return {
		addresses: [{ ...seen, ...view }],
		knowsV6: true,
		notTried: [],
		passedOver: [],
		ttl: 300,
		works: { v4: true, v6: null },
	};
}

function onV6(answer: Failed): Failed {
	return { ...answer, address: '2001:db8::1', family: 6 };
}

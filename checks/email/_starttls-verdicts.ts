import {
	advice,
	type CertificateSummary,
	commands,
	type Evidence,
	type Fix,
	type MailDomain,
	type MtaStsMode,
	minutes,
	records,
	type Severity,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { deletion, forShell, listed, mxLine, txtLine } from './_lines.ts';

/** One fault of one mail host, at however many addresses. */
export interface AboutHost {
	readonly domain: string;
	readonly host: string;
	readonly preference: number;
	/** The first address that shows it. */
	readonly address: string;
	/** All that do, and whether others don't, in words. */
	readonly where: string;
	readonly detail: string;
	/** Below the domain: whoever reads this runs it. */
	readonly own: boolean;
	/** Who runs it, where its name shows that. */
	readonly provider: string | null;
	readonly seen: readonly Evidence[];
}

export interface Unreachable extends AboutHost {
	/** The mail hosts that do answer. */
	readonly others: readonly string[];
	readonly confidence: 'high' | 'medium';
}

export interface Absent extends AboutHost {
	/** Something on the way has crossed the offer out. */
	readonly masked: boolean;
}

type AboutCertificate = AboutHost & {
	readonly mode: MtaStsMode;
	/** Never used before, for a policy that changes. */
	readonly newId: string;
	readonly confidence: 'high' | 'low';
	/** The server's own; `null` where it can't be read. */
	readonly certificate: CertificateSummary | null;
};

/** An ACME order with its validation. */
const ISSUANCE = seconds(300);

const evidence = ({ seen }: { readonly seen: readonly Evidence[] }) => seen;

const common = {
	outcome: 'fail',
	severity: 'high',
	effort: minutes(30),
	evidence,
	reproduce,
} as const;

const CONTROL = 'Nothing answers at port 25 of 192.0.2.1: no server on our side stands in for it.';

const certificate = {
	outcome: 'fail',
	severity: {
		oneOf: ['blocker', 'later', 'info'],
		pick: (a: { mode: MtaStsMode }): 'blocker' | 'later' | 'info' => BY_MODE[a.mode],
	},
	effort: minutes(30),
	lead: ISSUANCE,
	says: (a: AboutCertificate) => `${capital(a.detail)} (mail host ${a.host} at ${a.where}).`,
	impact: (a: { mode: MtaStsMode }) => IMPACTS[a.mode],
	confidence: (a: { confidence: 'high' | 'low' }) => a.confidence,
	evidence: certificateEvidence,
	reproduce,
} as const;

const BY_MODE = {
	enforce: 'blocker',
	testing: 'later',
	none: 'info',
	unknown: 'info',
} as const satisfies Record<MtaStsMode, Severity>;

const UNCHECKED =
	'Mail arrives: most senders encrypt without checking whom they talk to, and somebody on the way can pose as this host.';

const IMPACTS: Readonly<Record<MtaStsMode, string>> = {
	enforce:
		'The MTA-STS policy says enforce: senders that follow it, Gmail and Outlook among them, do not deliver to this host, and return the mail after some days.',
	testing:
		'Nothing is refused while the MTA-STS policy says testing. The day it says enforce, senders that follow it do not deliver to this host.',
	none: UNCHECKED,
	unknown: `${UNCHECKED} If the MTA-STS policy, which could not be read, says enforce, senders that follow it do not deliver.`,
};

export const STARTTLS_VERDICTS = {
	encrypted: {
		outcome: 'pass',
		says: (a: { domain: string; seen: readonly string[] }) =>
			`Mail to ${a.domain} is encrypted on its way: ${listed(a.seen)}.`,
	},
	unreachable: {
		...common,
		says: (a: Unreachable) =>
			`The mail host ${a.host} of ${a.domain} takes no mail at port 25 (${a.detail}), while ${listed(a.others)} ${a.others.length === 1 ? 'does' : 'do'}.`,
		impact:
			'Senders that try it first deliver late, after hours where it stays silent; when the others are down, mail is returned.',
		fix: repairHost,
		control: (a: Unreachable) =>
			`It was asked twice; port 25 of ${listed(a.others)} answers from here.`,
		confidence: (a: Unreachable) => a.confidence,
		reproduce: (a: { address: string }) => `nc -vz -w 5 ${a.address} 25`,
	},
	absent: {
		...common,
		says: (a: Absent) =>
			`The mail host ${a.host} of ${a.domain} does not offer STARTTLS (at ${a.where}).`,
		impact:
			'Mail to you crosses the internet in clear text. Gmail shows its users a red open padlock, and senders that require encryption do not deliver.',
		fix: (a: Absent) =>
			a.masked
				? advice(
						'Switch SMTP inspection off in the firewall in front of the mail host.',
						`${a.host} offers ${MASKED}: a firewall (Cisco: "inspect esmtp", "fixup protocol smtp") has overwritten STARTTLS.`,
						'Allow STARTTLS in its policy, or take port 25 out of the inspection.',
					)
				: encrypt(a),
		control: CONTROL,
	},
	refused: {
		...common,
		says: (a: AboutHost) =>
			`The mail host ${a.host} of ${a.domain} offers STARTTLS and does not go through with it (at ${a.where}): ${a.detail}.`,
		impact:
			'Senders deliver late and in clear text, or not at all: those that require encryption return the mail.',
		fix: repairTls,
		control: `It was asked twice. ${CONTROL}`,
	},
	'old-only': {
		...common,
		says: (a: AboutHost) =>
			`The mail host ${a.host} of ${a.domain} speaks ${a.detail} at best (at ${a.where}).`,
		impact:
			'Senders that have switched TLS 1.0 and 1.1 off cannot encrypt: they deliver in clear text or not at all.',
		fix: (a: AboutHost) =>
			byOwner(
				a,
				'Enable TLS 1.2 and TLS 1.3.',
				[
					"sudo postconf -e 'smtpd_tls_protocols = >=TLSv1.2' 'smtpd_tls_mandatory_protocols = >=TLSv1.2'",
					RELOAD,
				],
				'Where the mail server has a TLS library without TLS 1.2 (OpenSSL before 1.0.1), renew the system first.',
			),
		control: CONTROL,
	},
	'old-offered': {
		...common,
		severity: 'later',
		effort: minutes(10),
		says: (a: AboutHost) =>
			`The mail host ${a.host} of ${a.domain} still agrees to ${a.detail} (at ${a.where}), beside better versions.`,
		impact:
			'Nothing is lost today: up-to-date senders use TLS 1.2 or 1.3. Scanners and customers who ask for a security report find it.',
		fix: (a: AboutHost) =>
			byOwner(
				a,
				'Switch TLS 1.0 and 1.1 off.',
				[
					"sudo postconf -e 'smtpd_tls_protocols = >=TLSv1.2' 'smtpd_tls_mandatory_protocols = >=TLSv1.2'",
					RELOAD,
				],
				'Exim: set tls_require_ciphers and openssl_options = +no_sslv2 +no_sslv3 +no_tlsv1 +no_tlsv1_1.',
				'A sender that knows nothing newer then delivers in clear text: look into the log of a week for TLSv1 and TLSv1.1 first.',
			),
		control: CONTROL,
		reproduce: (a: { host: string; address: string }) =>
			`${reproduce(a).replace(' -showcerts', '')} -tls1_1 -cipher DEFAULT:@SECLEVEL=0`,
	},
	'cert-expired': { ...certificate, fix: renew },
	'cert-mismatch': { ...certificate, fix: renew, control: CONTROL },
	'cert-untrusted': { ...certificate, fix: renew },
	'cert-expiring': {
		...certificate,
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: { mode: MtaStsMode }) => (a.mode === 'enforce' ? 'high' : 'later'),
		},
		impact: (a: { mode: MtaStsMode }) =>
			a.mode === 'enforce'
				? 'Renewal does not work. From that day on senders that follow your MTA-STS policy do not deliver.'
				: 'Renewal does not work. From that day on senders that check certificates do not deliver.',
		fix: renew,
	},
} satisfies Verdicts<MailDomain['context']>;

/** What an inspecting firewall leaves of `STARTTLS`. */
const MASKED = 'XXXXXXXA';

export function isMasked(extensions: readonly string[]): boolean {
	return extensions.some((line) => /^X{7}[XA]/.test(line));
}

// ── Fixes ────────────────────────────────────────────────────────────────────────────────────────

const RELOAD = 'sudo systemctl reload postfix';

/** Commands for a host of the domain's own; a word to the provider for any other. */
function byOwner(a: AboutHost, summary: string, lines: readonly string[], ...steps: string[]): Fix {
	if (a.own) return commands(summary, lines, ...steps);
	const runs = a.provider ?? 'somebody else';
	return advice(
		`Have ${a.host} repaired by who runs it, or receive mail elsewhere.`,
		`${a.host} belongs to ${runs}: compare the MX records of ${a.domain} with the provider's set-up page, because an old name may be left over.`,
		`If the records are right, send the provider this finding (${summary.replace(/\.$/, '')}).`,
	);
}

function encrypt(a: AboutHost): Fix {
	return byOwner(
		a,
		`Give ${a.host} a certificate, and have it offer STARTTLS.`,
		[order(a.host), useCertificate(a.host), RELOAD],
		'Exim: set tls_advertise_hosts = *, tls_certificate and tls_privatekey.',
		'If it does offer STARTTLS inside your network, a firewall on the way removes it: switch its SMTP inspection off.',
	);
}

function repairTls(a: AboutHost): Fix {
	return byOwner(
		a,
		`Get ${a.host} to complete a TLS handshake.`,
		[
			'sudo postconf smtpd_tls_chain_files smtpd_tls_cert_file smtpd_tls_key_file',
			"sudo journalctl -u 'postfix*' --since -1h | grep -i tls",
			order(a.host),
			useCertificate(a.host),
			RELOAD,
		],
		'The log names the reason; most often the key file is missing, unreadable, or belongs to another certificate.',
	);
}

function repairHost(a: AboutHost): Fix {
	return records(
		`Bring ${a.host} back, or delete its MX record.`,
		[deletion(mxLine(a.domain, a.preference, a.host))],
		'On the host, sudo ss -ltnp "sport = :25" shows whether a mail server listens on its public address.',
		'Open port 25 for incoming connections in the firewall of the machine and in the security group of the hosting provider.',
		'If mail is received elsewhere by now, delete the record.',
	);
}

function renew(a: AboutCertificate): Fix {
	const fix = byOwner(
		a,
		`Issue a certificate for ${a.host}, and have the mail server send it with its intermediates.`,
		[order(a.host), useCertificate(a.host), RELOAD],
		`Let each renewal reload the mail server, which otherwise goes on with the old certificate: certbot renew --deploy-hook '${RELOAD.replace('sudo ', '')}'.`,
	);
	if (a.mode !== 'enforce') return fix;
	const record = txtLine(`_mta-sts.${a.domain}`, `v=STSv1; id=${a.newId}`);
	return {
		...fix,
		steps: [
			...fix.steps,
			`If that takes longer than an hour, write "mode: testing" into https://mta-sts.${a.domain}/.well-known/mta-sts.txt first and publish the new id: senders then deliver.`,
		],
		snippets: [...fix.snippets, { platform: 'any', language: 'dns', text: record }],
	};
}

function order(host: string): string {
	return `sudo certbot certonly --standalone --force-renewal -d ${forShell(host)}`;
}

/** Postfix 3.4 and later: the key first, then the chain. */
function useCertificate(host: string): string {
	const folder = `/etc/letsencrypt/live/${forShell(host)}`;
	return `sudo postconf -e 'smtpd_tls_security_level = may' 'smtpd_tls_chain_files = ${folder}/privkey.pem, ${folder}/fullchain.pem'`;
}

// ── Evidence ─────────────────────────────────────────────────────────────────────────────────────

function reproduce({ host, address }: { readonly host: string; readonly address: string }): string {
	const at = address.includes(':') ? `[${address}]` : address;
	const name = forShell(host);
	const servername = name === host ? ` -servername ${name} -verify_hostname ${name}` : '';
	return `openssl s_client -starttls smtp -connect ${at}:25${servername} -showcerts </dev/null`;
}

function certificateEvidence(
	a: Pick<AboutCertificate, keyof AboutHost | 'certificate'>,
): Evidence[] {
	const { certificate: one } = a;
	const detail =
		one === null
			? 'not readable'
			: [
					`subject ${one.subject}, issuer ${one.issuer}`,
					`names ${one.names.slice(0, 20).join(', ') || 'none'}`,
					`valid from ${one.notBefore} to ${one.notAfter}`,
					`SHA-256 ${one.sha256}`,
				].join('\n');
	const summary = `the certificate that ${a.host} sends at ${a.address}:25`;
	return [...a.seen, { kind: 'tls', summary, detail }];
}

function capital(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

import {
	advice,
	commands,
	type Evidence,
	type Fix,
	type MailDomain,
	minutes,
	records,
	seconds,
	type Verdicts,
} from '../../src/sdk.ts';
import { deletion, dig, forShell, listed, tlsaLine } from './_lines.ts';

/** One mail host, and the name at which its TLSA records are looked for. */
export interface AboutTlsa {
	readonly domain: string;
	readonly host: string;
	/** `_25._tcp.<host>`. */
	readonly name: string;
	/** Where the records are: the name, or the end of its alias. */
	readonly owner: string;
	/** The records, as a zone file writes them. */
	readonly lines: readonly string[];
	/** Seconds. */
	readonly ttl: number;
	/** The records are below the domain: whoever reads this publishes them. */
	readonly own: boolean;
	/** Who runs the host, where its name shows that. */
	readonly provider: string | null;
	/** `3 1 1` of the key that the host uses now; `null` where it was not seen. */
	readonly now: string | null;
	readonly evidence: readonly Evidence[];
}

export interface Mismatch extends AboutTlsa {
	/** The addresses that show it, and what each does. */
	readonly where: string;
	/** `encryption`: no certificate came; `certificate`: it came, is named, and is not good enough. */
	readonly about: 'key' | 'certificate' | 'encryption';
}

export interface LookupFails extends AboutTlsa {
	readonly detail: string;
	readonly control: string;
}

const evidence = (a: AboutTlsa) => a.evidence;
const reproduce = (a: AboutTlsa) => dig(a.name, 'TLSA');
const lead = (a: AboutTlsa) => seconds(a.ttl);
const common = { outcome: 'fail', effort: minutes(20), lead, evidence, reproduce } as const;

export const DANE_VERDICTS = {
	matches: {
		outcome: 'pass',
		says: (a: { domain: string; hosts: readonly string[]; isMxSigned: boolean }) =>
			`The certificates of ${listed(a.hosts)} are the ones that signed TLSA records name${
				a.isMxSigned
					? ''
					: `; the MX records of ${a.domain} are not signed, so that the records protect nothing until its zone is`
			}.`,
	},
	mismatch: {
		...common,
		severity: 'blocker',
		says: (a: Mismatch) =>
			`No TLSA record at ${a.name} fits what the mail host ${a.host} of ${a.domain} shows: ${a.where}.`,
		impact:
			'Senders that check DANE (Microsoft 365, Proton, many German, Dutch and Swiss providers, every Postfix set to dane) do not deliver to this host: mail waits for days and then returns to its sender.',
		fix: repairMatch,
		control:
			'The records are signed and believed by senders, and no server on our side stands in for the mail host.',
	},
	'lookup-fails': {
		...common,
		severity: 'blocker',
		effort: minutes(60),
		says: (a: LookupFails) =>
			`Whether the mail host ${a.host} of ${a.domain} has TLSA records cannot be looked up: ${a.detail}.`,
		impact:
			'Senders that check DANE must not deliver while this question fails, because an attacker could be the reason: their mail waits for days and then returns.',
		fix: repairZone,
		control: (a: LookupFails) => a.control,
	},
	insecure: {
		...common,
		severity: 'later',
		effort: minutes(60),
		says: (a: AboutTlsa) =>
			`The TLSA records at ${a.name} are not signed with DNSSEC, so that every sender passes them over.`,
		impact:
			'Nobody is protected and nobody is hindered. Who believes that DANE works is wrong, and a record that is wrong as well stops mail on the day the zone is signed.',
		fix: (a: AboutTlsa) =>
			a.own
				? records(
						'Sign the zone, or delete the records.',
						a.lines.map((line) => deletion(tlsaLine(a.owner, line))),
						'Switch DNSSEC on at the DNS provider, and enter the DS that it shows at the registrar.',
						'Before that, make sure that the records name the key that the mail host uses now.',
						'If you do not want DNSSEC, delete the records as shown.',
					)
				: byProvider(a, 'the zone of the mail host is not signed'),
	},
	'unusable-usage': {
		...common,
		severity: 'high',
		says: (a: AboutTlsa & { faults: readonly string[] }) =>
			`None of the TLSA records at ${a.name} can be used for mail: ${listed(a.faults)}.`,
		impact:
			'Senders that check DANE then insist on encryption without knowing with whom, so that the records protect nobody; a host that once has no STARTTLS gets no mail from them.',
		fix: (a: AboutTlsa) =>
			a.own
				? publish(a, 'Publish a record of the form 3 1 1, and delete the others.')
				: byProvider(a, 'its TLSA records cannot be used for mail'),
	},
	'no-rollover': {
		...common,
		severity: 'info',
		says: (a: AboutTlsa) =>
			`${a.name} has one TLSA record, for the key in use: the day the key changes, mail stops until the record is seen everywhere.`,
		impact:
			'A certificate that is renewed with a new key, as ACME clients do by default, breaks delivery from senders that check DANE.',
		fix: (a: AboutTlsa) =>
			a.own
				? commands(
						'Make the next key now, and publish its record beside the one in use.',
						[
							'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out next.key',
							'openssl pkey -in next.key -pubout -outform DER | openssl dgst -sha256 -r',
						],
						`Publish the digest: ${tlsaLine(a.owner, '3 1 1 DIGEST')}`,
						`Wait ${Math.max(2 * a.ttl, 3600)} seconds, and only then have a certificate issued for next.key (certbot: --csr, or --reuse-key to keep the key that is in use).`,
					)
				: byProvider(a, 'its only TLSA record names the key in use'),
	},
	absent: {
		...common,
		severity: 'info',
		says: (a: AboutTlsa) =>
			`The zone of the mail host ${a.host} is signed, and it has no TLSA record.`,
		impact:
			'Mail arrives. With a TLSA record, senders that check DANE would encrypt for this very host and nobody else.',
		fix: (a: AboutTlsa) =>
			a.own
				? publish(a, 'Optional: publish a TLSA record for the key that the mail host uses.')
				: byProvider(a, 'it could publish TLSA records'),
	},
} satisfies Verdicts<MailDomain['context']>;

/** Prints what a record for the key in use holds. */
function digestCommand(host: string): string {
	const name = forShell(host);
	return `openssl s_client -starttls smtp -connect ${name}:25 -servername ${name} </dev/null 2>/dev/null | openssl x509 -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -r`;
}

const KEEP_KEY =
	'Let renewals keep the key (certbot: --reuse-key; acme.sh does by default), or publish the record of the next key two TTLs before it is used.';

function publish(a: AboutTlsa, summary: string, ...steps: string[]): Fix {
	const old = a.lines.map((line) => deletion(tlsaLine(a.owner, line)));
	if (a.now === null) {
		return commands(
			summary,
			[digestCommand(a.host)],
			`Publish the digest: ${tlsaLine(a.owner, '3 1 1 DIGEST')}`,
			...(old.length > 0 ? [`Delete the other records at ${a.owner}.`] : []),
			...steps,
			KEEP_KEY,
		);
	}
	return records(summary, [tlsaLine(a.owner, a.now), ...old], ...steps, KEEP_KEY);
}

function repairMatch(a: Mismatch): Fix {
	if (!a.own) return byProvider(a, `no TLSA record at ${a.name} fits its certificate`);
	if (a.about === 'encryption') {
		const fix = commands(
			`Have ${a.host} offer STARTTLS, or delete its TLSA records.`,
			[
				'sudo postconf smtpd_tls_security_level smtpd_tls_chain_files',
				"sudo journalctl -u 'postfix*' --since -1h | grep -i tls",
			],
			'TLSA records promise that the host encrypts: while it does not, delete them.',
		);
		const lines = a.lines.map((line) => deletion(tlsaLine(a.owner, line))).join('\n');
		return {
			...fix,
			snippets: [...fix.snippets, { platform: 'any', language: 'dns', text: lines }],
		};
	}
	const fix = publish(
		a,
		'Publish a record for the key that the mail host uses now; delete the ones that fit nothing.',
		`Senders see the new record after ${a.ttl} seconds at the latest; the mail that waits is then delivered by itself.`,
	);
	if (a.about === 'key') return fix;
	return {
		...fix,
		steps: [
			'Usage 2 asks for a certificate in order: renewed, and for the name of the mail host. Renewing it repairs this too.',
			...fix.steps,
		],
	};
}

function repairZone(a: LookupFails): Fix {
	if (!a.own) return byProvider(a, `${a.name} TLSA cannot be looked up`);
	return commands(
		"Get the zone's name servers to answer the question, with a record or with a proof that there is none.",
		[`dig +dnssec TLSA ${query(a.name)}`, `delv TLSA ${query(a.name)}`],
		'Ask each name server of the zone in the same way (dig @SERVER): the one that is silent, answers NOTIMP, or gives no NSEC or NSEC3 record is at fault.',
		'Most often it is an old server, or a firewall or load balancer in front of it that drops types it does not know: renew or by-pass it.',
		'If the proofs are wrong, sign the zone anew.',
		'If none of that is possible, delete the DS at the registrar: an unsigned zone has no such question.',
	);
}

function query(name: string): string {
	return /^[a-z0-9._-]+$/i.test(name) ? name : 'NAME';
}

function byProvider(a: AboutTlsa, what: string): Fix {
	const runs = a.provider ?? 'somebody else';
	return advice(
		`Send this finding to who runs ${a.host}.`,
		`${a.host} belongs to ${runs}: only they can change it. Tell them that ${what}.`,
		`Compare the MX records of ${a.domain} with the provider's set-up page, because an old name may be left over.`,
	);
}

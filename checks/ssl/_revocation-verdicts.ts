import {
	commands,
	type Fix,
	type Host,
	minutes,
	perPlatform,
	type Verdicts,
} from '../../src/sdk.ts';
import { ISSUANCE, orderCertificate } from './_order-certificate.ts';
import { evidenceOf, minuteOf, type Shown } from './_served-certificate.ts';

export interface Withdrawn extends Shown {
	/** Whose: `the server's certificate`, or the intermediate's name. */
	readonly whose: string;
	/** ISO 8601. */
	readonly at: string;
	readonly reason: string | null;
	/** `its stapled OCSP response`, or the list's URL. */
	readonly source: string;
	readonly isLeaf: boolean;
}

export interface BadStaple extends Shown {
	/** In words that follow "the response". */
	readonly fault: string;
}

export interface NoAnswer extends Shown {
	/** What was tried, in words. */
	readonly tried: string;
}

const at = ({ host, where }: Shown) => `(${host} at ${where})`;

/** Shows whether anything is stapled. */
function reproduce(a: Pick<Shown, 'host' | 'address'>): string {
	const to = a.address.includes(':') ? `[${a.address}]` : a.address;
	return `openssl s_client -connect ${to}:443 -servername ${a.host} -status </dev/null 2>/dev/null | grep -A17 "OCSP response"`;
}

const STAPLING = {
	nginx:
		'ssl_stapling on;\nssl_stapling_verify on;\nssl_trusted_certificate /etc/ssl/chain.pem;\nresolver 1.1.1.1 9.9.9.9;',
	apache:
		'SSLUseStapling on\nSSLStaplingCache "shmcb:/var/run/ocsp(128000)"\nSSLStaplingReturnResponderErrors off',
	caddy: '# Caddy staples by itself; look for "ocsp" in its log.',
} as const;

function staple(summary: string, ...steps: string[]): Fix {
	return perPlatform(
		summary,
		STAPLING,
		'The server must be able to reach the OCSP URL that stands in the certificate (port 80, outgoing).',
		...steps,
	);
}

export const REVOCATION_VERDICTS = {
	standing: {
		outcome: 'pass',
		says: (a: { host: string; sources: string }) =>
			`The certificate of ${a.host} has not been withdrawn (${a.sources}).`,
	},
	revoked: {
		outcome: 'fail',
		severity: 'blocker',
		effort: minutes(30),
		lead: ISSUANCE,
		says: (a: Withdrawn) =>
			`${a.whose.charAt(0).toUpperCase()}${a.whose.slice(1)} was revoked on ${minuteOf(a.at)}${a.reason === null ? '' : ` because ${a.reason}`}, says ${a.source} ${at(a)}.`,
		impact:
			'Firefox, Safari and Chrome (by the lists that they download) refuse a revoked certificate with an error that cannot be clicked away, and more of them do each hour; programs that check fail too.',
		fix: (a: Withdrawn) =>
			a.isLeaf
				? orderCertificate(
						`Order a new certificate for ${a.host} with a new key, and install it at once.`,
						[a.host],
						'Find out why it was revoked: the authority wrote to the address of the account. A leaked key must not be used again, so do not let the ACME client reuse it (reuse_key).',
						'Reload the server, and check every machine that serves this host: one that was forgotten goes on with the old certificate.',
					)
				: orderCertificate(
						`Order a certificate for ${a.host} from another intermediate, and serve the chain that comes with it.`,
						[a.host],
						`The authority withdrew ${a.whose}: every certificate below it is dead, whatever its own dates.`,
					),
		evidence: (a: Withdrawn) =>
			evidenceOf(a, {
				kind: 'http',
				summary: a.source,
				detail: `revoked ${a.at}${a.reason === null ? '' : `: ${a.reason}`}`,
			}),
		reproduce: (a: Withdrawn) =>
			a.source.startsWith('http')
				? `curl -s '${a.source.replaceAll("'", '')}' | openssl crl -inform DER -noout -text | grep -A2 -i serial`
				: reproduce(a),
	},
	'must-staple-unstapled': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(30),
		says: (a: Shown) =>
			`The certificate demands a stapled OCSP response (must-staple), and none is sent ${at(a)}.`,
		impact:
			'Firefox and other clients that honour the demand show an error instead of the site; the rest do not notice, so that you may not either.',
		fix: (a: Shown) => ({
			...orderCertificate(
				`Order the certificate of ${a.host} anew without must-staple.`,
				[a.host],
				"Authorities have given OCSP up (Let's Encrypt in 2025), so that must-staple has nothing to demand any more. With certbot: remove must_staple = True from /etc/letsencrypt/renewal and leave --must-staple out.",
				'Until then, switch stapling on, if the certificate names an OCSP URL.',
			),
		}),
		evidence: (a: Shown) => evidenceOf(a),
		reproduce,
	},
	'staple-bad': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(30),
		says: (a: BadStaple) => `The OCSP response that the server staples ${a.fault} ${at(a)}.`,
		impact:
			'Firefox refuses some such responses with an error; other clients pass over them and learn nothing.',
		fix: (a: BadStaple) =>
			staple(
				`Let the server of ${a.host} fetch a fresh OCSP response, or staple none.`,
				'Restart the server: nginx keeps what it has until it can fetch anew. After a renewal the old response belongs to the old certificate.',
				'Where the authority runs no OCSP responder any more, switch stapling off.',
			),
		evidence: (a: BadStaple) =>
			evidenceOf(a, { kind: 'tls', summary: 'the stapled response', detail: a.fault }),
		reproduce,
	},
	'not-stapled': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(20),
		says: (a: Shown) =>
			`The certificate names an OCSP responder, and the server staples no response ${at(a)}.`,
		impact:
			'Clients that ask the responder themselves wait for it, and tell it who visits which site.',
		fix: () => staple('Switch OCSP stapling on.'),
		evidence: (a: Shown) => evidenceOf(a),
		reproduce,
	},
	'no-answer': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: NoAnswer) =>
			`Whether the certificate was withdrawn could not be found out: ${a.tried} ${at(a)}.`,
		impact: 'Browsers go on in this case; whether they would be right to is not known from here.',
		fix: (a: NoAnswer) =>
			commands(
				'Nothing to do, unless the authority has written that it revokes the certificate.',
				[
					`openssl s_client -connect ${a.host}:443 -servername ${a.host} </dev/null 2>/dev/null | openssl x509 -noout -serial -ext crlDistributionPoints`,
				],
				'To be sure, look the serial number up in the list that the certificate names.',
			),
		evidence: (a: NoAnswer) =>
			evidenceOf(a, { kind: 'http', summary: 'what was tried', detail: a.tried }),
	},
} satisfies Verdicts<Host['context']>;

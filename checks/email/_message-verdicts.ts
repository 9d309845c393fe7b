import {
	advice,
	type Evidence,
	type Fix,
	minutes,
	records,
	type SampleFile,
	type Verdicts,
} from '../../src/sdk.ts';
import { dig, listed, txtLine } from './_lines.ts';

/** What every verdict about a message is told. */
export type AboutMessage = {
	readonly file: string;
	/** Domain of the author; empty where there is none. */
	readonly from: string;
	/** Organizational domain of the author. */
	readonly organizational: string;
	/** Who sends it, where it shows: its name and the way to set it up. */
	readonly service: {
		readonly name: string;
		readonly ownSignature: string;
		readonly ownBounces: string | null;
	} | null;
	/** What was seen, for the report. */
	readonly seen: string;
};

export type AboutSignature = AboutMessage & {
	/** `d=` and `s=`. */
	readonly domain: string;
	readonly selector: string;
	/** Where its key is. */
	readonly key: string;
};

type Told = AboutMessage & { readonly detail: string };

const evidence = (a: AboutMessage): readonly Evidence[] => [
	{ kind: 'file', summary: a.file, detail: a.seen },
];
const common = { outcome: 'fail' as const, effort: minutes(30), evidence };
const blocker = { ...common, severity: 'blocker' as const };
const high = { ...common, severity: 'high' as const };
const later = { ...common, severity: 'later' as const, effort: minutes(15) };
const reproduceKey = (a: AboutSignature) => dig(a.key);

const REFUSED =
	'Mailbox providers treat the mail as forged: sign-up, invitation and reset mails land in spam or are refused.';
const SAVE_AGAIN =
	'If the file was edited, forwarded or saved by a program that rewrites messages, save it again: "show original" > "download original" in Gmail, "view message source" in Outlook.';

/** Setting the signer up: at the service where it shows, else by program. */
function signAs(a: AboutMessage, summary: string, ...steps: string[]): Fix {
	const domain = a.from === '' ? 'your domain' : a.from;
	if (a.service !== null) return advice(summary, a.service.ownSignature, ...steps);
	return {
		summary,
		steps: [
			'Generate a key pair: openssl genrsa -out dkim.pem 2048, and openssl rsa -in dkim.pem -pubout -outform der | openssl base64 -A for the public half.',
			`Publish the public half, then let the last program that touches the mail sign it as ${domain}.`,
			...steps,
		],
		snippets: [
			{
				platform: 'any',
				language: 'dns',
				text: `launch1._domainkey.${domain}. 300 IN TXT "v=DKIM1; k=rsa; p=PUBLIC-HALF"`,
			},
			{
				platform: 'any',
				language: 'text',
				text: `# OpenDKIM, /etc/opendkim.conf\nDomain ${domain}\nSelector launch1\nKeyFile /etc/opendkim/keys/dkim.pem\nCanonicalization relaxed/relaxed\nOversignHeaders From`,
			},
			{
				platform: 'any',
				language: 'javascript',
				text: `// nodemailer\nnodemailer.createTransport({ …, dkim: { domainName: '${domain}', keySelector: 'launch1', privateKey } });`,
			},
		],
	};
}

/** A return path of the author's own domain. */
function ownBounces(a: AboutMessage & { readonly domain: string }): Fix {
	const own = `bounce.${a.organizational}`;
	const summary = `Let bounces go to a name below ${a.organizational}, so that SPF speaks for it too.`;
	if (a.service?.name === 'Amazon SES') {
		const [, region = 'us-east-1'] =
			/^(?:[^.]+\.)*?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonses\.com$/.exec(a.domain) ?? [];
		return records(
			summary,
			[
				`${own}. 300 IN MX 10 feedback-smtp.${region}.amazonses.com.`,
				txtLine(own, 'v=spf1 include:amazonses.com ~all'),
			],
			a.service.ownBounces ?? '',
		);
	}
	if (a.service?.ownBounces) return advice(summary, a.service.ownBounces);
	return advice(
		summary,
		`Set the envelope sender (MAIL FROM) to an address of ${a.organizational}: "envelope: { from: 'bounces@${a.organizational}' }" in nodemailer, "sendmail -f", or the return path in the console of the service that sends.`,
		`The SPF record of that name must allow the server.`,
	);
}

const addHeader = (summary: string, lines: readonly string[], ...steps: string[]): Fix => ({
	summary,
	steps,
	snippets: [{ platform: 'any', language: 'text', text: lines.join('\n') }],
});

const oneClick = (a: AboutMessage) => [
	`List-Unsubscribe: <https://${a.organizational || 'example.com'}/unsubscribe?token=TOKEN>, <mailto:unsubscribe@${a.organizational || 'example.com'}?subject=TOKEN>`,
	'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
];
const POST_STEP =
	'The https address must take a POST without a log-in and without a question, and a token must say whom it is for (RFC 8058).';
const bulkOnly = { by: 'bulk', is: { yes: 'blocker', no: 'later' } } as const;
const NO_ONE_CLICK =
	'Google and Yahoo require one-click unsubscribe of bulk senders; without it people press "spam", which costs the domain its standing.';

export const MESSAGE_VERDICTS = {
	passes: {
		outcome: 'pass',
		says: (a: Told) => `${a.file} passes DMARC for ${a.from}: ${a.detail}.`,
	},
	'dmarc-fail': {
		...blocker,
		says: (a: Told) => `${a.file} fails DMARC for ${a.from}: ${a.detail}.`,
		impact: REFUSED,
		fix: (a: AboutMessage) =>
			signAs(
				a,
				`Sign the mail with DKIM as ${a.from}; that survives forwarding, which SPF does not.`,
				'Send a new message to a mailbox elsewhere, and run this again with it.',
			),
		confidence: 'high',
	},
	'spf-unaligned': {
		...high,
		says: (a: AboutMessage & { domain: string }) =>
			`SPF of ${a.file} passes for ${a.domain}, which is not ${a.organizational}: it counts for nothing under DMARC.`,
		impact:
			'Only the signature is left: whenever it breaks or is missing, the mail fails DMARC; bulk senders need both.',
		fix: ownBounces,
		reproduce: (a: { domain: string }) => dig(a.domain),
	},
	'dkim-unaligned': {
		...high,
		says: (a: AboutSignature) =>
			`${a.file} is signed by ${a.domain} only, which is not ${a.organizational}: the signature counts for nothing under DMARC.`,
		impact:
			'The mail speaks for the service that sends it, not for you: only SPF is left, and forwarding breaks that.',
		fix: (a: AboutMessage) => signAs(a, `Let the mail be signed with d=${a.from}.`),
		reproduce: reproduceKey,
	},
	'dkim-missing': {
		...blocker,
		says: (a: AboutMessage) => `${a.file} arrived without a DKIM signature.`,
		impact: REFUSED,
		fix: (a: AboutMessage) => signAs(a, `Sign the mail with DKIM as ${a.from}.`),
	},
	'dkim-broken': {
		...blocker,
		says: (a: AboutSignature & { detail: string }) =>
			`The DKIM signature of ${a.file} by ${a.domain} (selector ${a.selector}) does not verify: ${a.detail}.`,
		impact: REFUSED,
		fix: (a: AboutSignature & { isKey: boolean }) =>
			a.isKey
				? advice(
						`Publish the key of the selector that signs, at ${a.key}.`,
						...(a.service === null ? [] : [a.service.ownSignature]),
						`Copy the whole record from what signs the mail; its public half must belong to the private key in use.`,
					)
				: advice(
						'Sign last: nothing may change the header after the signature.',
						'Put footers, link tracking, virus scanners and gateways before the signer.',
						`If the key was rotated, the signer must use the private half of what ${a.key} publishes.`,
						SAVE_AGAIN,
					),
		confidence: (a: { confirmed: boolean }) => (a.confirmed ? 'high' : 'medium'),
		control: (a: { control: string }) => a.control,
		reproduce: reproduceKey,
	},
	'dkim-body-hash': {
		...blocker,
		says: (a: AboutSignature) =>
			`The body of ${a.file} is not the one that ${a.domain} signed (selector ${a.selector}): its hash differs.`,
		impact: REFUSED,
		fix: advice(
			'Sign last: nothing may change the body after the signature.',
			'Put footers, disclaimers, link tracking, re-encoding and virus scanners before the signer.',
			'Lines of more than 998 characters, and 8-bit text to a server without 8BITMIME, are re-encoded on the way: send quoted-printable.',
			SAVE_AGAIN,
		),
		confidence: (a: { confirmed: boolean }) => (a.confirmed ? 'high' : 'medium'),
		control: (a: { control: string }) => a.control,
		reproduce: reproduceKey,
	},
	'dkim-sha1': {
		...high,
		says: (a: AboutSignature) =>
			`The signature of ${a.file} by ${a.domain} uses rsa-sha1, which receivers must not accept (RFC 8301 §3.1).`,
		impact: 'The mail counts as unsigned.',
		fix: addHeader('Switch the signer to rsa-sha256.', [
			'# OpenDKIM, /etc/opendkim.conf',
			'SignatureAlgorithm rsa-sha256',
		]),
		reproduce: reproduceKey,
	},
	'dkim-weak-key': {
		...high,
		says: (a: AboutSignature & { bits: number }) =>
			`The signature of ${a.file} by ${a.domain} is made with an RSA key of ${a.bits} bits; receivers accept no fewer than 1024.`,
		impact:
			'The mail counts as unsigned, and such a key can be broken, so that others sign as you.',
		fix: (a: AboutMessage) =>
			signAs(a, 'Make a new key of 2048 bits under a new selector, and sign with that.'),
		reproduce: reproduceKey,
	},
	'dkim-from-unsigned': {
		...high,
		says: (a: AboutSignature) =>
			`The signature of ${a.file} by ${a.domain} does not cover From: receivers ignore it (RFC 6376 §5.4).`,
		impact: 'The mail counts as unsigned, and anybody could put another author into it.',
		fix: addHeader('Name From in h=, twice, so that none can be added.', [
			'h=from:from:to:subject:date:message-id:mime-version:content-type:list-unsubscribe:list-unsubscribe-post',
		]),
		reproduce: reproduceKey,
	},
	'dkim-expired': {
		...high,
		says: (a: AboutSignature & { when: string }) =>
			`The signature of ${a.file} by ${a.domain} had expired when it arrived (x= is ${a.when}).`,
		impact: 'Mail that waits in a queue arrives unsigned.',
		fix: advice(
			'Leave x= out, or let signatures live for a week.',
			'OpenDKIM: SignatureTTL 604800. Check the clock of the signing machine: timedatectl.',
		),
		reproduce: reproduceKey,
	},
	'dkim-future': {
		...high,
		says: (a: AboutSignature & { when: string }) =>
			`The signature of ${a.file} by ${a.domain} was made after the message arrived (t= is ${a.when}).`,
		impact: 'Receivers may ignore a signature from the future.',
		fix: advice(
			'Set the clock of the signing machine: timedatectl set-ntp true.',
			'Send a new message and look at t= again.',
		),
		reproduce: reproduceKey,
	},
	'dkim-length-tag': {
		...later,
		says: (a: AboutSignature & { length: number }) =>
			`The signature of ${a.file} by ${a.domain} covers only the first ${a.length} bytes of the body (l=).`,
		impact: 'Anybody can add text behind them, and it arrives as signed by you.',
		fix: advice(
			'Sign the whole body: take l= out.',
			'OpenDKIM: remove BodyLengths and "BodyLengthDB"; other signers: the option "body length".',
		),
		reproduce: reproduceKey,
	},
	'unsubscribe-unsigned': {
		...common,
		severity: { by: 'bulk', is: { yes: 'high', no: 'later' } },
		effort: minutes(15),
		says: (a: AboutMessage & { fields: readonly string[] }) =>
			`No signature of ${a.file} covers ${listed(a.fields)}.`,
		impact:
			'Providers show no unsubscribe button for fields that anybody could have put there (RFC 8058 §4).',
		fix: addHeader('Let the signer cover both fields.', [
			'h=from:from:to:subject:date:message-id:list-unsubscribe:list-unsubscribe-post',
		]),
	},
	'unsubscribe-missing': {
		...common,
		severity: bulkOnly,
		effort: minutes(60),
		says: (a: AboutMessage & { signs: readonly string[] }) =>
			`${a.file} goes to many (it has ${listed(a.signs)}) and has no List-Unsubscribe field.`,
		impact: NO_ONE_CLICK,
		fix: (a: AboutMessage) =>
			addHeader('Add both fields to every mailing.', oneClick(a), POST_STEP),
	},
	'unsubscribe-no-https': {
		...common,
		severity: bulkOnly,
		effort: minutes(60),
		says: (a: AboutMessage & { schemes: readonly string[] }) =>
			a.schemes.length === 0
				? `List-Unsubscribe of ${a.file} holds no address in angle brackets.`
				: `List-Unsubscribe of ${a.file} has no https address, only ${listed(a.schemes)}: one click cannot work.`,
		impact: NO_ONE_CLICK,
		fix: (a: AboutMessage) => addHeader('Add an https address.', oneClick(a), POST_STEP),
	},
	'unsubscribe-post-value': {
		...common,
		severity: bulkOnly,
		effort: minutes(15),
		says: (a: AboutMessage & { post: string | null }) =>
			a.post === null
				? `${a.file} has an https List-Unsubscribe and no List-Unsubscribe-Post field.`
				: `List-Unsubscribe-Post of ${a.file} is "${a.post}", not List-Unsubscribe=One-Click.`,
		impact: NO_ONE_CLICK,
		fix: (a: AboutMessage) =>
			addHeader('Send the field exactly so.', oneClick(a).slice(1), POST_STEP),
	},
	'from-count': {
		...blocker,
		says: (a: AboutMessage & { count: number }) =>
			a.count === 1
				? `The From field of ${a.file} holds no address.`
				: a.count === 0
					? `${a.file} has no From field.`
					: `${a.file} has ${a.count} From fields.`,
		impact: 'Gmail and others refuse such mail outright (RFC 5322 §3.6).',
		fix: addHeader('Send exactly one From field, with one address.', [
			'From: Example <hello@example.com>',
		]),
	},
	'from-multi-address': {
		...high,
		says: (a: AboutMessage & { count: number }) =>
			`The From field of ${a.file} has ${a.count} addresses.`,
		impact:
			'Receivers apply the strictest policy of all of them, or refuse the mail (RFC 9989 §11.5).',
		fix: addHeader('Name one author; others go into Reply-To or Cc.', [
			'From: Example <hello@example.com>',
		]),
	},
	'from-freemail': {
		...blocker,
		says: (a: AboutMessage & { brand: string }) =>
			`${a.file} has an author at ${a.from}, and was not sent by the servers of ${a.from}.`,
		impact:
			'Only the provider may send for its mailboxes: the mail fails its DMARC policy and is refused or lands in spam.',
		fix: (a: AboutMessage & { brand: string }) =>
			addHeader(
				`Send as ${a.brand}; the mailbox may stand in Reply-To.`,
				[`From: Example <hello@${a.brand}>`],
				`Set SPF, DKIM and DMARC up for ${a.brand} first.`,
			),
	},
	'date-missing': {
		...high,
		effort: minutes(15),
		says: (a: AboutMessage & { present: boolean }) =>
			a.present ? `The Date field of ${a.file} cannot be read.` : `${a.file} has no Date field.`,
		impact: 'Spam filters count it, and the mail sorts wrongly or shows the year 1970.',
		fix: addHeader('Let the mail library set it.', ['Date: Thu, 31 Dec 2026 10:00:00 +0000']),
	},
	'message-id-missing': {
		...high,
		effort: minutes(15),
		says: (a: AboutMessage & { added: boolean }) =>
			a.added
				? `${a.file} was sent without a Message-ID; the receiver had to add one.`
				: `${a.file} has no Message-ID field.`,
		impact: 'Gmail refuses or filters mail without one, and answers cannot be threaded.',
		fix: (a: AboutMessage) =>
			addHeader('Let the mail library set it, with your domain behind the @.', [
				`Message-ID: <UNIQUE@${a.organizational || 'example.com'}>`,
			]),
	},
	'header-duplicate': {
		...high,
		effort: minutes(15),
		says: (a: AboutMessage & { fields: readonly string[] }) =>
			`${a.file} repeats fields that may be there once: ${listed(a.fields)}.`,
		impact: 'Receivers refuse such mail or show another value than the one that was signed.',
		fix: (a: AboutMessage & { fields: readonly string[] }) =>
			advice(
				`Send each once: ${listed(a.fields)}.`,
				'Either the application or the mail library sets them: remove them from one of the two.',
			),
	},
	'return-path-domain': {
		...high,
		says: (a: AboutMessage & { domain: string; lacks: readonly string[] }) =>
			`The bounce domain ${a.domain} of ${a.file} has no ${a.lacks.join(' and no ')}.`,
		impact:
			'Receivers refuse mail whose sender cannot be reached, and nobody learns which addresses are dead.',
		fix: (a: AboutMessage & { domain: string; lines: readonly string[] }) =>
			a.lines.length === 0
				? advice(
						`Finish the set-up of the return path ${a.domain}.`,
						...(a.service?.ownBounces ? [a.service.ownBounces] : []),
						'Publish the MX and SPF that its console shows for this name.',
					)
				: records(
						`Publish what is missing at ${a.domain}.`,
						a.lines,
						'Put the host that takes your mail, and the servers that send it, in their places.',
					),
		reproduce: (a: { domain: string; lacks: readonly string[] }) =>
			dig(a.domain, a.lacks.includes('MX') ? 'MX' : 'TXT'),
	},
	'received-plaintext': {
		...high,
		effort: minutes(15),
		says: (a: AboutMessage & { client: string; by: string; protocol: string }) =>
			`${a.file} went from ${a.client} to ${a.by} in clear text (with ${a.protocol}).`,
		impact:
			'Everybody on the way can read reset links; Gmail shows a broken padlock, and requires TLS of senders.',
		fix: addHeader('Let the sending server use TLS wherever it is offered.', [
			'# Postfix, /etc/postfix/main.cf',
			'smtp_tls_security_level = may',
			'smtp_tls_loglevel = 1',
		]),
	},
	'localhost-leak': {
		...later,
		says: (a: AboutMessage & { names: readonly string[] }) =>
			`${a.file} shows inner names to the world: ${listed(a.names)}.`,
		impact:
			'Spam filters count a HELO that no DNS knows, and attackers learn how the servers are named.',
		fix: (a: AboutMessage) =>
			addHeader('Give the mailer a public name that leads back to its address.', [
				'# Postfix, /etc/postfix/main.cf',
				`myhostname = mail.${a.organizational || 'example.com'}`,
				'// nodemailer',
				`nodemailer.createTransport({ …, name: 'mail.${a.organizational || 'example.com'}' });`,
			]),
	},
	'no-text-part': {
		...later,
		says: (a: AboutMessage) => `${a.file} has an HTML part and no plain-text part beside it.`,
		impact:
			'Spam filters count it, and watches, screen readers and text mail programs show little.',
		fix: addHeader('Send multipart/alternative, the plain text first.', [
			"// nodemailer\ntransport.sendMail({ …, text: 'Plain text', html: '<p>…</p>' });",
		]),
	},
	'image-only': {
		...later,
		says: (a: AboutMessage & { letters: number; images: number }) =>
			`${a.file} shows ${a.images} ${a.images === 1 ? 'picture' : 'pictures'} and ${a.letters} letters of text.`,
		impact:
			'Mail programs hide pictures at first, so people see nothing; spam filters expect that of spam.',
		fix: advice(
			'Write what the picture says as text, and give every picture an alt text.',
			'Keep the call to action as a link in text.',
		),
	},
	'display-name-spoof': {
		...later,
		says: (a: AboutMessage & { shows: string }) =>
			`The display name of ${a.file} shows an address at ${a.shows}, while its author is at ${a.from}.`,
		impact: 'Filters take it for phishing, and people see two senders.',
		fix: (a: AboutMessage) =>
			addHeader('Show a name, and no address.', [`From: Example <hello@${a.from}>`]),
	},
	'reply-to-domain': {
		...common,
		severity: {
			oneOf: ['later', 'info'],
			pick: (a: { freemail: boolean }) => (a.freemail ? 'later' : 'info'),
		},
		effort: minutes(15),
		says: (a: AboutMessage & { domains: readonly string[]; brand: string }) =>
			`Answers to ${a.file} go to ${listed(a.domains)}, not to ${a.brand}.`,
		impact: (a: { freemail: boolean }) =>
			a.freemail
				? 'An answer address at a free provider beside a company as author is a sign of phishing to filters.'
				: 'Fine where a support desk reads them; otherwise answers leave the company.',
		fix: (a: { brand: string }) =>
			addHeader('Let answers go to your own domain, and forward them from there.', [
				`Reply-To: hello@${a.brand}`,
			]),
	},
} satisfies Verdicts<SampleFile['context']>;

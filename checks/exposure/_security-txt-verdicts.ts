import { advice, type Fix, minutes, perPlatform, type Verdicts } from '../../src/sdk.ts';

export interface Told {
	readonly url: string;
}

export interface Dated extends Told {
	/** What the host is called. */
	readonly host: string;
	/** A day that the file may name: 364 days ahead, RFC 3339. */
	readonly until: string;
}

const UNHEARD =
	'Somebody who finds a weakness before an attacker does cannot reach you in time, and tells the public ' +
	'or nobody instead.';

const read = (a: Told) => `curl -sSL -D - ${a.url}`;

/** The file to publish. */
function published(summary: string, { host, until }: Omit<Dated, 'url'>, ...steps: string[]): Fix {
	const lines = [
		`Contact: mailto:security@${host}`,
		`Expires: ${until}`,
		`Canonical: https://${host}/.well-known/security.txt`,
	];
	return {
		summary,
		steps: [
			'Save it as .well-known/security.txt in the folder that the web server publishes.',
			'Name an address that somebody reads, and put a day into the calendar before Expires.',
			...steps,
		],
		snippets: [{ platform: 'any', language: 'text', text: lines.join('\n') }],
	};
}

/** What can be said of security.txt and its neighbour. */
export const SECURITY_TXT_VERDICTS = {
	sound: {
		outcome: 'pass',
		says: (a: Told & { contacts: readonly string[]; until: string }) =>
			`${a.url} tells finders of a weakness whom to write to (${a.contacts.join(', ')}), until ${a.until}.`,
	},
	missing: {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(15),
		says: (a: Dated & { absence: string; legacy: string | null }) =>
			`${a.host} has no security.txt: ${a.absence}` +
			`${a.legacy === null ? '' : ` (there is one at the old place, ${a.legacy})`}.`,
		impact: UNHEARD,
		fix: (a: Dated) => published('Publish a security.txt', a),
		reproduce: read,
	},
	expired: {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: Dated & { expires: string }) =>
			`${a.url} is out of date: it expired on ${a.expires}.`,
		impact: `Readers must not trust what an expired file says. ${UNHEARD}`,
		fix: (a: Dated) => published('Check the contact, and set Expires to a day within a year', a),
		reproduce: read,
	},
	'expires-invalid': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: Dated & { expires: readonly string[] }) =>
			`${a.url} ${
				a.expires.length === 0
					? 'has no Expires field'
					: a.expires.length > 1
						? `has ${a.expires.length} Expires fields (${a.expires.join('; ')})`
						: `has an Expires field that is no date and time: "${a.expires[0]}"`
			}; exactly one valid one must be there.`,
		impact: `Readers cannot tell whether the file still holds, and tools refuse it. ${UNHEARD}`,
		fix: (a: Dated) => published('Write exactly one Expires field, as RFC 3339 writes dates', a),
		reproduce: read,
	},
	'no-contact': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: Dated & { contacts: readonly string[] }) =>
			a.contacts.length === 0
				? `${a.url} has no Contact field.`
				: `${a.url} has no Contact that is a URI: "${a.contacts.join('", "')}" ` +
					'(an address needs mailto: before it, a number tel:).',
		impact: UNHEARD,
		fix: (a: Dated) => published('Name a contact as a URI (mailto:, tel: or https:)', a),
		reproduce: read,
	},
	'not-https': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: Told & { plain: readonly string[] }) =>
			`${a.url} has web addresses without HTTPS: ${a.plain.join('; ')}.`,
		impact:
			'A report of a weakness may pass where others read it, or somebody in between answers in your name.',
		fix: advice(
			'Use https:// for the file itself and for every web address in it',
			'Do not redirect /.well-known/security.txt to http://.',
		),
		reproduce: read,
	},
	'wrong-type': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: Told & { type: string }) =>
			`${a.url} is sent ${a.type === '' ? 'without a Content-Type' : `as ${a.type}`}; it must be text/plain in UTF-8.`,
		impact: 'Tools that collect these files pass it over, and browsers may offer it as a download.',
		fix: perPlatform('Send it as text/plain; charset=utf-8', {
			nginx:
				'location = /.well-known/security.txt {\n  types { }\n  default_type "text/plain; charset=utf-8";\n}',
			apache: '<Files "security.txt">\n  ForceType "text/plain; charset=utf-8"\n</Files>',
			caddy: 'header /.well-known/security.txt Content-Type "text/plain; charset=utf-8"',
			cloudflare:
				'Rules > Transform Rules > Modify Response Header: if URI Path equals "/.well-known/security.txt",\nset static Content-Type: text/plain; charset=utf-8',
			express:
				"app.get('/.well-known/security.txt', (req, res) => res.type('text/plain').send(securityTxt));",
			nextjs:
				"async headers() {\n  return [{ source: '/.well-known/security.txt', headers: [{ key: 'Content-Type', value: 'text/plain; charset=utf-8' }] }];\n}",
			vercel:
				'{ "headers": [{ "source": "/.well-known/security.txt", "headers": [{ "key": "Content-Type", "value": "text/plain; charset=utf-8" }] }] }',
			netlify:
				'[[headers]]\n  for = "/.well-known/security.txt"\n  [headers.values]\n    Content-Type = "text/plain; charset=utf-8"',
		}),
		reproduce: read,
	},
	'canonical-mismatch': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: Told & { canonical: readonly string[] }) =>
			`${a.url} says that its place is another one: Canonical ${a.canonical.join(', ')}.`,
		impact:
			'Readers should not trust a file that they found elsewhere than where it says it belongs: it may be a copy.',
		fix: (a: Told) => ({
			summary:
				'Name the URL at which the file is found in a Canonical field, or leave Canonical out',
			steps: ['Several Canonical fields are allowed: one for each host that serves the file.'],
			snippets: [{ platform: 'any', language: 'text', text: `Canonical: ${a.url}` }],
		}),
		reproduce: read,
	},
	'no-change-password': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: { host: string }) =>
			`${a.host} takes passwords and does not lead browsers to the page that changes one (/.well-known/change-password).`,
		impact:
			'A password manager that warns a customer of a stolen password opens your start page instead of the right one.',
		fix: perPlatform(
			'Redirect /.well-known/change-password to the page where a password is changed',
			{
				nginx: 'location = /.well-known/change-password { return 302 /account/password; }',
				apache: 'Redirect 302 "/.well-known/change-password" "/account/password"',
				caddy: 'redir /.well-known/change-password /account/password 302',
				cloudflare:
					'Rules > Redirect Rules: if URI Path equals "/.well-known/change-password", then 302 to /account/password',
				express:
					"app.get('/.well-known/change-password', (req, res) => res.redirect('/account/password'));",
				nextjs:
					"async redirects() {\n  return [{ source: '/.well-known/change-password', destination: '/account/password', permanent: false }];\n}",
				vercel:
					'{ "redirects": [{ "source": "/.well-known/change-password", "destination": "/account/password", "permanent": false }] }',
				netlify: '/.well-known/change-password  /account/password  302',
			},
			'/account/password stands for the page of your product. Where an identity provider keeps the passwords, redirect to its page.',
		),
		reproduce: (a: { host: string }) =>
			`curl -sS -o /dev/null -w '%{http_code}\\n' https://${a.host}/.well-known/change-password`,
	},
} satisfies Verdicts;

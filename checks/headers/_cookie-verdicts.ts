import { advice, type Fix, minutes, perPlatform, type Site, type Verdicts } from '../../src/sdk.ts';
import { HIGH, LATER } from './_staged.ts';

/** How the application says it, and how the proxy in front of it does. */
const SPELLING = {
	Secure: { option: 'secure: true', flag: 'secure' },
	HttpOnly: { option: 'httpOnly: true', flag: 'httponly' },
	'SameSite=Lax': { option: "sameSite: 'lax'", flag: 'samesite=lax' },
	'SameSite=Strict': { option: "sameSite: 'strict'", flag: 'samesite=strict' },
} as const;

/** What every finding about one cookie is told. Values are never among it. */
export interface Told {
	readonly name: string;
	readonly host: string;
	readonly url: string;
	/** The host holds browsers to HTTPS. */
	readonly hsts: boolean;
	/** Attributes that it needs and has not: set together. */
	readonly lacks: readonly (keyof typeof SPELLING)[];
}

/** What can be said about cookies. */
export const COOKIE_VERDICTS = {
	safe: {
		outcome: 'pass',
		says: (a: { host: string; cookies: number }) =>
			a.cookies === 0
				? `${a.host} sets no cookie for a signed-out visitor.`
				: `${a.cookies === 1 ? 'The cookie' : `The ${a.cookies} cookies`} that ${a.host} sets for a signed-out visitor ` +
					`${a.cookies === 1 ? 'carries' : 'carry'} the attributes that ${a.cookies === 1 ? 'it needs' : 'they need'}.`,
	},
	'session-not-secure': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(20),
		says: (a: Told) => `The session cookie ${quoted(a)} has no Secure attribute (set at ${a.url}).`,
		impact: (a: Told) =>
			'One plain-HTTP request, which any network on the way can provoke, carries the cookie in clear; ' +
			`whoever reads it is signed in as the customer.${a.hsts ? ' HSTS lowers the risk for returning visitors, and does not remove it.' : ''}`,
		fix: withMissing,
		reproduce,
		cause: (a: Told) => `cookie ${a.name} without its attributes`,
	},
	'session-not-httponly': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(20),
		says: (a: Told) =>
			`The session cookie ${quoted(a)} has no HttpOnly attribute (set at ${a.url}).`,
		impact:
			'Script that an attacker manages to inject, or a compromised third-party tag, reads the cookie and ' +
			'is signed in as the customer from anywhere.',
		fix: withMissing,
		reproduce,
		cause: (a: Told) => `cookie ${a.name} without its attributes`,
	},
	'not-secure': {
		outcome: 'fail',
		severity: LATER,
		effort: minutes(20),
		says: (a: Told) => `The cookie ${quoted(a)} has no Secure attribute (set at ${a.url}).`,
		impact: (a: Told) =>
			`It also travels over plain HTTP, where it can be read and replaced.${a.hsts ? ' HSTS lowers the risk for returning visitors.' : ''}`,
		fix: withMissing,
		reproduce,
		cause: (a: Told) => `cookie ${a.name} without its attributes`,
	},
	'same-site-none-not-secure': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(15),
		says: (a: Told) =>
			`Browsers drop the cookie ${quoted(a)}: it says SameSite=None without Secure (set at ${a.url}).`,
		impact: 'What depends on this cookie does not work: it is never stored.',
		fix: withMissing,
		reproduce,
		cause: (a: Told) => `cookie ${a.name} without its attributes`,
	},
	'same-site-invalid': {
		outcome: 'fail',
		severity: LATER,
		effort: minutes(10),
		says: (a: Told & { value: string }) =>
			`The cookie ${quoted(a)} says SameSite=${a.value === '' ? '(nothing)' : `"${a.value}"`}, which no browser knows (set at ${a.url}).`,
		impact:
			'Browsers fall back to their default, Lax in some and None in others, so the cookie is sent along ' +
			'in one browser and not in the next.',
		fix: (a: Told) => withAttributes(a, ['SameSite=Lax']),
		reproduce,
	},
	'anti-forgery-without-same-site': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: Told) =>
			`The anti-forgery cookie ${quoted(a)} has no SameSite attribute (set at ${a.url}).`,
		impact:
			'Its own protection is one layer thinner: browsers may send it along with requests of other sites.',
		fix: (a: Told) => withAttributes(a, ['SameSite=Strict']),
		reproduce,
	},
	'prefix-broken': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(15),
		says: (a: Told & { fault: string }) =>
			`Browsers drop the cookie ${quoted(a)}: it is ${a.fault} (set at ${a.url}).`,
		impact:
			'What depends on this cookie, often the whole sign-in, does not work: it is never stored.',
		fix: perPlatform(
			'Give the cookie the attributes that its name promises',
			{
				express: `res.cookie('__Host-session', value, { secure: true, httpOnly: true, path: '/' });`,
				nextjs: `(await cookies()).set('__Host-session', value, { secure: true, httpOnly: true, path: '/' });`,
				any: 'Set-Cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax',
			},
			'__Host- asks for Secure, Path=/ and no Domain; __Secure- asks for Secure.',
			'Or rename the cookie, where a Domain is needed.',
		),
		reproduce,
	},
	'set-over-http': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(30),
		says: (a: Told) => `The cookie ${quoted(a)} is set over plain HTTP, at ${a.url}.`,
		impact:
			'Anybody on the way reads it or puts another one in its place, and browsers refuse it there if it is ' +
			'marked Secure.',
		fix: advice(
			'Redirect to HTTPS before anything sets a cookie',
			'Let the web server or the edge answer http:// with a redirect, and keep the application out of it.',
		),
		reproduce: (a: Told) => `curl -sSI http://${a.host}/ | grep -i '^set-cookie'`,
	},
	'domain-too-wide': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(15),
		says: (a: Told & { domain: string }) =>
			`The cookie ${quoted(a)} is sent to every host under ${a.domain} (set at ${a.url}).`,
		impact:
			'Every sub-domain, also one that another company runs for you, receives it and can replace it.',
		fix: advice('Leave out the Domain attribute, unless sub-domains share this cookie on purpose'),
		reproduce,
	},
	'on-public-suffix': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: Told & { domain: string }) =>
			`Browsers drop the cookie ${quoted(a)}: ${a.domain} is a public suffix, under which strangers have names (set at ${a.url}).`,
		impact: 'What depends on this cookie does not work: it is never stored.',
		fix: advice('Leave out the Domain attribute'),
		reproduce,
	},
	'longer-than-400-days': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(5),
		says: (a: Told & { lifetimeDays: number }) =>
			`The cookie ${quoted(a)} asks to be kept for ${a.lifetimeDays} days; browsers cut it to 400 (set at ${a.url}).`,
		impact: 'Customers are forgotten earlier than the product expects.',
		fix: advice('Ask for 400 days at most: Max-Age=34560000'),
		reproduce,
	},
	'over-4096-bytes': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(60),
		says: (a: Told & { octets: number }) =>
			`Browsers drop the cookie ${quoted(a)}: name and value take ${a.octets} bytes, more than 4096 (set at ${a.url}).`,
		impact: 'What depends on this cookie does not work: it is never stored.',
		fix: advice('Keep the data on the server and only its key in the cookie'),
		reproduce,
	},
} satisfies Verdicts<Site['context']>;

function withMissing(told: Told): Fix {
	return withAttributes(told, told.lacks);
}

/** Only the cookie in question is touched, and its name is pasted only where no server reads more into it. */
function withAttributes({ name }: Told, attributes: Told['lacks']): Fix {
	const options = attributes.map((one) => SPELLING[one].option).join(', ');
	const flags = attributes.map((one) => SPELLING[one].flag).join(' ');
	const isPlain = /^[A-Za-z0-9_.-]+$/.test(name);
	const quotedName = isPlain ? `'${name}'` : 'name';
	const pattern = isPlain ? `${name.replaceAll('.', '\\.')}=` : '';
	const edit = `edit Set-Cookie "^(${pattern}.*)$" "$1; ${attributes.join('; ')}"`;
	return perPlatform(
		`Set the cookie with ${attributes.join(' and ')}`,
		{
			express: `res.cookie(${quotedName}, value, { ${options} }); // express-session: cookie: { ${options} }`,
			nextjs: `(await cookies()).set(${quotedName}, value, { ${options} });`,
			nginx: `proxy_cookie_flags ${isPlain ? name : '~'} ${flags};`,
			// The first for the application's own answers, the second for its error pages and CGI.
			apache: `Header ${edit}\nHeader always ${edit}`,
		},
		'Change it where the application or its framework sets the cookie; a rule in the proxy is the second choice.',
	);
}

/** A cookie is named by itself, so that its name never reads as part of the sentence. */
function quoted({ name }: Told): string {
	return name === '' ? '(without a name)' : `"${name}"`;
}

function reproduce({ url }: Told): string {
	return `curl -sS -D - -o /dev/null '${url.replaceAll("'", '%27')}' | grep -i '^set-cookie'`;
}

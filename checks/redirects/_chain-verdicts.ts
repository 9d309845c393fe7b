import {
	advice,
	type Host,
	minutes,
	perPlatform,
	type Severity,
	type Verdicts,
} from '../../src/sdk.ts';
import type { Fault } from './_faults.ts';
import { baseUrlFix, plainHost, plainUrl, STEP_LOWER } from './_rules.ts';
import { hostOf } from './_tags.ts';

/** What every verdict here is told besides its own. */
type Common = {
	/** The subject. */
	readonly subject: string;
	/** The host that sends the wrong redirect. */
	readonly host: string;
	/** The URL where it goes wrong. */
	readonly url: string;
	/** A staging host, or one that was only guessed: one step less grave. */
	readonly lower: boolean;
	/** Where the walk began, where that is not the root of the host. */
	readonly start?: string;
};

type Told<K extends Fault['kind']> = Common & Omit<Extract<Fault, { kind: K }>, 'kind'>;

/** Redirects that no visitor notices, and the number after which browsers give up (Fetch standard, HTTP-redirect fetch). */
const SLOW_REDIRECTS = 5;
const MOST_REDIRECTS = 20;

const grade = (a: Common, severity: Severity) => (a.lower ? STEP_LOWER[severity] : severity);
const curl = (a: Common) =>
	`curl -sIL --max-redirs 25 ${a.start === undefined ? `https://${a.subject}/` : `'${a.start.replaceAll("'", '%27')}'`}`;
const pathOf = ({ start }: Common) => (start === undefined ? '/' : new URL(start).pathname);
const arrows = (urls: readonly string[]) =>
	urls.length <= 6 ? urls.join(' → ') : `${urls.slice(0, 5).join(' → ')} → … → ${urls.at(-1)}`;

/** The same address over and over, by whichever scheme. */
const isOnePlace = (circle: readonly string[]) =>
	new Set(circle.map((url) => url.replace(/^https?:/, ''))).size === 1;

const siteOf = (a: Common) => plainHost(a.host, a.subject);
const BY_HAND = 'The redirects were followed one by one with GET, as a browser does.';

const oneLocation = (a: Common) =>
	perPlatform(
		`Send exactly one Location with every redirect of https://${siteOf(a)}/: an absolute https URL, percent-encoded.`,
		{
			nginx: `return 308 https://${siteOf(a)}/new-path;`,
			apache: `Redirect permanent "/old-path" "https://${siteOf(a)}/new-path"`,
			caddy: `redir /old-path https://${siteOf(a)}/new-path permanent`,
			express: `res.redirect(308, encodeURI('https://${siteOf(a)}/new-path'));`,
			nextjs: `redirects: async () => [{ source: '/old-path', destination: '/new-path', permanent: true }]`,
		},
		'Look for two layers that both redirect (application and proxy, or CDN): keep one.',
	);

/** What can be said about the redirects of a host. */
export const CHAIN_VERDICTS = {
	settles: {
		outcome: 'pass',
		says: (a: { url: string; end: string; status: number; redirects: number }) =>
			a.redirects === 0
				? `${a.url} answers ${a.status} itself.`
				: `${a.url} ends on ${a.end} (${a.status}) after ${a.redirects} ${a.redirects === 1 ? 'redirect' : 'redirects'}.`,
	},
	loop: {
		outcome: 'fail',
		severity: { oneOf: ['blocker', 'high'], pick: (a: Common) => grade(a, 'blocker') },
		effort: minutes(30),
		says: (a: Told<'loop'>) =>
			`The redirects of ${a.host} go in a circle: ${arrows([...a.circle, ...a.circle.slice(0, 1)])}.`,
		impact: 'Browsers stop with "redirected you too many times": nobody sees the page.',
		fix: (a: Told<'loop'>) =>
			perPlatform(
				`Break the circle at https://${siteOf(a)}/: let one layer redirect, and tell it which scheme and host the visitor used.`,
				{
					cloudflare:
						'SSL/TLS > Overview: Full (strict). With "Flexible" the origin sees plain HTTP, redirects to HTTPS, and so for ever.',
					nginx: 'if ($http_x_forwarded_proto = "http") { return 308 https://$host$request_uri; }',
					apache:
						'RewriteCond %{HTTP:X-Forwarded-Proto} =http\nRewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=308,L]',
					express: "app.set('trust proxy', 1);   // then test req.secure",
					vercel:
						'Project > Settings > Domains: only one of apex and www may redirect to the other; remove the same redirect from DNS or CDN.',
					netlify:
						'Domain management: set one primary domain, and remove host redirects from _redirects.',
					cloudfront:
						'Origins > Protocol: HTTPS only (or pass CloudFront-Forwarded-Proto on, and let the origin test that).',
					alb: 'Let the application test X-Forwarded-Proto, which the load balancer sends, not its own port.',
					azure:
						'Let the application read X-Forwarded-Proto (ASP.NET: UseForwardedHeaders), or leave the redirect to "HTTPS Only".',
					heroku:
						"// Heroku ends TLS: test X-Forwarded-Proto. Express:\napp.set('trust proxy', 1);",
					fly: "// Fly ends TLS: leave it to force_https, or test X-Forwarded-Proto. Express:\napp.set('trust proxy', 1);",
					wordpress:
						"// wp-config.php, above the last line\nif (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') { $_SERVER['HTTPS'] = 'on'; }",
				},
				...(isOnePlace(a.circle)
					? [
							'One address that is sent to itself: something in front of the server ends TLS and speaks plain HTTP to it ("flexible" TLS), and the server redirects to HTTPS for ever. In Cloudflare: SSL/TLS > Full (strict).',
						]
					: []),
				'If one host sends to www and www sends back: keep one of the two redirects.',
				'If a trailing slash is added by one layer and removed by another: keep one.',
			),
		control: 'Walked once more with a cookie jar, as a browser has: it stays a circle.',
		reproduce: curl,
	},
	'loop-without-cookies': {
		outcome: 'fail',
		severity: { oneOf: ['high', 'later'], pick: (a: Common) => grade(a, 'high') },
		effort: minutes(30),
		says: (a: Told<'loop-without-cookies'>) =>
			`Without cookies the redirects of ${a.host} go in a circle: ${arrows([...a.circle, ...a.circle.slice(0, 1)])}.`,
		impact:
			'Search engines, link previews and people who block cookies never reach the page; browsers with cookies do.',
		fix: () =>
			advice(
				'Serve the page whether or not the cookie comes back.',
				'Remove the redirect that tests for cookies, or let it happen once: mark the second URL with a parameter and serve it.',
			),
		control: 'Walked once more with a cookie jar: then the page is reached.',
		reproduce: curl,
	},
	'too-long': {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high', 'later', 'info'],
			pick: (a: Told<'too-long'>) => {
				if (a.redirects > MOST_REDIRECTS) return grade(a, 'blocker');
				return grade(a, a.redirects > SLOW_REDIRECTS ? 'high' : 'later');
			},
		},
		effort: minutes(20),
		says: (a: Told<'too-long'>) =>
			a.redirects > MOST_REDIRECTS
				? `${a.hops[0]} is redirected more than ${MOST_REDIRECTS} times, where browsers give up.`
				: `${a.hops[0]} takes ${a.redirects} redirects to its page: ${arrows(a.hops)}.`,
		impact: 'Each redirect costs a round trip, most of all on phones, before anything is seen.',
		fix: (a: Told<'too-long'>) => ({
			summary: 'Redirect straight to the last address.',
			steps: [
				`Let the first redirect name the end: ${a.hops.at(-1)}.`,
				'Only http://www may take two steps (its own HTTPS first, then the other host).',
			],
			snippets: [],
		}),
		control: BY_HAND,
		reproduce: curl,
	},
	downgrade: {
		outcome: 'fail',
		severity: {
			oneOf: ['blocker', 'high', 'later'],
			pick: (a: Told<'downgrade'>) => grade(a, a.exposes === null ? 'high' : 'blocker'),
		},
		effort: minutes(20),
		says: (a: Told<'downgrade'>) =>
			`${a.url} redirects from HTTPS back to plain HTTP, to ${a.to}${a.exposes === null ? '' : `; ${a.exposes}`}.`,
		impact: 'The visitor is put back onto a connection that others can read and change.',
		fix: (a: Told<'downgrade'>) =>
			baseUrlFix(
				`https://${siteOf(a)}`,
				'Behind a proxy or CDN, let the application trust X-Forwarded-Proto, so that it knows that the visitor came by HTTPS.',
			),
		control: BY_HAND,
		reproduce: curl,
	},
	'target-fails': {
		outcome: 'fail',
		severity: { oneOf: ['blocker', 'high'], pick: (a: Common) => grade(a, 'blocker') },
		effort: minutes(60),
		says: (a: Told<'target-fails'>) =>
			a.to === a.url
				? `${a.to} ${a.how}.`
				: `Visitors of ${a.subject} are sent from ${a.url} to ${a.to}, which ${a.how}.`,
		impact: 'Everybody who comes to this address ends on an error.',
		fix: (a: Told<'target-fails'>) =>
			a.to === a.url
				? advice(
						`Make ${a.to} answer with the page.`,
						"Look into the server's log for the time of this audit.",
						`A 404 usually means that the deployment has no page at ${pathOf(a)}, or that this host is not attached to it.`,
						'A 502, 503 or 504 means that the proxy runs and the application behind it does not.',
					)
				: advice(
						`Bring ${a.to} up, or let ${a.url} redirect to an address that works.`,
						'Correct the redirect first if the target was mistyped: that is the quicker way.',
					),
		control: BY_HAND,
		reproduce: curl,
	},
	'target-internal': {
		outcome: 'fail',
		severity: { oneOf: ['blocker', 'high'], pick: (a: Common) => grade(a, 'blocker') },
		effort: minutes(20),
		says: (a: Told<'target-internal'>) =>
			`${a.url} redirects to ${a.to}, which is not for the public: ${a.why}.`,
		impact: 'Visitors get a connection error, or land on an unfinished copy of the site.',
		fix: (a: Told<'target-internal'>) => baseUrlFix(`https://${a.subject}`),
		control: BY_HAND,
		reproduce: curl,
	},
	'target-port': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later', 'info'],
			pick: (a: Told<'target-port'>) =>
				grade(a, a.port === 80 || a.port === 443 ? 'later' : 'high'),
		},
		effort: minutes(15),
		says: (a: Told<'target-port'>) =>
			`${a.url} redirects to an address with port ${a.port}: ${a.to}.`,
		impact:
			'The port shows in every link that people copy; company networks often block all but the usual ones.',
		fix: (a: Told<'target-port'>) =>
			perPlatform(`Redirect to https://${siteOf(a)}/ without a port.`, {
				nginx: 'port_in_redirect off;\nabsolute_redirect off;',
				apache: `UseCanonicalName On\nServerName https://${siteOf(a)}`,
				express: "res.redirect(308, 'https://' + req.hostname + req.originalUrl);",
				any: `Set the application's base URL to https://${siteOf(a)}, without the inner port.`,
			}),
		control: BY_HAND,
		reproduce: curl,
	},
	'location-missing': {
		outcome: 'fail',
		severity: { oneOf: ['high', 'later'], pick: (a: Common) => grade(a, 'high') },
		effort: minutes(20),
		says: (a: Told<'location-missing'>) =>
			`${a.url} answers ${a.status} and does not say where to (no Location).`,
		impact: 'Browsers show an empty page.',
		fix: oneLocation,
		control: BY_HAND,
		reproduce: curl,
	},
	'location-invalid': {
		outcome: 'fail',
		severity: { oneOf: ['high', 'later'], pick: (a: Common) => grade(a, 'high') },
		effort: minutes(20),
		says: (a: Told<'location-invalid'>) =>
			`${a.url} redirects with a faulty Location, "${a.location}": ${a.why}.`,
		impact: 'Some browsers and programs follow it to the wrong place or not at all.',
		fix: oneLocation,
		control: BY_HAND,
		reproduce: curl,
	},
	'location-several': {
		outcome: 'fail',
		severity: { oneOf: ['high', 'later'], pick: (a: Common) => grade(a, 'high') },
		effort: minutes(20),
		says: (a: Told<'location-several'>) =>
			`${a.url} redirects to ${a.locations.length} different places at once: ${a.locations.join(' and ')}.`,
		impact: 'Chrome refuses such an answer; other programs pick one of the two.',
		fix: oneLocation,
		control: BY_HAND,
		reproduce: curl,
	},
	'permanent-to-wrong-host': {
		outcome: 'fail',
		severity: { oneOf: ['high', 'later'], pick: (a: Common) => grade(a, 'high') },
		effort: minutes(30),
		says: (a: Told<'permanent-to-wrong-host'>) =>
			`${a.url} sends visitors for good (${a.status}${a.cacheControl && `, ${a.cacheControl}`}) to ${a.to}, though the site's own name is ${a.host}.`,
		impact:
			'Browsers remember a permanent redirect for as long as they like: who has been there goes on being sent away after you correct it.',
		fix: (a: Told<'permanent-to-wrong-host'>) => {
			const to = `https://${plainHost(hostOf(a.to), a.subject)}`;
			return perPlatform(
				`First make the redirect short-lived, then decide on one name: ${a.host} or the other.`,
				{
					nginx: `add_header Cache-Control "max-age=60" always;\nreturn 302 ${to}$request_uri;`,
					apache: `Header always set Cache-Control "max-age=60"\nRewriteEngine On\nRewriteRule ^ ${to}%{REQUEST_URI} [R=302,L]`,
					caddy: `header Cache-Control "max-age=60"\nredir ${to}{uri} 302`,
					cloudflare: 'Redirect rule: status 302 instead of 301',
					express: `app.use((req, res) => res.set('Cache-Control', 'max-age=60').redirect(302, '${to}' + req.originalUrl));`,
					nextjs: 'permanent: false',
				},
				'When the right redirect has been live for a day, make it permanent again.',
			);
		},
		control: BY_HAND,
		reproduce: curl,
		// Which of the two is wrong, the tag or the redirect, is one question.
		cause: (a: Told<'permanent-to-wrong-host'>) =>
			a.isByTag ? 'redirects/canonical/tags-disagree' : 'redirects/chain/permanent-to-wrong-host',
	},
	'in-page': {
		outcome: 'fail',
		severity: { oneOf: ['later', 'info'], pick: (a: Common) => grade(a, 'later') },
		effort: minutes(20),
		says: (a: Told<'in-page'>) =>
			`${a.url} answers 200 and sends the visitor on to ${a.to} by ${a.by}.`,
		impact: 'Programs and search engines stop at the empty page, and visitors see it flash.',
		fix: (a: Told<'in-page'>) => {
			const path = plainUrl(a.url, `https://${siteOf(a)}/`).replace(/^https?:\/\/[^/]+|\?.*$/g, '');
			const to = plainUrl(a.to, `https://${siteOf(a)}/new-path`);
			return perPlatform(
				'Let the server redirect, before any page is sent.',
				{
					nginx: `location = ${path} { return 302 ${to}; }`,
					apache: `RedirectMatch 302 "^${path.replaceAll('.', '\\.')}$" "${to}"`,
					caddy: `redir ${path} ${to} 302`,
					vercel: `{ "redirects": [{ "source": "${path}", "destination": "${to}", "permanent": false }] }`,
					netlify: `# _redirects\n${path} ${to} 302!`,
					nextjs: `async redirects() {\n  return [{ source: '${path}', destination: '${to}', permanent: false }];\n}`,
					express: `app.get('${path}', (req, res) => res.redirect(302, '${to}'));`,
				},
				'Then take the meta refresh or the script out of the page.',
			);
		},
		control: BY_HAND,
		reproduce: (a: Common) => `curl -si https://${a.subject}/`,
	},
} satisfies Verdicts<Host['context']>;

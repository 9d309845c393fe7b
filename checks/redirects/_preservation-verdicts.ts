import {
	type Fix,
	isCampaignParameter,
	minutes,
	perPlatform,
	type Severity,
	type ToldSite,
	type Verdicts,
} from '../../src/sdk.ts';
import { plainHost, STEP_LOWER } from './_rules.ts';
import { hostOf } from './_tags.ts';

type Told = {
	/** The subject. */
	readonly subject: string;
	readonly from: string;
	readonly to: string;
	/** A staging host, or one that was only tried: one step less grave. */
	readonly lower: boolean;
};

type Changed = Told & {
	readonly names: readonly string[];
	/** In words, as the end of a sentence. */
	readonly how: string;
};

const grade = (a: { readonly lower: boolean }, severity: Severity) =>
	a.lower ? STEP_LOWER[severity] : severity;

const byNames = {
	oneOf: ['high', 'later', 'info'],
	pick: (a: Changed) => grade(a, a.names.some(isCampaignParameter) ? 'high' : 'later'),
} as const;

/** The whole request URI goes on, in the words of each platform. */
function keepFix(a: Told): Fix {
	const to = `https://${plainHost(hostOf(a.to), a.subject)}`;
	const from = plainHost(hostOf(a.from), a.subject);
	return perPlatform(
		`Let the redirect of ${from} hand on the whole request: path and query as they came.`,
		{
			nginx: `return 308 ${to}$request_uri;   # not $uri (decoded), and nothing behind it`,
			apache: `RewriteEngine On\nRewriteRule ^ ${to}%{REQUEST_URI} [R=308,L]   # the query follows by itself; no "?" at the end`,
			caddy: `redir ${to}{uri} 308   # {uri} has path and query, {path} has not`,
			cloudflare: `Redirect rule, dynamic: concat("${to}", http.request.uri.path), status 308, "Preserve query string": on`,
			vercel: `{ "redirects": [{ "source": "/:path*", "has": [{ "type": "host", "value": "${from}" }], "destination": "${to}/:path*", "permanent": true }] }`,
			netlify: `# _redirects: the query is handed on by itself\nhttps://${from}/* ${to}/:splat 301!`,
			nextjs: `async redirects() {\n  return [{ source: '/:path*', has: [{ type: 'host', value: '${from}' }],\n    destination: '${to}/:path*', permanent: true }];\n}`,
			express: `res.redirect(308, '${to}' + req.originalUrl);   // not req.path`,
			heroku: `// in the application, Express:\nres.redirect(308, '${to}' + req.originalUrl);`,
			fly: `// in the application, Express:\nres.redirect(308, '${to}' + req.originalUrl);`,
			cloudfront: `// CloudFront function, viewer request\nvar q = event.request.rawQueryString();\nreturn { statusCode: 308, headers: { location: { value: '${to}' + event.request.uri + (q ? '?' + q : '') } } };`,
			alb: `Listener rule > Redirect to URL: HTTPS://${plainHost(hostOf(a.to), a.subject)}:443/#{path}?#{query}, status 301`,
			azure: `<action type="Redirect" url="${to}/{R:1}" appendQueryString="true" redirectType="Permanent" />`,
			firebase: `Hosting > Add custom domain > ${from}: Redirect to ${plainHost(hostOf(a.to), a.subject)} (hands on path and query)`,
			'github-pages': `Repository > Settings > Pages > Custom domain: ${plainHost(hostOf(a.to), a.subject)} (hands on path and query)`,
			wordpress: `wp_redirect('${to}' . $_SERVER['REQUEST_URI'], 301); exit;`,
		},
	);
}

/** What can be said about what the redirects of a host hand on. */
export const PRESERVATION_VERDICTS = {
	kept: {
		outcome: 'pass',
		says: (a: { host: string; redirects: number }) =>
			a.redirects === 0
				? `${a.host} answers without redirects, so nothing is lost on the way.`
				: `The redirects of ${a.host} hand on path and query as they came.`,
	},
	'path-lost': {
		outcome: 'fail',
		severity: {
			oneOf: ['high', 'later'],
			pick: (a: Told) => (a.lower ? 'later' : 'high'),
		},
		effort: minutes(20),
		says: (a: Told) =>
			`The redirect of ${hostOf(a.from)} forgets which page was asked for: ${a.from} is sent to ${a.to}.`,
		impact:
			'Every old link, search result and bookmark ends on the start page, and search engines drop those pages.',
		fix: keepFix,
		control: (a: Told & { uncontrolled: boolean }) =>
			a.uncontrolled
				? 'The start page is sent to the same place; the site links to no page that could be asked as well.'
				: 'The start page is sent to the same place, and so is a page that the site links to.',
		confidence: (a: { uncontrolled: boolean }) => (a.uncontrolled ? 'medium' : 'high'),
		reproduce: (a: Told) => `curl -sI '${a.from}' | grep -i '^location'`,
	},
	'query-lost': {
		outcome: 'fail',
		severity: byNames,
		effort: minutes(20),
		says: (a: Changed) =>
			`On the way from ${a.from} to ${a.to}, the query loses ${a.names.join(', ')}.`,
		impact:
			'Advertising and analytics no longer see where a visitor came from: paid clicks count as direct visits.',
		fix: keepFix,
		control:
			'Each step was compared with the one before; other spellings of the same text count as kept.',
		reproduce: (a: Changed) => `curl -sI '${a.from}' | grep -i '^location'`,
	},
	'query-changed': {
		outcome: 'fail',
		severity: byNames,
		effort: minutes(20),
		says: (a: Changed) => `On the way from ${a.from} to ${a.to}, the query changes: ${a.how}.`,
		impact:
			'Programs that compare addresses byte by byte, signed links and click counting among them, no longer recognise theirs.',
		fix: keepFix,
		control:
			'Each step was compared with the one before; other spellings of the same text count as kept.',
		reproduce: (a: Changed) => `curl -sI '${a.from}' | grep -i '^location'`,
	},
	'method-lost': {
		outcome: 'fail',
		severity: {
			oneOf: ['later', 'info'],
			pick: (a: { readonly lower: boolean }) => (a.lower ? 'info' : 'later'),
		},
		effort: minutes(15),
		says: (a: { url: string; to: string; status: number }) =>
			`${a.url} takes POST, and is redirected to ${a.to} by ${a.status}, after which clients send GET without the data.`,
		impact: 'What a form or a program sends to this address is dropped without an error.',
		fix: (a: { subject: string; url: string; to: string; lower: boolean }) =>
			perPlatform(
				'Redirect with 308 (for good) or 307 (for now), which keep method and body, or send to the final address at once.',
				{
					nginx: 'return 308 https://$host$request_uri;',
					apache: 'RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=308,L]',
					caddy: 'redir https://{host}{uri} 308',
					cloudflare: 'Redirect rule: status 308 instead of 301',
					vercel: '"permanent": true   // sends 308',
					nextjs: 'permanent: true   // sends 308',
					netlify: 'Post to the final address: Netlify has no 307 or 308.',
					express: 'res.redirect(308, …);   // res.redirect(…) alone sends 302',
					alb: 'ALB sends 301 and 302 only: post to the final https:// address.',
				},
				`Post to ${a.to} itself, in forms and in API documentation.`,
			),
		control: 'By OPTIONS and the method of the form: nothing was posted.',
		reproduce: (a: { url: string }) => `curl -si -X OPTIONS '${a.url}'`,
	},
} satisfies Verdicts<ToldSite['context']>;

import { type Fix, minutes, perPlatform, type ToldSite, type Verdicts } from '../../src/sdk.ts';
import { HIGH, LATER } from './_staged.ts';

/** What every finding about one URL is told. */
export interface Told {
	readonly url: string;
	/** The audited name: the origin that is meant to read. */
	readonly apex: string;
}

export interface LetIn extends Told {
	/** Made up, and accepted. */
	readonly origin: string;
}

const STOLEN =
	'A customer who is signed in and visits a prepared page hands that page everything that this address shows ' +
	'them: the page reads it in their name.';

/** The experiment that excludes a server which says the same whoever asks. */
const made = (a: LetIn) =>
	`The request named ${a.origin}, which nobody owns; the answer repeated it and said that cookies count.`;

const shown = ({ url, origin }: LetIn) =>
	`curl -sS -D - -o /dev/null -H 'Origin: ${origin}' '${url.replaceAll("'", '%27')}' | grep -i '^access-control-'`;

/** What headers/cors can say. */
export const CORS_VERDICTS = {
	restrained: {
		outcome: 'pass',
		says: (a: { host: string; urls: readonly string[] }) =>
			`${a.host} lets no foreign origin read with a visitor’s cookies (asked at ${a.urls.join(', ')}, without signing in).`,
	},
	'reflects-any-origin': {
		outcome: 'fail',
		severity: {
			by: 'stage',
			is: {
				production: {
					oneOf: ['blocker', 'high'],
					pick: (a: { perUser: string | null }) => (a.perUser === null ? 'high' : 'blocker'),
				},
				staging: 'later',
			},
		},
		effort: minutes(30),
		says: (a: LetIn & { perUser: string | null }) =>
			`${a.url} lets every website read its answers with the visitor’s cookies: it repeats whatever origin asks` +
			`${a.perUser === null ? '' : `, and ${a.perUser}`}.`,
		impact: STOLEN,
		fix: allowList(),
		control: made,
		reproduce: shown,
	},
	'allows-null': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(30),
		says: (a: LetIn) =>
			`${a.url} lets the origin "null" read its answers with the visitor’s cookies; every website can send that from a sandboxed frame.`,
		impact: STOLEN,
		fix: allowList(
			'Take "null" off the list: no page of yours has that origin, and every page can have it.',
		),
		control: (a: LetIn) => `At ${a.url} another made-up origin was not let in.`,
		reproduce: shown,
	},
	'matches-suffix': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(30),
		says: (a: LetIn) =>
			`${a.url} lets ${a.origin} read its answers with the visitor’s cookies: the origin is compared by its beginning only.`,
		impact: STOLEN,
		fix: allowList(
			'startsWith and a pattern without $ at the end let in everything that goes on behind.',
		),
		control: notEverybody,
		reproduce: shown,
	},
	'matches-prefix': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(30),
		says: (a: LetIn) =>
			`${a.url} lets ${a.origin} read its answers with the visitor’s cookies: the origin is compared by its end only.`,
		impact: STOLEN,
		fix: allowList(
			'endsWith and a pattern without ^ and a dot let in every domain that ends like yours.',
		),
		control: notEverybody,
		reproduce: shown,
	},
	'allows-http-origin': {
		outcome: 'fail',
		severity: HIGH,
		effort: minutes(30),
		says: (a: LetIn) =>
			`${a.url} lets ${a.origin} read its answers with the visitor’s cookies: an origin without TLS, which anybody in the network can put words into.`,
		impact:
			'In a hostile network one plain-HTTP page is enough: what an attacker puts into it reads your API in ' +
			'the customer’s name, in spite of HTTPS.',
		fix: allowList('List origins with https:// alone.'),
		control: notEverybody,
		reproduce: shown,
	},
	'star-with-credentials': {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(20),
		says: (a: LetIn) =>
			`${a.url} answers Access-Control-Allow-Origin: * with Access-Control-Allow-Credentials: true, which browsers refuse.`,
		impact: 'A front end that sends its cookies along gets nothing; without cookies it works.',
		fix: allowList(
			'Where no cookies are needed, leave Access-Control-Allow-Credentials out and keep the *.',
		),
		reproduce: shown,
	},
	'no-vary': {
		outcome: 'fail',
		severity: LATER,
		effort: minutes(10),
		says: (a: LetIn) =>
			`The CORS headers of ${a.url} depend on the origin, and the answer does not say so to caches: Vary: Origin is missing.`,
		impact:
			'A cache gives the answer for one origin to another: now and then the front end is refused, and nobody ' +
			'can reproduce it.',
		fix: perPlatform('Send Vary: Origin with every answer of that address', {
			nginx: 'add_header Vary Origin always;',
			apache: 'Header always merge Vary Origin',
			caddy: 'header +Vary Origin',
			express: "app.use((req, res, next) => { res.vary('Origin'); next(); });",
			nextjs: "response.headers.append('Vary', 'Origin');",
			cloudflare: '# Rules > Transform Rules > Modify Response Header > Add\nVary: Origin',
			vercel: JSON.stringify(
				{ headers: [{ source: '/(.*)', headers: [{ key: 'Vary', value: 'Origin' }] }] },
				null,
				2,
			),
			netlify: '[[headers]]\n  for = "/*"\n  [headers.values]\n    Vary = "Origin"',
		}),
		reproduce: ({ url, origin }: LetIn) =>
			`curl -sS -D - -o /dev/null -H 'Origin: ${origin}' '${url.replaceAll("'", '%27')}' | grep -iE '^(vary|access-control-)'`,
	},
	'sent-twice': {
		outcome: 'fail',
		severity: LATER,
		effort: minutes(15),
		says: (a: LetIn & { values: readonly string[] }) =>
			`${a.url} sends several values of Access-Control-Allow-Origin (${a.values.join(' | ')}); browsers accept one only.`,
		impact: 'Front ends of other origins, your own among them, are refused: their calls fail.',
		fix: ({ apex }: Told) =>
			perPlatform(
				'Send Access-Control-Allow-Origin from one place only',
				{
					nginx: `proxy_hide_header Access-Control-Allow-Origin;\nadd_header Access-Control-Allow-Origin "https://${apex}" always;`,
					apache: `Header onsuccess unset Access-Control-Allow-Origin\nHeader always set Access-Control-Allow-Origin "https://${apex}"`,
					caddy: `reverse_proxy localhost:3000 {\n\theader_down -Access-Control-Allow-Origin\n}\nheader Access-Control-Allow-Origin "https://${apex}"`,
					express: `res.setHeader('Access-Control-Allow-Origin', 'https://${apex}'); // and no res.append()`,
				},
				'The application and the proxy in front of it both add it: keep one.',
			),
		reproduce: shown,
	},
} satisfies Verdicts<ToldSite['context']>;

function notEverybody({ url, origin }: LetIn): string {
	return `At ${url} an unrelated made-up origin was not let in, and ${origin} was.`;
}

/** Compares with a list of whole origins. */
function allowList(...steps: string[]) {
	return ({ apex }: Told): Fix => {
		const origin = `https://${apex}`;
		const pattern = `^https://${apex.replaceAll('.', '\\.')}$`;
		return perPlatform(
			'Compare the origin with a list of whole origins',
			{
				express: [
					"import cors from 'cors';",
					`app.use(cors({ origin: ['${origin}'], credentials: true }));`,
				].join('\n'),
				nginx: [
					'# http block',
					'map $http_origin $cors_origin {',
					'  default "";',
					`  "${origin}" $http_origin;`,
					'}',
					'# server block; an empty value sends no header',
					'add_header Access-Control-Allow-Origin $cors_origin always;',
					'add_header Access-Control-Allow-Credentials true always;',
					'add_header Vary Origin always;',
				].join('\n'),
				apache: [
					`SetEnvIf Origin "${pattern}" CORS_ORIGIN=$0`,
					'Header always set Access-Control-Allow-Origin "%{CORS_ORIGIN}e" env=CORS_ORIGIN',
					'Header always set Access-Control-Allow-Credentials "true" env=CORS_ORIGIN',
					'Header always merge Vary Origin',
				].join('\n'),
				caddy: [
					`@own header Origin ${origin}`,
					`header @own Access-Control-Allow-Origin ${origin}`,
					'header @own Access-Control-Allow-Credentials true',
					'header +Vary Origin',
				].join('\n'),
				nextjs: [
					'// middleware.ts',
					`const ALLOWED = new Set(['${origin}']);`,
					"const origin = request.headers.get('origin') ?? '';",
					'if (ALLOWED.has(origin)) {',
					"  response.headers.set('Access-Control-Allow-Origin', origin);",
					"  response.headers.set('Access-Control-Allow-Credentials', 'true');",
					'}',
					"response.headers.append('Vary', 'Origin');",
				].join('\n'),
				vercel: JSON.stringify(
					{
						headers: [
							{
								source: '/api/(.*)',
								headers: [
									{ key: 'Access-Control-Allow-Origin', value: origin },
									{ key: 'Access-Control-Allow-Credentials', value: 'true' },
								],
							},
						],
					},
					null,
					2,
				),
				netlify: `[[headers]]\n  for = "/api/*"\n  [headers.values]\n    Access-Control-Allow-Origin = "${origin}"\n    Access-Control-Allow-Credentials = "true"`,
				cloudflare: [
					'// Workers',
					`const ALLOWED = new Set(['${origin}']);`,
					"const origin = request.headers.get('Origin') ?? '';",
					"if (ALLOWED.has(origin)) response.headers.set('Access-Control-Allow-Origin', origin);",
					"else response.headers.delete('Access-Control-Allow-Origin');",
					"response.headers.append('Vary', 'Origin');",
				].join('\n'),
			},
			'Add every front end of yours by its whole origin, https:// included. Same-origin calls need no CORS at all.',
			...steps,
		);
	};
}

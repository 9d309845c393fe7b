import {
	at,
	blocked,
	blockedBy,
	botWall,
	cannotSay,
	chainReport,
	defineCheck,
	doesNotApply,
	type Fact,
	fieldValues,
	type GateKind,
	gateIn,
	type HttpAnswered,
	httpAnswer,
	known,
	minutes,
	optional,
	perPlatform,
	type Site,
	sites,
	z,
} from '../../src/sdk.ts';
import { purposeOf } from './_context.ts';
import { answered, wayTo } from './_samples.ts';
import { withoutAnswer } from './_way.ts';

type Locked = {
	readonly host: string;
	readonly url: string;
	readonly scheme: string;
};

type Gated = {
	readonly host: string;
	readonly url: string;
	readonly gate: string;
	readonly kind: GateKind;
	readonly shown: string;
	readonly off: string;
};

export default defineCheck({
	id: 'launch/access',
	title: 'The public can get in',
	rationale:
		'The password, the deployment protection or the "coming soon" page of the test period is the first thing that ' +
		'customers meet where nobody switched it off.',
	references: [
		'RFC 9110 §11 (HTTP authentication)',
		'Vercel, Netlify, Cloudflare, Shopify, WordPress documentation: visitor access',
	],
	reach: 'sign-in',
	layer: 'server',
	over: sites,
	options: z.object({}),

	verdicts: {
		open: {
			outcome: 'pass',
			says: (a: { url: string; status: number }) =>
				`Strangers get in at ${a.url} (${a.status}): no password and no placeholder stands in front.`,
		},
		'closed-test-site': {
			outcome: 'pass',
			says: (a: { host: string; by: string }) =>
				`${a.host} is closed to strangers, as a test site should be: ${a.by}.`,
		},
		'basic-auth-on': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(15),
			says: (a: Locked) =>
				`${a.url} asks everybody for a user name and a password (401, WWW-Authenticate: ${a.scheme}).`,
			impact: 'Every visitor meets the browser’s log-in box instead of the site, and leaves.',
			fix: (a: Locked) =>
				perPlatform(
					`Switch the password of ${a.host} off.`,
					{
						nginx: '# in the server block of the production host\nauth_basic off;',
						apache:
							'# delete AuthType, AuthName, AuthUserFile and Require valid-user, from .htaccess too\nRequire all granted',
						caddy: '# delete the block basic_auth { … }',
						cloudflare:
							'Workers & Pages: take the password out of the Worker or Pages Function in front of the site.',
						vercel:
							'// middleware.ts: answer 401 only where process.env.VERCEL_ENV !== "production"',
						netlify: '# _headers: delete the line\n  Basic-Auth: user:password',
						nextjs: '// middleware.ts: return NextResponse.next() in production',
						express: '// take express-basic-auth out of the production application',
						azure: 'Static Web Apps: Configuration > General settings > Password protection: off',
					},
					'Open the site in a private window, from another network, when it is done.',
				),
			control: (a: Locked) => `Asked as a stranger, by GET, at ${a.url}.`,
			reproduce: (a: Locked) =>
				`curl -sSL -o /dev/null -D - https://${a.host}/ | grep -i www-authenticate`,
		},
		'platform-protection-on': {
			outcome: 'fail',
			severity: 'blocker',
			effort: minutes(15),
			says: (a: Gated) => `${a.host} shows strangers ${a.gate} instead of the site: ${a.shown}.`,
			impact:
				'Nobody outside the team sees the site: customers meet a sign-in that is not theirs, or a page that says to come back later.',
			fix: (a: Gated) => ({
				summary:
					a.kind === 'soon'
						? 'Open the site to the public.'
						: 'Take the protection off the production host.',
				steps: [
					a.off,
					'Keep it on for previews and test hosts.',
					'Open the site in a private window when it is done.',
				],
				snippets: [],
			}),
			control: (a: Gated) => `Asked as a stranger: ${a.shown}. Words on a page were not counted.`,
			reproduce: (a: Gated) => `curl -sSIL https://${a.host}/`,
		},
	},

	appliesTo: (site) =>
		purposeOf(site) === 'staff' && site.context.stage === 'production'
			? 'It is meant to stay private.'
			: true,
	needs: ({ subject }) => ({
		way: chainReport({ url: `https://${subject.name}/` }),
		first: optional(httpAnswer({ url: `https://${subject.name}/` })),
	}),

	judge({ given, subject, say }) {
		const host = subject.name;
		const { chain, answer } = given.way;
		const url = chain.hops.at(-1)?.url ?? `https://${host}/`;
		const gate = gateIn(chain.hops, answer, url);
		const scheme = schemeOf(answer);
		if (subject.context.stage === 'staging') {
			const by = gate?.name ?? scheme;
			return by === null
				? doesNotApply('A test site that is open is the business of launch/staging.')
				: say('closed-test-site', { host, by });
		}
		if (gate !== null && isInTheWay(gate.kind, subject)) {
			const { name, kind, shown, off } = gate;
			const told = { host, url, gate: name, kind, shown, off };
			return at({ kind: 'host', name: host }, say('platform-protection-on', told));
		}
		if (answer === null) return withoutAnswer(given.way, given.first, host);
		if (new URL(url).hostname !== host) return doesNotApply(`${host} only leads to ${url}.`);
		if (scheme !== null) {
			const why = meantToBeLocked(subject, answer, scheme);
			return why === null ? say('basic-auth-on', { host, url, scheme }) : doesNotApply(why);
		}
		return afterwards(answer, url, subject) ?? say('open', { url, status: answer.status });
	},

	examples: (example) => {
		const given = (answer: HttpAnswered | null, ...locations: string[]) => ({
			way: wayTo(answer, locations),
			first: known(answered('')) as Fact<HttpAnswered>,
		});
		const basic = answered('<!doctype html><title>401</title>', {
			status: 401,
			headers: [['WWW-Authenticate', 'Basic realm="Restricted"']],
		});
		const at401 = (...headers: HttpAnswered['headers']) => answered('{}', { status: 401, headers });
		const on = (name: string, context: Partial<Site['context']>) => ({
			subject: { name, isBase: name === 'example.com', context: { ...SAMPLE, ...context } },
		});
		const password = (...headers: HttpAnswered['headers']) =>
			answered('<!doctype html><form method=post><input type=password></form>', {
				status: 401,
				headers,
			});
		const html = (head: string, body = '<body>') =>
			answered(`<!doctype html><head>${head}</head>${body}`);
		return [
			example('a page', given(answered('<!doctype html><p>Hello')), 'open'),
			example(
				'words about it',
				given(html('<title>Coming soon</title>', '<h1>Coming soon</h1>')),
				'open',
			),
			example('Basic', given(basic), 'basic-auth-on'),
			example(
				'Basic without a page',
				given(at401(['WWW-Authenticate', 'Basic realm=x'], ['content-type', 'text/plain'])),
				'basic-auth-on',
				on('example.com', { kind: 'api' }),
			),
			example(
				'Bearer, in JSON',
				given(at401(['WWW-Authenticate', 'Bearer'], ['content-type', 'application/json'])),
				'not-applicable',
				on('example.com', { kind: 'api' }),
			),
			example('an API', given(basic), 'not-applicable', on('api.example.com', { kind: 'api' })),
			example(
				'an app',
				given(basic),
				'not-applicable',
				on('app.example.com', { standing: 'guessed' }),
			),
			example(
				'a test site with a password',
				given(basic),
				'closed-test-site',
				on('staging.example.com', { stage: 'staging' }),
			),
			example(
				'a test site without',
				given(answered('')),
				'not-applicable',
				on('staging.example.com', { stage: 'staging' }),
			),
			example('401 without a challenge', given(answered('', { status: 401 })), 'unknown'),
			example('403', given(answered('Forbidden', { status: 403 })), 'unknown'),
			example(
				'Vercel, by redirect',
				given(answered('', { status: 200 }), 'https://vercel.com/sso-api?url=x&nonce=y'),
				'platform-protection-on',
				on('example.com', { kind: 'redirect' }),
			),
			example(
				'Vercel, by status',
				given(at401(['Set-Cookie', '_vercel_sso_nonce=<redacted:24>; Path=/'])),
				'platform-protection-on',
			),
			example(
				'Netlify’s password',
				given(password(['Server', 'Netlify'])),
				'platform-protection-on',
			),
			example('a password page', given(password()), 'platform-protection-on'),
			example(
				'Cloudflare Access',
				given(answered(''), 'https://team.cloudflareaccess.com/cdn-cgi/access/login/example.com'),
				'platform-protection-on',
			),
			example(
				'Cloudflare Access in front of an app',
				given(
					answered(''),
					'https://team.cloudflareaccess.com/cdn-cgi/access/login/app.example.com',
				),
				'not-applicable',
				on('app.example.com', { standing: 'guessed', kind: 'redirect' }),
			),
			example(
				'WooCommerce',
				given(html("<meta name='woo-coming-soon-page' content='yes'>")),
				'platform-protection-on',
			),
			example(
				'Elementor',
				given(html('', '<body class="home elementor-maintenance-mode">')),
				'platform-protection-on',
			),
			example(
				'another host',
				given(answered(''), 'https://www.example.com/'),
				'not-applicable',
				on('example.com', { kind: 'redirect' }),
			),
			example('an error', given(answered('', { status: 502 })), 'blocked'),
			example(
				'a bot wall',
				given(answered('<title>Just a moment...</title>', { status: 503 })),
				'unknown',
			),
			example(
				'no answer',
				{
					way: wayTo(null, []),
					first: blocked({ check: 'ssl/https', subject: 'example.com' }, ''),
				},
				'blocked',
			),
		];
	},
});

const SAMPLE: Site['context'] = {
	standing: 'apex',
	stage: 'production',
	kind: 'page',
	forms: 'no',
};

/** Every challenge as sent, cut; `null` where the answer is no 401 or has none. */
function schemeOf(answer: HttpAnswered | null): string | null {
	if (answer?.status !== 401) return null;
	const fields = fieldValues(answer, 'www-authenticate').filter((text) => text.trim() !== '');
	return fields.length === 0 ? null : fields.join(', ').slice(0, 120);
}

/** A sign-in in front of an app may be the product's own; a preview's protection never is. */
function isInTheWay(kind: GateKind, site: Site): boolean {
	return kind !== 'proxy' || purposeOf(site) === 'launch';
}

/** Why a password is no surprise there; `null` where it is. */
function meantToBeLocked(site: Site, answer: HttpAnswered, scheme: string): string | null {
	const purpose = purposeOf(site);
	if (purpose === 'api') return 'An API asks programs who they are.';
	if (purpose === 'app' && site.name !== site.apex)
		return 'It is meant for those who have an account.';
	const type = fieldValues(answer, 'content-type').at(-1) ?? '';
	const isForPrograms = !/^\s*(?:basic|digest|ntlm|negotiate)\b/i.test(scheme);
	return site.context.kind === 'api' && (isForPrograms || /\bjson\b/i.test(type))
		? 'It answers programs, and asks them who they are.'
		: null;
}

/** What else keeps us from seeing the site. */
function afterwards(answer: HttpAnswered, url: string, { name, context }: Site) {
	const wall = botWall(answer);
	if (wall !== null) return cannotSay('denied', `${url}: ${wall}`);
	const { status } = answer;
	if (status < 300 || (status < 500 && context.kind === 'api')) return null;
	if (status === 401 || status === 403) {
		return cannotSay('denied', `${url} answers ${status} and does not say what it asks for`);
	}
	return blockedBy({ check: 'redirects/chain', subject: name }, `${url} answers ${status}`);
}

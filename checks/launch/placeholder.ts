import {
	assetText,
	at,
	blockedBy,
	botWall,
	type ChainReport,
	cannotSay,
	chainReport,
	type DefaultIcon,
	defaultIcon,
	defaultNotFoundIn,
	defaultPageIn,
	defineCheck,
	type Fact,
	fieldValues,
	type HttpAnswered,
	httpAnswer,
	isApiName,
	known,
	optional,
	type RandomPath,
	randomPath,
	type Say,
	type Site,
	type SitePages,
	sitePages,
	sites,
	unclaimedIn,
	unknown,
	z,
} from '../../src/sdk.ts';
import { PLACEHOLDER_VERDICTS, type Unclaimed } from './_placeholder-verdicts.ts';
import { answered, HOME, wayTo } from './_samples.ts';
import { withoutAnswer } from './_way.ts';

export default defineCheck({
	id: 'launch/placeholder',
	title: 'Visitors see our own pages',
	rationale:
		'A welcome page of the web server or of a template says to every customer that nothing was launched; a page ' +
		'that says that nobody holds the name invites a stranger to take it.',
	references: [
		'Default pages of servers, platforms and project templates (November 2026)',
		'can-i-take-over-xyz (fingerprints; CC BY 4.0)',
	],
	reach: 'trust',
	layer: 'content',
	over: sites,
	options: z.object({}),

	verdicts: PLACEHOLDER_VERDICTS,

	appliesTo: ({ context, name }) =>
		context.kind !== 'redirect' || `${name} only leads to another host.`,
	needs: ({ subject: { name: host, login, seed } }) => ({
		way: chainReport({ url: `https://${host}/` }),
		plain: optional(chainReport({ url: `http://${host}/` })),
		first: optional(httpAnswer({ url: `https://${host}/` })),
		pages: optional(sitePages({ host, login })),
		random: optional(randomPath({ origin: `https://${host}`, seed })),
		icon: optional(defaultIcon({ host, login })),
	}),

	judge({ given, subject, say }) {
		const host = subject.name;
		const place = { kind: 'host', name: host } as const;
		const unclaimed = unclaimedAt([given.way, seenIn(given.plain)], host);
		if (unclaimed !== null) return at(place, say('unclaimed-host', unclaimed));
		const { answer, chain } = given.way;
		if (answer === null) return withoutAnswer(given.way, given.first, host);
		const url = chain.hops.at(-1)?.url ?? `https://${host}/`;
		const wall = botWall(answer);
		if (wall !== null) return cannotSay('denied', `${url}: ${wall}`);
		const scripts = (seenIn(given.pages)?.assets ?? []).flatMap((one) => assetText(one) ?? []);
		const page = defaultPageIn(answer, url, scripts);
		const obstacle = page === null ? obstacleAt(answer, url, subject) : null;
		if (obstacle !== null) return obstacle;
		const aside = subject.context.stage === 'staging' || isApiName(host);
		const first =
			page === null ? [] : [at(place, say('default-page', { ...page, host, url, aside }))];
		// Where nothing of the site is ours yet, its error page and its icon are part of that.
		const isOurs = page === null || page.how === 'title';
		const isForPeople = isOurs && !aside && subject.context.kind === 'page';
		const said = [...first, ...(isForPeople ? besideIt(given, host, say) : [])];
		return said.length > 0 ? said : say('own', { url });
	},

	examples: (example) => {
		const html = (title: string, body = '') =>
			answered(`<!doctype html><title>${title}</title>${body}`);
		const given = (
			answer: HttpAnswered | null,
			more: {
				scripts?: readonly string[];
				random?: HttpAnswered;
				icon?: DefaultIcon;
				plain?: HttpAnswered;
			} = {},
		) => ({
			way: wayTo(answer, []),
			plain: known(wayTo(more.plain ?? answered(''), [])),
			first: unknown('timeout', 'no answer') as Fact<HttpAnswered>,
			pages: known<SitePages>({
				pages: [],
				assets: (more.scripts ?? []).map((text, index) => ({
					url: `${HOME}${index}.js`,
					kind: 'script',
					answer: answered(text),
					unseen: null,
				})),
				passedOver: 0,
			}),
			random: known<RandomPath>({
				url: `${HOME}lr-0/deep`,
				report: wayTo(more.random ?? answered('<h1>Nothing here</h1>', { status: 404 }), []),
				status: 404,
				sketch: null,
				denied: null,
			}),
			icon: known(more.icon ?? null),
		});
		const own = html('Shop', '<p>Welcome');
		const nginx = html(
			'Welcome to nginx!',
			'<p>If you see this page, nginx is successfully installed and working.',
		);
		const on = (name: string, context: Partial<Site['context']>) => ({
			subject: {
				name,
				context: { standing: 'apex', stage: 'production', kind: 'page', forms: 'no', ...context },
			} as const,
		});
		return [
			example('a page of its own', given(own), 'own'),
			example('nginx', given(nginx), 'default-page'),
			example(
				'nginx on an API host',
				given(nginx),
				'default-page',
				on('api.example.com', { kind: 'api' }),
			),
			example('the title of nginx alone', given(html('Welcome to nginx!', 'to our course')), 'own'),
			example(
				'Apache',
				given(answered('<html><body><h1>It works!</h1></body></html>')),
				'default-page',
			),
			example('Create Next App', given(html('Create Next App')), 'default-page'),
			example(
				'Vite with its words in a script',
				given(html('Vite + React', `<div id=root></div>${'x'.repeat(300)}`), {
					scripts: ['"Click on the Vite and React logos to learn more"'],
				}),
				'default-page',
			),
			example(
				'a title that was left',
				given(html('React App', `<p>${'Our shop. '.repeat(40)}`)),
				'default-page',
			),
			example(
				'Angular',
				given(html('shop'), { scripts: ['"Congratulations! Your app is running."'] }),
				'default-page',
			),
			example(
				'GitHub Pages',
				given(answered("<p>There isn't a GitHub Pages site here.", { status: 404 })),
				'unclaimed-host',
			),
			example(
				'a bucket, over HTTP alone',
				given(null, {
					plain: answered('<Error><Code>NoSuchBucket</Code></Error>', { status: 404 }),
				}),
				'unclaimed-host',
			),
			example(
				'a page about it',
				given(html('Help', "<p>There isn't a GitHub Pages site here.")),
				'own',
			),
			example(
				'the error page of nginx',
				given(own, {
					random: answered('<h1>404 Not Found</h1></center>\n<hr><center>nginx</center>', {
						status: 404,
					}),
				}),
				'default-not-found',
			),
			example(
				'the icon of Vite',
				given(own, { icon: { url: `${HOME}vite.svg`, template: 'Vite' } }),
				'default-favicon',
			),
			example('an error', given(answered('', { status: 500 })), 'blocked'),
			example('a password', given(answered('', { status: 401 })), 'unknown'),
			example('an API', given(answered('{}')), 'own', on('api.example.com', { kind: 'api' })),
			example(
				'an API without a root',
				given(answered('{}', { status: 404 })),
				'own',
				on('api.example.com', { kind: 'api' }),
			),
			example(
				'an API that asks who is there',
				given(
					answered('{"error":"unauthorized"}', {
						status: 401,
						headers: [['Content-Type', 'application/json']],
					}),
				),
				'own',
				on('api.example.com', { kind: 'api' }),
			),
			example(
				'an API behind a password of its server',
				given(
					answered('<h1>401 Authorization Required</h1>', {
						status: 401,
						headers: [['Content-Type', 'text/html']],
					}),
				),
				'unknown',
				on('api.example.com', { kind: 'api' }),
			),
			example(
				'an API that refuses us',
				given(
					answered('{"message":"Forbidden"}', {
						status: 403,
						headers: [['Content-Type', 'application/json']],
					}),
				),
				'unknown',
				on('api.example.com', { kind: 'api' }),
			),
			example(
				'a bot wall',
				given(answered('<title>Just a moment...</title>', { status: 503 })),
				'unknown',
			),
			example('no answer', given(null), 'unknown'),
		];
	},
});

function seenIn<T>(fact: Fact<T>): T | null {
	return fact.status === 'known' ? fact.value : null;
}

/**
 * Why the page itself was not seen; `null` where it was, and for an API, whose root may be missing, and which
 * asks programs who they are in its own words.
 */
function obstacleAt(answer: HttpAnswered, url: string, { name, context }: Site) {
	const { status } = answer;
	if (status < 400) return null;
	if (context.kind === 'api' && status === 401 && isJson(answer)) return null;
	if (status === 401 || status === 403) {
		return cannotSay('denied', `${url} answers ${status}: what stands behind it was not seen`);
	}
	return context.kind === 'api' && status < 500
		? null
		: blockedBy({ check: 'redirects/chain', subject: name }, `${url} answers ${status}`);
}

function isJson(answer: HttpAnswered): boolean {
	return /\bjson\b/i.test(fieldValues(answer, 'content-type').at(-1) ?? '');
}

function unclaimedAt(reports: readonly (ChainReport | null)[], host: string): Unclaimed | null {
	for (const report of reports) {
		const answer = report?.answer ?? null;
		const found = answer === null ? null : unclaimedIn(answer, host);
		if (answer !== null && found !== null) {
			const url = report?.chain.hops.at(-1)?.url ?? `https://${host}/`;
			return { host, url, status: answer.status, ...found };
		}
	}
	return null;
}

/** What visitors of a page of our own still see of others. */
function besideIt(
	{ random, icon }: { random: Fact<RandomPath>; icon: Fact<DefaultIcon | null> },
	host: string,
	say: Say<typeof PLACEHOLDER_VERDICTS>,
) {
	const notFound = defaultNotFoundAt(random);
	const found = seenIn(icon);
	return [
		...(notFound === null ? [] : [say('default-not-found', { host, ...notFound })]),
		...(found === null ? [] : [say('default-favicon', found)]),
	];
}

function defaultNotFoundAt(random: Fact<RandomPath>): { url: string; name: string } | null {
	const seen = seenIn(random);
	const answer = seen?.report.answer ?? null;
	const name = answer === null ? null : defaultNotFoundIn(answer);
	return seen === null || seen.denied !== null || name === null ? null : { url: seen.url, name };
}

import {
	at,
	blockedBy,
	cannotSay,
	defineCheck,
	type Fact,
	type Hop,
	known,
	type LostPost,
	lostPosts,
	MATRIX_QUERY,
	type MatrixWalk,
	optional,
	type QueryChange,
	type RandomPath,
	type RedirectChain,
	type RedirectMatrix,
	randomPath,
	randomPathOf,
	redirectMatrix,
	type ToldSite,
	toldSites,
	unknown,
	z,
} from '../../src/sdk.ts';
import { type Loss, lossesIn } from './_losses.ts';
import { PRESERVATION_VERDICTS } from './_preservation-verdicts.ts';
import { chain, failedHop, HTML, hop } from './_samples.ts';
import { hostOf } from './_tags.ts';

export default defineCheck({
	id: 'redirects/preservation',
	title: 'Redirects hand on the whole address: path, query and method',
	rationale:
		'A redirect that drops the path sends every old link to the start page; one that drops the query makes paid ' +
		'clicks count as direct visits.',
	references: [
		'RFC 9110 §15.4 (redirection), §15.4.2 and §15.4.3 (301 and 302 may change POST to GET)',
		'RFC 3986 §3.4 (query)',
	],
	reach: 'trust',
	layer: 'server',
	over: toldSites,
	options: z.object({}),
	verdicts: PRESERVATION_VERDICTS,
	appliesTo: ({ name, context }) =>
		context.kind === 'api' ? `${name} serves programs, whose addresses nobody bookmarks.` : true,
	needs: ({ subject: { name, seed, endpoints } }) => ({
		matrix: redirectMatrix({ host: name, seed }),
		control: optional(randomPath({ origin: `https://${name}`, seed })),
		posts: optional(lostPosts({ host: name, endpoints: [...endpoints] })),
	}),
	judge({ given, subject, say }) {
		const { matrix, control, posts } = given;
		const { name, siblings, context } = subject;
		const guessed = context.standing === 'guessed';
		const lower = guessed || context.stage === 'staging';
		const losses = lossesIn(matrix, { host: name, siblings, guessed }).map((loss) => {
			const { change, from, to, uncontrolled } = loss;
			const args = { subject: name, lower, from, to };
			const place = { kind: 'url' as const, name: placeOf(loss) };
			if (change === null) return at(place, say('path-lost', { ...args, uncontrolled }));
			const { how, names } = change;
			return at(
				place,
				how === 'lost'
					? say('query-lost', { ...args, names, how: 'lost' })
					: say('query-changed', { ...args, names, how: WORDS[how](names.join(', ')) }),
			);
		});
		const dropped = posts.status === 'known' ? posts.value : [];
		const methods = dropped.map((one) =>
			at({ kind: 'url', name: one.url }, say('method-lost', { subject: name, lower, ...one })),
		);
		const found = [...losses, ...methods];
		const rest = unseenPart(matrix, control, subject);
		if (rest !== null) return [...found, rest];
		if (found.length > 0) return found;
		return say('kept', { host: name, redirects: redirectsIn(matrix) });
	},
	examples: (example) => {
		const home = 'https://example.com/';
		const seed = '0'.repeat(16);
		const deep = `https://example.com${randomPathOf(seed)}`;
		const walk = (path: MatrixWalk['path'], withQuery: boolean, ...hops: Hop[]): MatrixWalk => ({
			scheme: hops[0]?.url.startsWith('http:') ? 'http' : 'https',
			path,
			url: hops[0]?.url ?? '',
			withQuery,
			chain: known(chain('settled', ...hops)),
		});
		const seen = (status: number, denied: string | null = null): Fact<RandomPath> =>
			known({
				url: deep,
				report: {
					chain: chain('settled', hop(deep, status)),
					withCookies: null,
					answer: { ...HTML, status },
					unsureSilence: false,
				},
				status,
				sketch: null,
				denied,
			});
		const given = (
			walks: MatrixWalk[],
			more: { control?: Fact<RandomPath>; posts?: Fact<readonly LostPost[]> } = {},
		) => ({
			matrix: { host: 'example.com', walks } satisfies RedirectMatrix,
			control: seen(404),
			posts: known([]),
			...more,
		});
		const root = walk('root', false, hop('http://example.com/', 301, home), hop(home, 200));
		const plain = deep.replace('https:', 'http:');
		const lost = walk('deep', false, hop(plain, 301, home), hop(home, 200));
		const page = (to: string) =>
			walk('known', false, hop('http://example.com/shop', 301, to), hop(to, 200));
		const asked = `${plain}?${MATRIX_QUERY}`;
		const arrives = (query: string) => {
			const to = `${deep}${query}`;
			return given([root, walk('deep', true, hop(asked, 301, to), hop(to, 404))]);
		};
		const guessed = {
			subject: {
				name: 'example.com',
				context: {
					standing: 'guessed' as const,
					stage: 'production' as const,
					kind: 'page' as const,
					forms: 'no' as const,
				},
			},
		};
		return [
			example('no redirects', given([walk('root', false, hop(home, 200))]), 'kept'),
			example('all of it arrives', arrives(`?${MATRIX_QUERY}`), 'kept'),
			example('a plus for the space', arrives('?utm_source=a&gclid=b+c&x=1&x=2'), 'kept'),
			example('something added', arrives(`?lang=en&${MATRIX_QUERY}`), 'kept'),
			example('the deep path goes home', given([root, lost, page(home)]), 'path-lost'),
			example('no page to compare with', given([root, lost]), 'path-lost'),
			example(
				'only missing pages go home',
				given([root, lost, page('https://example.com/shop')]),
				'kept',
			),
			example(
				'missing pages go home on one origin',
				given([root, walk('deep', false, hop(deep, 302, '/'), hop(home, 200))]),
				'kept',
			),
			example(
				'the path goes on in a parameter',
				given([
					root,
					walk(
						'deep',
						false,
						hop(plain, 302, `${home}?next=${encodeURIComponent(randomPathOf(seed))}`),
						hop(`${home}?next=${encodeURIComponent(randomPathOf(seed))}`, 200),
					),
				]),
				'kept',
			),
			example(
				'a host that was tried leads to one page of another',
				given([
					walk('root', false, hop(home, 301, 'https://www.example.com/'), hop(WWW, 200)),
					walk('deep', false, hop(deep, 301, 'https://www.example.com/'), hop(WWW, 200)),
				]),
				'kept',
				guessed,
			),
			example(
				'a sign-in host',
				given([
					walk('root', false, hop(home, 302, ACCOUNTS), hop(ACCOUNTS, 200)),
					walk('deep', false, hop(deep, 302, ACCOUNTS), hop(ACCOUNTS, 200)),
				]),
				'kept',
			),
			example('the query is gone', arrives(''), 'query-lost'),
			example('one parameter is gone', arrives('?gclid=b%20c&x=1&x=2'), 'query-lost'),
			example('only an own parameter is gone', arrives('?utm_source=a&gclid=b%20c'), 'query-lost'),
			example(
				'a page in another language without the query',
				given([
					walk('root', true, hop(`${home}?${MATRIX_QUERY}`, 302, '/en'), hop(`${home}en`, 200)),
				]),
				'query-lost',
			),
			example('twice', arrives(`?${MATRIX_QUERY}&${MATRIX_QUERY}`), 'query-changed'),
			example('merged', arrives('?utm_source=a&gclid=b%20c&x=2'), 'query-changed'),
			example('in another order', arrives('?x=1&x=2&utm_source=a&gclid=b%20c'), 'query-changed'),
			example('encoded twice', arrives('?utm_source=a&gclid=b%2520c&x=1&x=2'), 'query-changed'),
			example(
				'with a bare space',
				given([
					walk(
						'deep',
						true,
						hop(asked, 301, `${deep}?utm_source=a&gclid=b c&x=1&x=2`),
						hop(`${deep}?${MATRIX_QUERY}`, 404),
					),
				]),
				'query-changed',
			),
			example(
				'a form that is redirected',
				given([root], {
					posts: known([{ url: 'http://example.com/join', to: `${home}join`, status: 301 }]),
				}),
				'method-lost',
			),
			example('a bot wall', given([root], { control: seen(403, 'a challenge') }), 'unknown'),
			example('asked too often', given([walk('root', false, hop(home, 429))]), 'unknown'),
			example(
				'one walk not made',
				given([root, { ...lost, chain: unknown('budget', 'enough') }]),
				'unknown',
			),
			example(
				'a circle',
				given([{ ...lost, chain: known(chain('loop', hop(plain, 301, plain))) }]),
				'blocked',
			),
			example(
				'nothing answers',
				given([{ ...lost, chain: known(chain('failed', failedHop(plain, 'refused'))) }]),
				'blocked',
			),
		];
	},
});

const WWW = 'https://www.example.com/';
const ACCOUNTS = 'https://accounts.example.com/';

const WORDS: Readonly<Record<Exclude<QueryChange['how'], 'lost'>, (names: string) => string>> = {
	doubled: (names) => `${names} arrives more than once`,
	merged: (names) => `of the values of ${names}, not all arrive`,
	changed: (names) => `${names} arrives with another value`,
	reordered: (names) =>
		names === ''
			? 'its parameters arrive in another order'
			: `the values of ${names} change places`,
	decoded: (names) => `${names} arrives with characters that must be percent-encoded`,
};

/** Without what is random in it, so that a finding is the same on every run. */
function placeOf({ from, to }: Loss): string {
	return `${new URL(from).origin}/ → ${new URL(to).origin}/`;
}

function redirectsIn({ walks }: RedirectMatrix): number {
	const known = walks.flatMap(({ chain: one }) => (one.status === 'known' ? [one.value] : []));
	return known.reduce((sum, { hops }) => sum + hops.length - 1, 0);
}

/** Why not everything was seen; `null` where it was. */
function unseenPart({ walks }: RedirectMatrix, control: Fact<RandomPath>, { name }: ToldSite) {
	const missing = walks.map(({ chain: one }) => one).find(({ status }) => status !== 'known');
	if (missing?.status === 'unknown') return cannotSay(missing.because, missing.detail);
	if (missing?.status === 'blocked') return blockedBy(missing.by, missing.detail);
	const hops = walks.flatMap(({ chain: one }) => (one.status === 'known' ? one.value.hops : []));
	const answered = hops.filter(({ url, status }) => status !== null && hostOf(url) === name);
	if (answered.length === 0) {
		return blockedBy({ check: 'ssl/https', subject: name }, `${name} does not answer`);
	}
	const lost = walks.find(({ chain: one }) => one.status === 'known' && isAstray(one.value));
	if (lost !== undefined) {
		const words = `the redirects from ${lost.url} come to no page`;
		return blockedBy({ check: 'redirects/chain', subject: name }, words);
	}
	const busy = hops.find(({ status }) => status === 429);
	if (busy !== undefined) {
		return cannotSay('denied', `${busy.url}: it asks us to slow down (429)`);
	}
	const wall = control.status === 'known' && isAtHost(control.value, name) ? control.value : null;
	if (wall === null) return null;
	if (wall.denied !== null) return cannotSay('denied', `${wall.url}: ${wall.denied}`);
	return wall.status === 403
		? cannotSay('denied', `${wall.url} answers 403, perhaps only to us`)
		: null;
}

/** It did not leave the host, so that whoever answered speaks for its redirects. */
function isAtHost({ report }: RandomPath, name: string): boolean {
	return report.chain.hops.every(({ url }) => hostOf(url) === name);
}

/** The redirects are broken, so that nothing can be said of what they hand on. */
function isAstray({ end }: RedirectChain): boolean {
	return end === 'loop' || end === 'too-long' || end.startsWith('location-');
}

import {
	at,
	blocked,
	blockedBy,
	type CanonicalSurvey,
	cannotSay,
	canonicalSurvey,
	defineCheck,
	doesNotApply,
	type Fact,
	type Host,
	hosts,
	isRegistrable,
	known,
	optional,
	readPage,
	type TwinUrls,
	unknown,
	z,
} from '../../src/sdk.ts';
import { CANONICAL_VERDICTS } from './_canonical-verdicts.ts';
import { canonicalSet, disagreements, hostOf, mixedLinks, twinOf } from './_tags.ts';

export default defineCheck({
	id: 'redirects/canonical',
	title: 'The site has one address, and says the same one everywhere',
	rationale:
		'Two addresses with the same content split log-ins, cookies, caches and search ranking between them.',
	references: ['RFC 6596 (the canonical link relation)', 'sitemaps.org protocol'],
	reach: 'trust',
	layer: 'content',
	over: hosts,
	options: z.object({
		/** The host that visitors of the audited name must end on. */
		host: z.string().toLowerCase().optional(),
	}),
	verdicts: CANONICAL_VERDICTS,
	needs: ({ subject }) => ({
		own: canonicalSurvey({ host: subject.name }),
		twin: optional(
			canonicalSurvey({ host: hasTwin(subject) ? twinOf(subject.name) : subject.name }),
		),
		home: optional(canonicalSurvey({ host: subject.apex })),
	}),
	judge({ given, subject, options, say }) {
		const { own, twin } = given;
		const host = subject.name;
		const { url, page } = own;
		const lower = subject.context.stage === 'staging';
		const isPair = host === subject.apex || host === `www.${subject.apex}`;
		const unexpected =
			options.host !== undefined && isPair && hostOf(url) !== options.host
				? [say('unexpected-host', { host, url, expected: options.host, lower })]
				: [];
		const obstacle = obstacleIn(own, host);
		if (obstacle !== null) return [...unexpected, obstacle];
		if (!isJudgedHere(own, subject.name, subject.apex)) {
			return unexpected.length > 0 ? unexpected : say('leads-on', { host, url });
		}
		const set = page === null ? [] : canonicalSet(page);
		const mixed = mixedLinks(own);
		const { two, rest } = beside(subject, own, twin);
		const found = [
			...unexpected,
			...(two === null
				? []
				: [say('two-hosts-answer', { host, twin: twinOf(host), lower, ...two })]),
			...disagreements(own, host === subject.apex ? null : homeOf(given.home))
				.filter(({ says }) => two?.agreed == null || hostOf(says) !== two.agreed)
				.map(({ tag, says }) =>
					at(
						{ kind: 'url', name: `${url} (${tag})` },
						say('tags-disagree', { host, url, tag, tagSays: says, lower }),
					),
				),
			...(set.length > 1 ? [say('several-tags', { host, url, urls: set, lower })] : []),
			...(['plain', 'twin'] as const)
				.filter((how) => mixed[how].length > 0)
				.map((how) =>
					at(
						{ kind: 'url', name: `${url} (${how})` },
						say('mixed-links', {
							host,
							url,
							how,
							lower,
							count: mixed[how].length,
							example: mixed[how][0] ?? '',
						}),
					),
				),
			...(own.twins === null ? [] : [say('twin-urls', { ...own.twins, lower })]),
		];
		if (rest !== null) return [...found, rest];
		return found.length > 0 ? found : say('one-address', { host, url });
	},
	examples: (example) => {
		const given = (own: CanonicalSurvey, twin: Fact<CanonicalSurvey> = NO_TWIN) => ({
			own,
			twin,
			home: known(surveyed(HOME, '')),
		});
		const serving = (html: string, more: Partial<CanonicalSurvey> = {}) =>
			given(surveyed(HOME, html, more));
		const www = {
			subject: {
				name: 'www.example.com',
				context: { standing: 'www' as const, stage: 'production' as const },
			},
		};
		const app = {
			subject: {
				name: 'app.example.com',
				context: { standing: 'guessed' as const, stage: 'production' as const },
			},
		};
		const canonical = (url: string) => `<link rel=canonical href="${url}">`;
		return [
			example('a page that says nothing', serving('<p>Shop'), 'one-address'),
			example('its own canonical', serving(canonical(HOME)), 'one-address'),
			example('www leads to the apex', given(surveyed(HOME, canonical(HOME))), 'leads-on', www),
			example('an API', given({ ...surveyed(HOME, ''), page: null }), 'not-applicable'),
			example(
				'another party’s page',
				given({ ...surveyed('https://example.net/', ''), page: null, foreign: true }),
				'not-applicable',
			),
			example('an error', given({ ...surveyed(HOME, ''), page: null, status: 500 }), 'blocked'),
			example(
				'a bot wall',
				given({ ...surveyed(HOME, ''), denied: 'a challenge (403)' }),
				'unknown',
			),
			example(
				'www answers too',
				given(surveyed(HOME, ''), known(surveyed(WWW, ''))),
				'two-hosts-answer',
			),
			example('www not seen', given(surveyed(HOME, ''), unknown('timeout', 'late')), 'unknown'),
			example(
				'www behind a gatekeeper',
				given(surveyed(HOME, ''), known({ ...surveyed(WWW, ''), page: null, denied: '403' })),
				'unknown',
			),
			example(
				'www answers too, both name the apex',
				given(surveyed(HOME, canonical(HOME)), known(surveyed(WWW, canonical(HOME)))),
				'two-hosts-answer',
			),
			example(
				'www redirects here',
				given(surveyed(HOME, ''), known(surveyed(HOME, ''))),
				'one-address',
			),
			example('the configured host', serving(''), 'one-address', {
				options: { host: 'example.com' },
			}),
			example('another host', serving(''), 'unexpected-host', {
				options: { host: 'www.example.com' },
			}),
			example(
				'the configured host, which leads away',
				given(surveyed(HOME, '')),
				'unexpected-host',
				{
					...www,
					options: { host: 'www.example.com' },
				},
			),
			example('canonical on www', serving(canonical(WWW)), 'tags-disagree'),
			example('canonical on http', serving(canonical('http://example.com/')), 'tags-disagree'),
			example(
				'the home page under another name, which says so',
				given(surveyed(APP, canonical(HOME))),
				'one-address',
				app,
			),
			example(
				'another name whose canonical leads to plain http',
				given(surveyed(APP, canonical('http://example.com/'))),
				'tags-disagree',
				app,
			),
			example(
				'another name whose canonical leads to a third',
				given(surveyed(APP, canonical(WWW))),
				'tags-disagree',
				app,
			),
			example(
				'www answers and names the apex',
				given(surveyed(WWW, canonical(HOME))),
				'one-address',
				www,
			),
			example(
				'og:url on localhost',
				serving('<meta property="og:url" content="http://localhost:3000">'),
				'tags-disagree',
			),
			example(
				'alternates on other domains',
				serving('<link rel=alternate hreflang=de href="https://example.net/">'),
				'one-address',
			),
			example(
				'alternates on www',
				serving(`<link rel=alternate hreflang=de href="${WWW}de">`),
				'tags-disagree',
			),
			example('sitemap on www', serving('', { sitemap: [`${HOME}a`, `${WWW}b`] }), 'tags-disagree'),
			example(
				'sitemap with a blog host',
				serving('', { sitemap: ['https://blog.example.com/'] }),
				'one-address',
			),
			example('two equal canonicals', serving(canonical(HOME).repeat(2)), 'one-address'),
			example(
				'two canonicals',
				serving(canonical(HOME) + canonical(`${HOME}home`)),
				'several-tags',
			),
			example('own links by http', serving('<a href="http://example.com/a">'), 'mixed-links'),
			example('own links to www', serving(`<a href="${WWW}a">`), 'mixed-links'),
			example('links to others by http', serving('<a href="http://example.net/a">'), 'one-address'),
			example('with and without slash', serving('', { twins: SLASH }), 'twin-urls'),
			example(
				'in upper and lower case',
				serving('', { twins: { ...SLASH, how: 'case' } }),
				'twin-urls',
			),
		];
	},
});

/** Why there is no page to judge. */
function obstacleIn({ url, status, foreign, denied, page }: CanonicalSurvey, host: string) {
	if (foreign) return doesNotApply(`${url} is another party's.`);
	if (denied !== null) return cannotSay('denied', denied);
	if (page !== null) return null;
	if (status < 400) return doesNotApply(`${url} is no HTML page.`);
	return blockedBy({ check: 'redirects/chain', subject: host }, `${url} answers ${status}`);
}

/** The page is judged where it lives; where a host leads to one that nobody audits, at the apex. */
function isJudgedHere({ url }: CanonicalSurvey, host: string, apex: string): boolean {
	const there = hostOf(url);
	return there === host || (host === apex && !(isRegistrable(apex) && there === twinOf(apex)));
}

/** Where visitors of the audited name end, if that is a page of its own. */
function homeOf(home: Fact<CanonicalSurvey>): string | null {
	return home.status === 'known' && home.value.page !== null ? home.value.url : null;
}

/** Only a registrable name is expected to answer under www as well. */
function hasTwin({ name, apex }: Host): boolean {
	return name === apex && isRegistrable(name);
}

/** What the twin of a bare name says about it, and why that was not seen. */
function beside(subject: Host, own: CanonicalSurvey, twin: Fact<CanonicalSurvey>) {
	if (!hasTwin(subject)) return { two: null, rest: null };
	const two = twoHosts(own, twin);
	return { two, rest: two === null ? unseenTwin(twin) : null };
}

/** Whether both of a pair answer themselves, and which name both pages agree on. */
function twoHosts(
	own: CanonicalSurvey,
	twin: Fact<CanonicalSurvey>,
): { agreed: string | null } | null {
	if (twin.status !== 'known' || own.page === null || twin.value.page === null) return null;
	const host = hostOf(own.url);
	if (hostOf(twin.value.url) !== twinOf(host)) return null;
	const names = [own.page, twin.value.page].map((page) => canonicalSet(page).map(hostOf));
	const [mine = [], theirs = []] = names;
	const [only] = mine;
	const agree = mine.length === 1 && theirs.length === 1 && only === theirs[0];
	return { agreed: agree ? (only ?? null) : null };
}

/** Whether www answers as well was not seen; a twin without an address or HTTPS does not. */
function unseenTwin(twin: Fact<CanonicalSurvey>) {
	if (twin.status === 'unknown') return cannotSay(twin.because, twin.detail, 'high');
	const denied = twin.status === 'known' ? twin.value.denied : null;
	return denied === null ? null : cannotSay('denied', denied, 'high');
}

const HOME = 'https://example.com/';
const WWW = 'https://www.example.com/';
const APP = 'https://app.example.com/';
const NO_TWIN = blocked(
	{ check: 'dns/resolution', subject: 'www.example.com' },
	'www.example.com has no address',
);
const SLASH: TwinUrls = { one: `${HOME}shop`, other: `${HOME}shop/`, how: 'slash' };

function surveyed(url: string, html: string, more: Partial<CanonicalSurvey> = {}): CanonicalSurvey {
	const page = readPage(html, url);
	return {
		url,
		status: 200,
		foreign: false,
		denied: null,
		page,
		sitemap: [],
		twins: null,
		...more,
	};
}

import {
	blocked,
	blockedBy,
	botWall,
	type CanonicalSurvey,
	type ChainReport,
	cannotSay,
	canonicalSurvey,
	chainReport,
	defineCheck,
	doesNotApply,
	type Fact,
	fieldValues,
	type HttpAnswered,
	known,
	minutes,
	type OldUrl,
	oldUrlList,
	optional,
	ownedBy,
	pageIn,
	type RedirectChain,
	type ToldHost,
	toldHosts,
	unknown,
	z,
} from '../../src/sdk.ts';
import { isApi, whatIsExposed } from './_exposure.ts';
import { STEP_LOWER, upgradeFix } from './_rules.ts';
import { answered, chain, failedHop, HTML, hop, JSON_ANSWER, PASSWORD } from './_samples.ts';

interface Stays {
	readonly host: string;
	readonly end: string;
	readonly status: number;
	/** What makes it a blocker. */
	readonly exposes: string | null;
	readonly downgraded: boolean;
	readonly staging: boolean;
}

interface Closed {
	readonly host: string;
	readonly how: string;
	/** Why plain URLs matter here. */
	readonly used: string | null;
	readonly staging: boolean;
}

export default defineCheck({
	id: 'redirects/https-upgrade',
	title: 'Visitors who come by plain HTTP are sent to HTTPS',
	rationale:
		'Old links, printed addresses and some programs say http. What is answered there can be read and ' +
		'changed on the way, and search engines see a second site.',
	references: ['RFC 9110 §15.4 (redirection)', 'RFC 6797 §7.2 (HTTP requests to an HSTS host)'],
	reach: 'sign-in',
	layer: 'server',
	over: toldHosts,
	options: z.object({}),
	verdicts: {
		upgrades: {
			outcome: 'pass',
			says: (a: { host: string; to: string }) => `http://${a.host}/ is sent to ${a.to}.`,
		},
		'answers-no-pages': {
			outcome: 'pass',
			says: (a: { host: string; status: number }) =>
				`http://${a.host}/ answers ${a.status} to everything, as suits an API.`,
		},
		missing: {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high', 'later'],
				pick: (a: Stays) => {
					const production = a.exposes === null ? 'high' : 'blocker';
					return a.staging ? STEP_LOWER[production] : production;
				},
			},
			effort: minutes(15),
			says: (a: Stays) =>
				`Visitors of http://${a.host}/ stay on plain HTTP: ${a.end} answers ${a.status} without a redirect to HTTPS${a.exposes === null ? '' : `, and ${a.exposes}`}.`,
			impact:
				'Browsers show "Not secure", and everything typed or sent there can be read by anybody on the way.',
			fix: (a: Stays) => upgradeFix(a.host),
			control: 'The redirects were followed to their end by GET, as a browser does.',
			reproduce: (a: Stays) => `curl -sIL http://${a.host}/`,
			cause: (a: Stays) =>
				a.downgraded ? 'redirects/chain/downgrade' : 'redirects/https-upgrade/missing',
		},
		'port-closed': {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later', 'info'],
				pick: (a: Closed) => {
					const production = a.used === null ? 'later' : 'high';
					return a.staging ? STEP_LOWER[production] : production;
				},
			},
			effort: minutes(15),
			says: (a: Closed) =>
				`Nothing answers plain HTTP on port 80 of ${a.host} (${a.how}), while HTTPS works${a.used === null ? '' : `; ${a.used}`}.`,
			impact:
				'Whoever follows an old http:// link, or types the name into a program that tries HTTP first, gets an error.',
			fix: (a: Closed) => upgradeFix(a.host),
			control: 'HTTPS of the same host answered from here in the same minute.',
			reproduce: (a: Closed) => `curl -sI --max-time 10 http://${a.host}/`,
		},
	},
	needs: ({ subject }) => ({
		plain: chainReport({ url: `http://${subject.name}/` }),
		secure: optional(chainReport({ url: `https://${subject.name}/` })),
		survey: optional(canonicalSurvey({ host: subject.name })),
		oldUrls: optional(
			oldUrlList({ path: subject.oldUrls, domain: subject.apex, owned: ownedBy(subject) }),
		),
	}),
	judge({ given, subject, say }) {
		const { plain, secure } = given;
		const host = subject.name;
		const staging = subject.context.stage === 'staging';
		const arrival = arrivalOf(plain.chain);
		switch (arrival.kind) {
			case 'upgraded':
				return say('upgrades', { host, to: arrival.url });
			case 'unresolved':
				return blockedBy({ check: 'dns/resolution', subject: host }, `${host} has no address`);
			case 'closed':
				return (
					withoutSecure(secure, host) ??
					say('port-closed', {
						host,
						how: arrival.how,
						used: useOfPlain(given, subject),
						staging,
					})
				);
			case 'elsewhere':
				return doesNotApply(`http://${host}/ leads to ${arrival.url}, which is another party's.`);
			case 'astray':
				return blockedBy(
					{ check: 'redirects/chain', subject: host },
					`the redirects from http://${host}/ never reach a page`,
				);
			case 'stays':
				break;
		}
		const { answer } = plain;
		if (answer === null) return cannotSay('inconclusive', `${arrival.url} was not seen again`);
		const wall = botWall(answer);
		if (wall !== null) return cannotSay('denied', `${arrival.url}: ${wall}`, 'high');
		if (answer.status === 403 && isRefused(secure)) {
			return cannotSay('denied', `${arrival.url} answers 403, perhaps only to us`, 'high');
		}
		if (isRefusingApi(answer, secure, host)) {
			return say('answers-no-pages', { host, status: answer.status });
		}
		return say('missing', {
			host,
			end: arrival.url,
			status: answer.status,
			exposes: whatIsExposed(answer, arrival.url),
			downgraded: arrival.downgraded,
			staging,
		});
	},
	examples: (example) => {
		const given = (plain: RedirectChain, answer: HttpAnswered | null = null, secure = HTML) => ({
			plain: { chain: plain, withCookies: null, answer, unsureSilence: false },
			secure: known({
				chain: chain('settled', hop('https://example.com/', secure.status)),
				withCookies: null,
				answer: secure,
				unsureSilence: false,
			}),
			survey: NO_SURVEY,
			oldUrls: known({ urls: [], unread: [] }),
		});
		const closed = given(chain('failed', failedHop('http://example.com/', 'refused')));
		const surveyed = (sitemap: readonly string[]): Fact<CanonicalSurvey> =>
			known({
				url: 'https://example.com/',
				status: 200,
				foreign: false,
				denied: null,
				page: null,
				sitemap,
				twins: null,
			});
		const stays = (answer: HttpAnswered, secure = HTML) =>
			given(chain('settled', hop('http://example.com/', answer.status)), answer, secure);
		const staging = {
			subject: {
				name: 'staging.example.com',
				context: { standing: 'named' as const, stage: 'staging' as const },
			},
		};
		const failed = (how: 'refused' | 'silent' | 'no-such-host') =>
			given(chain('failed', failedHop('http://example.com/', how)));
		return [
			example(
				'one hop',
				given(
					chain(
						'settled',
						hop('http://example.com/', 308, 'https://example.com/'),
						hop('https://example.com/', 200),
					),
				),
				'upgrades',
			),
			example('a page', stays(HTML), 'missing'),
			example('a page with a password field', stays(answered(PASSWORD)), 'missing'),
			example('a page that sets a session cookie', stays(answered('', 'sessionid=1')), 'missing'),
			example('a page on staging', stays(HTML), 'missing', staging),
			example('an error page', stays({ ...HTML, status: 404 }), 'missing'),
			example(
				'an API that refuses',
				stays({ ...JSON_ANSWER, status: 403 }, JSON_ANSWER),
				'answers-no-pages',
			),
			example('an API that answers', stays(JSON_ANSWER, JSON_ANSWER), 'missing'),
			example('a bot wall', stays({ ...HTML, status: 429 }), 'unknown'),
			example(
				'refused on either scheme',
				stays({ ...HTML, status: 403 }, { ...HTML, status: 403 }),
				'unknown',
			),
			example('refused by plain HTTP alone', stays({ ...HTML, status: 403 }), 'missing'),
			example('port 80 refused', failed('refused'), 'port-closed'),
			example('port 80 silent', failed('silent'), 'port-closed'),
			example(
				'port 80 refused, own links say http',
				given(
					chain('failed', failedHop('http://example.com/', 'refused')),
					null,
					answered('<a href="http://example.com/shop">'),
				),
				'port-closed',
			),
			example(
				'port 80 refused, the sitemap says http',
				{ ...closed, survey: surveyed(['http://example.com/shop']) },
				'port-closed',
			),
			example(
				'port 80 refused, old URLs say http',
				{
					...closed,
					oldUrls: known({
						urls: [{ line: 1, url: 'http://example.com/old', target: null }],
						unread: [],
					}),
				},
				'port-closed',
			),
			example('no address', failed('no-such-host'), 'blocked'),
			example(
				'neither port answers',
				{
					...failed('refused'),
					secure: blocked({ check: 'ssl/https', subject: 'example.com' }, 'refused'),
				},
				'blocked',
			),
			example(
				'to another party',
				given(
					chain(
						'leaves-domain',
						hop('http://example.com/', 301, 'http://parking.test/'),
						hop('http://parking.test/', 200),
					),
				),
				'not-applicable',
			),
			example(
				'a circle of plain URLs',
				given(chain('loop', hop('http://example.com/', 302, '/'))),
				'blocked',
			),
			example(
				'back from HTTPS to HTTP',
				given(
					chain(
						'settled',
						hop('http://example.com/', 301, 'https://example.com/'),
						hop('https://example.com/', 302, 'http://example.com/a'),
						hop('http://example.com/a', 200),
					),
					HTML,
				),
				'missing',
			),
		];
	},
});

type Arrival =
	| { readonly kind: 'upgraded' | 'elsewhere' | 'astray'; readonly url: string }
	| { readonly kind: 'stays'; readonly url: string; readonly downgraded: boolean }
	| { readonly kind: 'unresolved' }
	| { readonly kind: 'closed'; readonly how: string };

/** What became of a visitor who came by plain HTTP. */
function arrivalOf({ hops, end }: RedirectChain): Arrival {
	const last = hops.at(-1);
	const url = last?.url ?? '';
	const secure = hops.some((hop) => hop.url.startsWith('https:'));
	if (hops.length === 1 && last?.failure) {
		const { how, detail } = last.failure;
		return how === 'no-such-host' ? { kind: 'unresolved' } : { kind: 'closed', how: detail || how };
	}
	if (end === 'settled') {
		return url.startsWith('https:')
			? { kind: 'upgraded', url }
			: { kind: 'stays', url, downgraded: secure };
	}
	if (secure)
		return { kind: 'upgraded', url: hops.find((hop) => hop.url.startsWith('https:'))?.url ?? url };
	return end === 'leaves-domain' ? { kind: 'elsewhere', url } : { kind: 'astray', url };
}

/** Whoever owns the missing HTTPS owns this as well; `null` where HTTPS answers. */
function withoutSecure(secure: Fact<ChainReport>, host: string) {
	if (secure.status === 'unknown') return cannotSay(secure.because, secure.detail);
	if (secure.status === 'blocked') return blockedBy(secure.by, secure.detail);
	if (secure.value.chain.hops[0]?.status != null) return null;
	const detail = `${host} answers neither by HTTP nor by HTTPS`;
	return secure.value.unsureSilence
		? cannotSay('timeout', detail)
		: blockedBy({ check: 'ssl/https', subject: host }, detail);
}

/** HTTPS turns us away too, so the refusal may be of us and not of plain HTTP. */
function isRefused(secure: Fact<ChainReport>): boolean {
	return secure.status === 'known' && secure.value.answer?.status === 403;
}

function isRefusingApi(answer: HttpAnswered, secure: Fact<ChainReport>, host: string): boolean {
	if (answer.status < 400 || answer.status > 499) return false;
	return isApi(host, secure.status === 'known' ? secure.value.answer : null);
}

interface Seen {
	readonly secure: Fact<ChainReport>;
	readonly survey: Fact<CanonicalSurvey>;
	readonly oldUrls: Fact<{ readonly urls: readonly OldUrl[] }>;
}

/**
 * Why plain URLs of a host will be asked for: its own links, its sitemap or old URLs say http, and no
 * browser knows better in advance.
 */
function useOfPlain({ secure, survey, oldUrls }: Seen, { name }: ToldHost): string | null {
	const answer = secure.status === 'known' ? secure.value.answer : null;
	const url = secure.status === 'known' ? secure.value.chain.hops.at(-1)?.url : undefined;
	if (answer !== null && isPreloaded(answer)) return null;
	const page = answer === null || url === undefined ? null : pageIn(answer, url);
	const sources = [
		[page?.links ?? [], "of the page's own links"],
		[survey.status === 'known' ? survey.value.sitemap : [], 'of the URLs in its sitemap'],
		[oldUrls.status === 'known' ? oldUrls.value.urls.map((one) => one.url) : [], 'of its old URLs'],
	] as const;
	for (const [urls, whose] of sources) {
		const plain = urls.filter((one) => isPlainAt(name, one)).length;
		if (plain > 0) return plain === 1 ? `one ${whose} says http` : `${plain} ${whose} say http`;
	}
	return null;
}

function isPreloaded(answer: HttpAnswered): boolean {
	return fieldValues(answer, 'strict-transport-security').some((value) =>
		/\bpreload\b/i.test(value),
	);
}

function isPlainAt(host: string, url: string): boolean {
	if (!URL.canParse(url)) return false;
	const { protocol, hostname } = new URL(url);
	return protocol === 'http:' && hostname === host;
}

const NO_SURVEY: Fact<CanonicalSurvey> = unknown('inconclusive', 'no page was seen');

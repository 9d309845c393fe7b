import {
	advice,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Fix,
	header,
	type InsecureLoad,
	insecureLoads,
	insecureScriptsAt,
	minutes,
	readPage,
	type SeenPage,
	type SiteAsset,
	type SitePages,
	sitePages,
	sites,
	z,
} from '../../src/sdk.ts';

interface Told {
	readonly host: string;
	/** The first few. */
	readonly loads: readonly Shown[];
	readonly total: number;
}

type Shown = Pick<InsecureLoad, 'what' | 'url' | 'where' | 'isBlocked'>;

const UPGRADE = header(
	'Content-Security-Policy',
	'upgrade-insecure-requests',
	'Where the site sends a Content-Security-Policy already, add the directive to it.',
	'It is a net below the repair: browsers then ask for everything by https://, and what no https:// gives stays missing.',
);

const LOOK =
	'Open the page with the browser’s developer tools: its console names every “Mixed Content”.';

const byHand = (a: Told) =>
	`curl -sS ${a.loads[0]?.where ?? `https://${a.host}/`} | grep -noE '(http|ws)://[^"'"'"' )>]+'`;

/** Write every address with https, with a net below. */
function repaired(summary: string, ...steps: string[]): (a: Told) => Fix {
	return (a) => ({
		summary,
		steps: [
			`Change http:// to https:// in: ${named(a)}.`,
			'First open each of them by https:// in a browser; where a host has no HTTPS, take the file to your own.',
			...steps,
			...UPGRADE.steps,
			LOOK,
		],
		snippets: UPGRADE.snippets,
	});
}

export default defineCheck({
	id: 'exposure/mixed-content',
	title: 'Pages served over HTTPS load everything over HTTPS',
	rationale:
		'Browsers block scripts, style sheets, frames and requests by http: on an HTTPS page, and warn before a ' +
		'form is sent by http:. What worked on a laptop is missing for every customer.',
	references: [
		'W3C Mixed Content, Level 2',
		'W3C Upgrade Insecure Requests',
		'WHATWG Fetch, main fetch (the block comes before HSTS)',
	],
	reach: 'trust',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: {
		'all-secure': {
			outcome: 'pass',
			says: (a: { pages: readonly string[]; files: number }) =>
				`Nothing on ${a.pages.join(' and ')} is loaded or sent by http: (${a.files} own style sheets and scripts read too).`,
		},
		active: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(30),
			says: (a: Told) =>
				`Pages of ${a.host} load without TLS what browsers then block: ${named(a)}.`,
			impact:
				'It never arrives: browsers block it for every visitor. A blocked script or request is a button that ' +
				'does nothing, a blocked style sheet is a naked page, a blocked frame is an empty box.',
			fix: repaired('Load it by https://'),
			confidence: (a: Told) => (a.loads.every(isInCode) ? 'medium' : 'high'),
			reproduce: byHand,
			cause: (a: Told) =>
				a.loads.some(({ what }) => what === 'script')
					? insecureScriptsAt(a.host)
					: 'exposure/mixed-content/active',
		},
		passive: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(20),
			says: (a: Told) =>
				`Pages of ${a.host} name images or media without TLS: ${named(a)}.` +
				(a.loads.some(({ isBlocked }) => isBlocked)
					? ' Browsers block those in a srcset, with crossorigin, or at a bare IP address.'
					: ''),
			impact:
				'Browsers ask for them by https:// instead, and show a gap where that does not answer; older ones ' +
				'fetch them in clear and take the padlock away.',
			fix: repaired('Name them by https://'),
			reproduce: byHand,
		},
		form: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(20),
			says: (a: Told) => `A form on ${a.host} is sent without TLS: ${named(a)}.`,
			impact:
				'Browsers stop your customer with “the information you’re about to submit is not secure”; whoever goes ' +
				'on sends what was typed in clear, for anybody in the network to read and change.',
			fix: repaired('Send the form to an https:// address'),
			reproduce: byHand,
		},
		upgraded: {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(20),
			says: (a: Told) =>
				`Pages of ${a.host} name ${a.total === 1 ? 'something' : `${a.total} things`} by http:, which ` +
				`upgrade-insecure-requests turns into https: ${named(a)}.`,
			impact:
				'None while every one of them answers by https:// and the header stays; without either it goes missing.',
			fix: advice(
				'Write https:// in the pages anyway',
				'Keep upgrade-insecure-requests as the net below.',
				LOOK,
			),
			reproduce: byHand,
		},
	},

	appliesTo: ({ context }) =>
		context.kind === 'page' ? true : 'it has no page that could load anything',

	needs: ({ subject: { name, login } }) => ({ pages: sitePages({ host: name, login }) }),

	judge({ given, subject, say }) {
		const { pages, assets, passedOver } = given.pages;
		const secure = pages.filter(({ url }) => url.startsWith('https:'));
		if (secure.length === 0) return doesNotApply('no page of it is served over HTTPS');
		const loads = insecureLoads(given.pages);
		const told = (some: readonly InsecureLoad[]): Told => ({
			host: subject.name,
			loads: some.slice(0, MOST_SHOWN).map(({ what, url, where, isBlocked }) => ({
				what,
				url: cut(url),
				where,
				isBlocked,
			})),
			total: some.length,
		});
		const upgraded = loads.filter(({ isUpgraded }) => isUpgraded);
		const found = KINDS.flatMap((kind) => {
			const some = loads.filter((one) => one.kind === kind && !one.isUpgraded);
			return some.length === 0 ? [] : [say(kind, told(some))];
		});
		const said = [...found, ...(upgraded.length > 0 ? [say('upgraded', told(upgraded))] : [])];
		if (said.length > 0) return said;
		const lost = assets.find(({ unseen }) => unseen !== null);
		if (lost !== undefined) return cannotSay('inconclusive', `${lost.url}: ${lost.unseen}`);
		if (passedOver > 0) {
			return cannotSay('budget', `it loads ${passedOver} more own files than are read`);
		}
		const long = secure.find(({ page }) => page.truncated || page.inline.some((one) => one.cut));
		if (long !== undefined) return cannotSay('budget', `${long.url} is longer than what is read`);
		return say('all-secure', { pages: secure.map(({ url }) => url), files: assets.length });
	},

	examples: (example) => [
		example(
			'everything by https',
			site('<script src=/a.js></script><img src=//cdn.test/a.png>'),
			'all-secure',
		),
		example('a script', site('<script src="http://cdn.test/a.js"></script>'), 'active'),
		example('a style sheet', site('<link rel=stylesheet href=http://cdn.test/a.css>'), 'active'),
		example('a frame', site('<iframe src=http://video.test/></iframe>'), 'active'),
		example('an object', site('<object data=http://cdn.test/a.swf></object>'), 'active'),
		example(
			'a relative script below an http base',
			site('<base href=http://a.test/><script src=a.js></script>'),
			'active',
		),
		example(
			'a request in so many words',
			site('<script>fetch("http://api.test/v1")</script>'),
			'active',
		),
		example('a socket', site('<script>new WebSocket("ws://api.test/")</script>'), 'active'),
		example(
			'a request that a comment shows',
			site('<script>// fetch("http://api.test/")\n</script>'),
			'all-secure',
		),
		example(
			'a font of an own style sheet',
			site('', asset('style', '@font-face{src:url(http://f.test/a.woff2)}')),
			'active',
		),
		example(
			'a picture of an own style sheet',
			site('', asset('style', 'a{background:url("http://f.test/a.png")}')),
			'passive',
		),
		example(
			'the namespace of SVG',
			site('<style>@namespace svg url(http://www.w3.org/2000/svg);</style>'),
			'all-secure',
		),
		example('an image', site('<img src="http://cdn.test/a.png">'), 'passive'),
		example(
			'an image of a srcset',
			site('<img src=/a.png srcset="http://cdn.test/a.png 2x">'),
			'passive',
		),
		example('a video', site('<video src=http://cdn.test/a.mp4></video>'), 'passive'),
		example('a form', site('<form action="http://a.test/s" method=post></form>'), 'form'),
		example(
			'a button of a form',
			site('<form><button formaction=http://a.test/></button></form>'),
			'form',
		),
		example('a link, which is no content', site('<a href=http://a.test/>a</a>'), 'all-secure'),
		example(
			'the machine itself',
			site('<script src=http://localhost:3000/a.js></script>'),
			'all-secure',
		),
		example(
			'no program',
			site('<script type=text/template src=http://a.test/a></script>'),
			'all-secure',
		),
		example(
			'where no browser loads it',
			site('<noscript><img src=http://a.test/p.gif></noscript>'),
			'all-secure',
		),
		example(
			'all of it upgraded',
			site(
				'<img src=http://a.test/a.png><script src=http://a.test/a.js></script>',
				null,
				UPGRADING,
			),
			'upgraded',
		),
		example(
			'a policy that is only reported',
			site('<script src=http://a.test/a.js></script>', null, [
				['content-security-policy-report-only', 'upgrade-insecure-requests'],
			]),
			'active',
		),
		example(
			'a page over plain HTTP',
			site('<script src=http://a.test/a.js></script>', null, [], 'http://example.com/'),
			'not-applicable',
		),
		example(
			'a file that was not seen',
			site('', { ...asset('script', ''), answer: null, unseen: 'no answer' }),
			'unknown',
		),
		example('more files than are read', { pages: { ...site('').pages, passedOver: 1 } }, 'unknown'),
		example(
			'a page longer than what is read',
			{
				pages: {
					...site('').pages,
					pages: site('').pages.pages.map((one) => ({
						...one,
						page: { ...one.page, truncated: true },
					})),
				},
			},
			'unknown',
		),
	],
});

const KINDS = ['active', 'form', 'passive'] as const;

const MOST_SHOWN = 5;

function cut(url: string): string {
	return url.length > 160 ? `${url.slice(0, 160)}…` : url;
}

/** Whether it runs, or its rule applies, only the browser knows. */
function isInCode({ what }: Shown): boolean {
	return what === 'request' || what === 'font';
}

function named({ loads, total }: Told): string {
	const shown = loads.map(({ what, url }) => `${what} ${url}`).join(', ');
	return total > loads.length ? `${shown}, and ${total - loads.length} more` : shown;
}

const UPGRADING = [['content-security-policy', 'upgrade-insecure-requests']] as const;

function answered(
	bytes: string,
	headers: readonly (readonly [string, string])[],
): SeenPage['answer'] {
	return {
		kind: 'answered',
		status: 200,
		headers,
		body: { bytes, truncated: false, sha256: '' },
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

function asset(kind: SiteAsset['kind'], text: string): SiteAsset {
	return { url: 'https://example.com/a', kind, answer: answered(text, []), unseen: null };
}

function site(
	html: string,
	own: SiteAsset | null = null,
	headers: readonly (readonly [string, string])[] = [],
	url = 'https://example.com/',
): { pages: SitePages } {
	const page: SeenPage = {
		url,
		what: 'start',
		answer: answered(html, headers),
		page: readPage(html, url),
	};
	return { pages: { pages: [page], assets: own === null ? [] : [own], passedOver: 0 } };
}

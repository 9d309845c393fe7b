import {
	at,
	defineCheck,
	doesNotApply,
	enforcedPolicies,
	fieldValues,
	type HttpAnswered,
	isHtml,
	known,
	optional,
	parseCsp,
	readFrameOptions,
	readHsts,
	readNosniff,
	readReferrerPolicy,
	type Site,
	type SiteAnswer,
	type SiteSample,
	siteAnswer,
	sitePage,
	siteSamples,
	sites,
	unseenPage,
	z,
} from '../../src/sdk.ts';
import { CONSISTENCY_VERDICTS, type Elsewhere } from './_consistency-verdicts.ts';
import { metaReferrers } from './_meta-referrers.ts';
import { answered, PAGE } from './_page-samples.ts';

export default defineCheck({
	id: 'headers/consistency',
	title: 'The page’s security headers are sent everywhere else too',
	rationale:
		'Headers are set in one place and forgotten in the next: servers leave them off error pages and files ' +
		'unless told otherwise, and the second name of a site has a configuration of its own.',
	references: [
		'nginx: ngx_http_headers_module, add_header (always)',
		'Apache: mod_headers, Header (always)',
		'RFC 6797 §7.2; Fetch Standard, X-Content-Type-Options',
	],
	reach: 'trust',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: CONSISTENCY_VERDICTS,

	appliesTo: ({ context: { kind } }) =>
		kind === 'page' ||
		kind === 'api' ||
		'It serves no page whose headers could be missing elsewhere.',
	needs: ({ subject }) => ({
		page: siteAnswer({ host: subject.name }),
		samples: siteSamples({ host: subject.name, seed: subject.seed, login: subject.login }),
		twin: optional(sitePage({ host: twinOf(subject) ?? subject.name })),
	}),

	judge({ given, subject, say }) {
		const unseen = unseenPage(given.page, subject);
		if (unseen !== null) return unseen;
		const host = subject.name;
		const { url, answer } = given.page;
		const sent = FIELDS.filter((one) => one.isSent(answer));
		if (sent.length === 0) return doesNotApply(`${url} sends no security header to compare.`);
		const twin = given.twin.status === 'known' ? twinPage(given.twin.value, subject) : [];
		const others = [...given.samples.flatMap(elsewhereOf), ...twin];
		if (others.length === 0) return doesNotApply(`${host} gave nothing to compare ${url} with.`);
		const found = others.flatMap((other) => {
			const missing = sent
				.filter((one) => isExpected(one, other) && !one.isSent(other.answer) && !one.isMeant(other))
				.map(({ name }) => ({ name, value: fieldValues(answer, name).join(', ').slice(0, 2_048) }));
			return missing.length === 0 ? [] : [{ ...other, missing }];
		});
		if (found.length === 0) {
			return say('same', { host, compared: others.map((other) => placeOf(other, host)) });
		}
		return found.map((other) => {
			const { elsewhere, missing } = other;
			const { status } = other.answer;
			return at(
				{ kind: 'page', name: placeOf(other, host) },
				say('missing-elsewhere', { host, page: url, elsewhere, url: other.url, status, missing }),
			);
		});
	},

	examples: (example) => [
		example('the same everywhere', sample({}), 'same'),
		example('an error page without them', sample({ notFound: [] }), 'missing-elsewhere'),
		example(
			'an error page that is no HTML needs no page policies',
			sample({
				notFound: [HSTS, NOSNIFF, ['content-type', 'text/plain']],
			}),
			'same',
		),
		example('a file without a content policy', sample({ asset: [HSTS, NOSNIFF] }), 'same'),
		example('a file that may be guessed', sample({ asset: [HSTS] }), 'missing-elsewhere'),
		example(
			'an error page with another way to say the same',
			sample({
				page: [HSTS, NOSNIFF, FRAME],
				notFound: [HSTS, NOSNIFF, ['Content-Security-Policy', "frame-ancestors 'none'"]],
			}),
			'same',
		),
		example(
			'a page that sends none',
			sample({ page: [], notFound: [], asset: [] }),
			'not-applicable',
		),
		example('the other name without them', sample({ twin: [HSTS] }), 'missing-elsewhere'),
		example(
			'the other name redirects here',
			{ ...sample({}), twin: known({ url: HERE, answer: answered([]) }) },
			'same',
		),
		example('an error page', sample({ status: 502 }), 'blocked'),
	],
});

interface Other {
	readonly elsewhere: Elsewhere;
	readonly url: string;
	readonly answer: HttpAnswered;
}

interface SecurityField {
	readonly name: string;
	/** Files and data need it as well. */
	readonly forAll: boolean;
	/** Whether a browser would follow it. */
	isSent(answer: HttpAnswered): boolean;
	/** Whether the same is said in another way. */
	isMeant(other: Other): boolean;
}

const never = () => false;

const FIELDS: readonly SecurityField[] = [
	{
		name: 'Strict-Transport-Security',
		forAll: true,
		isSent: (answer) => {
			const hsts = readHsts(fieldValues(answer, 'strict-transport-security'));
			return hsts.kind === 'policy' && hsts.first.maxAge !== 0;
		},
		isMeant: never,
	},
	{
		name: 'Content-Security-Policy',
		forAll: false,
		isSent: (answer) => parseCsp(fieldValues(answer, 'content-security-policy')).length > 0,
		isMeant: ({ answer }) => enforcedPolicies(answer).length > 0,
	},
	{
		name: 'X-Content-Type-Options',
		forAll: true,
		isSent: (answer) =>
			['nosniff', 'list'].includes(readNosniff(fieldValues(answer, 'x-content-type-options'))),
		isMeant: never,
	},
	{
		name: 'X-Frame-Options',
		forAll: false,
		isSent: (answer) => readFrameOptions(fieldValues(answer, 'x-frame-options')).kind === 'policy',
		isMeant: ({ answer }) =>
			parseCsp(fieldValues(answer, 'content-security-policy')).some(({ directives }) =>
				directives.has('frame-ancestors'),
			),
	},
	{
		name: 'Referrer-Policy',
		forAll: false,
		isSent: (answer) =>
			readReferrerPolicy(fieldValues(answer, 'referrer-policy')).kind === 'policy',
		isMeant: ({ answer, url }) =>
			readReferrerPolicy([], metaReferrers(answer, url)).kind === 'policy',
	},
];

/** Only pages can be framed, run scripts and lead elsewhere. */
function isExpected({ forAll }: SecurityField, { answer, elsewhere }: Other): boolean {
	return forAll || (elsewhere !== 'asset' && isHtml(answer));
}

function elsewhereOf({ what, url, answer }: SiteSample): readonly Other[] {
	if (what === 'not-found') return answer.status < 500 ? [{ elsewhere: what, url, answer }] : [];
	return what === 'asset' && answer.status === 200 ? [{ elsewhere: what, url, answer }] : [];
}

/** The apex of www, and www of the apex, where both are looked at. */
function twinOf({ name, apex, siblings }: Pick<Site, 'name' | 'apex' | 'siblings'>): string | null {
	const twin = name === apex ? `www.${apex}` : name === `www.${apex}` ? apex : null;
	return twin !== null && siblings.includes(twin) ? twin : null;
}

/** The page that the other name serves by itself; one that redirects has none. */
function twinPage({ url, answer }: SiteAnswer, subject: Site): readonly Other[] {
	const isItsOwn = new URL(url).hostname === twinOf(subject) && url.startsWith('https:');
	return isItsOwn && answer.status < 400 ? [{ elsewhere: 'twin', url, answer }] : [];
}

/** The same in every run: names of missing pages and of files are not. */
function placeOf({ elsewhere, url }: Other, host: string): string {
	if (elsewhere === 'twin') return `the page of ${new URL(url).hostname}`;
	return elsewhere === 'asset' ? `static files of ${host}` : `the 404 page of ${host}`;
}

type Headers = HttpAnswered['headers'];

const HERE = 'https://example.com/';
const HSTS = ['Strict-Transport-Security', 'max-age=31536000'] as const;
const NOSNIFF = ['X-Content-Type-Options', 'nosniff'] as const;
const FRAME = ['X-Frame-Options', 'DENY'] as const;
const ALL: Headers = [
	HSTS,
	NOSNIFF,
	FRAME,
	['Content-Security-Policy', "default-src 'self'"],
	['Referrer-Policy', 'no-referrer'],
];

interface Shown {
	readonly page?: Headers;
	readonly status?: number;
	readonly notFound?: Headers;
	readonly asset?: Headers;
	readonly twin?: Headers;
}

function sample({ page = ALL, status = 200, notFound = ALL, asset = ALL, twin = ALL }: Shown) {
	const here = { url: HERE, answer: answered(page, { status }) };
	const samples: readonly SiteSample[] = [
		{ what: 'page', ...here },
		{
			what: 'not-found',
			url: `${HERE}lr-0/deep`,
			answer: answered(notFound, { status: 404, body: PAGE }),
		},
		{ what: 'asset', url: `${HERE}app.js`, answer: answered(asset, { body: 'go()' }) },
	];
	const there = { url: 'https://www.example.com/', answer: answered(twin) };
	return { page: here, samples, twin: known<SiteAnswer>(there) };
}

import {
	defineCheck,
	doesNotApply,
	enforcedPolicies,
	type Fix,
	fieldValues,
	type HttpAnswered,
	header,
	isHtml,
	minutes,
	type SiteAnswer,
	sitePage,
	sites,
	unseenPage,
	z,
} from '../../src/sdk.ts';
import { HIGH, LATER } from './_staged.ts';

const ENFORCED = 'Content-Security-Policy';
const REPORT_ONLY = 'Content-Security-Policy-Report-Only';

/** Breaks few pages, and stops what injected script does first: load more of itself, send data away. */
const STARTER =
	"default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; " +
	"frame-ancestors 'self'; form-action 'self'";

/** By hand: header and meta element of the page where a visitor ends. */
const reproduce = (a: { host: string }) =>
	`curl -sSL -D - https://${a.host}/ | grep -i content-security-policy`;

export default defineCheck({
	id: 'headers/csp',
	title: 'Browsers get a Content-Security-Policy to enforce',
	rationale:
		'A Content-Security-Policy is the second lock behind output escaping: with it, script that an ' +
		'attacker manages to inject is not run.',
	references: ['Content Security Policy Level 3 §3.1, §3.2, §3.3 (header, report-only, meta)'],
	reach: 'sign-in',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: {
		enforced: {
			outcome: 'pass',
			says: (a: { url: string; policies: number; directives: readonly string[] }) =>
				`${a.url} enforces ${a.policies === 1 ? 'a policy' : `${a.policies} policies`} ` +
				`(${a.directives.join(', ')}).`,
		},
		missing: {
			outcome: 'fail',
			severity: { by: 'forms', is: { yes: HIGH, no: LATER } },
			effort: minutes(120),
			says: (a: { url: string; asks: boolean }) =>
				`${a.url} has no Content-Security-Policy, neither as a header nor as a meta element` +
				`${a.asks ? ', and takes passwords or card numbers' : ''}.`,
			impact: (a: { asks: boolean }) =>
				a.asks
					? 'One injected script, from a comment field or a compromised third-party tag, reads what customers ' +
						'type into the sign-in or payment form and sends it away.'
					: 'One injected script, from a comment field or a compromised third-party tag, does with your pages ' +
						'whatever it likes.',
			fix: policy(
				`Send ${REPORT_ONLY} first, then enforce it as ${ENFORCED}`,
				REPORT_ONLY,
				'Open every page of the product with the browser’s console open: each report names a source to add or a script to move into a file.',
				`When a day has passed without reports, rename the header to ${ENFORCED}.`,
			),
			reproduce,
		},
		'report-only': {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(60),
			says: (a: { url: string }) =>
				`${a.url} sends its Content-Security-Policy as Report-Only: browsers report violations and stop nothing.`,
			impact: 'Injected script runs as if there were no policy.',
			fix: policy(
				`Send the policy as ${ENFORCED} once its reports are quiet`,
				ENFORCED,
				'Read the reports of the last days; add what your own pages need, and rename the header.',
				'The text below is a starting point: keep the sources of your own policy.',
			),
			reproduce,
		},
		empty: {
			outcome: 'fail',
			severity: LATER,
			effort: minutes(60),
			says: (a: { url: string }) =>
				`${a.url} sends a Content-Security-Policy header without a single directive.`,
			impact: 'Injected script runs as if there were no policy.',
			fix: policy(
				'Fill the policy',
				REPORT_ONLY,
				`Try it as ${REPORT_ONLY} first, then enforce it as ${ENFORCED}.`,
			),
			reproduce,
		},
	},

	appliesTo: ({ context: { kind } }) => kind === 'page' || NOT_A_PAGE[kind],
	needs: ({ subject }) => ({ page: sitePage({ host: subject.name }) }),

	judge({ given, subject, say }) {
		const { url, answer } = given.page;
		const host = subject.name;
		const unseen = unseenPage(given.page, subject);
		if (unseen !== null) return unseen;
		if (!isHtml(answer)) return doesNotApply(`${url} is no HTML page.`);
		const policies = enforcedPolicies(answer);
		if (policies.length > 0) {
			const directives = [...new Set(policies.flatMap((one) => [...one.directives.keys()]))];
			return say('enforced', { url, policies: policies.length, directives });
		}
		if (fieldValues(answer, REPORT_ONLY).some((text) => text.trim() !== '')) {
			return say('report-only', { host, url });
		}
		if (fieldValues(answer, ENFORCED).length > 0) return say('empty', { host, url });
		return say('missing', { host, url, asks: subject.context.forms === 'yes' });
	},

	examples: (example) => [
		example('a header', page({ headers: [[ENFORCED, "default-src 'self'"]] }), 'enforced'),
		example('a meta element', page({ head: meta("script-src 'self'") }), 'enforced'),
		example('nothing', page({}), 'missing'),
		example('nothing, on a sign-in page', page({}), 'missing', {
			subject: { context: { standing: 'apex', stage: 'production', kind: 'page', forms: 'yes' } },
		}),
		example(
			'a meta element in the body is ignored',
			page({ body: meta("script-src 'self'") }),
			'missing',
		),
		example('only what meta ignores', page({ head: meta("frame-ancestors 'none'") }), 'missing'),
		example('report-only', page({ headers: [[REPORT_ONLY, "default-src 'self'"]] }), 'report-only'),
		example('an empty header', page({ headers: [[ENFORCED, ' ; ']] }), 'empty'),
		example('a page that we are not let in to', page({ status: 401 }), 'unknown'),
		example('an error page', page({ status: 502 }), 'blocked'),
		example('no page', page({ headers: [['content-type', 'text/plain']] }), 'not-applicable'),
	],
});

const NOT_A_PAGE = {
	api: 'An API answers with data, in which no script runs.',
	redirect: 'It only redirects to another host.',
	file: 'It serves a file and no page.',
} as const;

function policy(summary: string, name: string, ...steps: string[]): Fix {
	return { ...header(name, STARTER, ...steps), summary };
}

function meta(content: string): string {
	return `<meta http-equiv="${ENFORCED}" content="${content}">`;
}

function page(about: {
	status?: number;
	headers?: HttpAnswered['headers'];
	head?: string;
	body?: string;
}): { page: SiteAnswer } {
	const { status = 200, headers = [], head = '', body = '' } = about;
	const bytes = `<!doctype html><html><head><title>x</title>${head}</head><body><p>x</p>${body}</body></html>`;
	return {
		page: {
			url: 'https://example.com/',
			answer: {
				kind: 'answered',
				status,
				headers,
				body: { bytes, truncated: false, sha256: '' },
				address: '203.0.113.1',
				tls: null,
				timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
			},
		},
	};
}

import {
	type Fact,
	type HttpAnswered,
	known,
	readPage,
	type SiteAnswer,
	type SitePages,
	type SiteSample,
} from '../../src/sdk.ts';
import { ENFORCED } from './_csp-fixes.ts';

interface Sample {
	readonly status?: number;
	/** Content-Security-Policy; none unless given. */
	readonly csp?: string | readonly string[];
	readonly headers?: HttpAnswered['headers'];
	readonly head?: string;
	readonly body?: string;
	/** Content-Security-Policy of the second answer; the same unless given, no answer for `null`. */
	readonly again?: string | null;
	/** The sign-in page. */
	readonly login?: Pick<Sample, 'csp' | 'body'>;
}

const URL_HERE = 'https://example.com/';
const URL_LOGIN = 'https://example.com/login';

/** A policy that leaves nothing open. */
export const SOUND =
	"default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

/** What headers/csp is given where a host answers so. */
export function sample(about: Sample): {
	page: SiteAnswer;
	pages: SitePages;
	samples: Fact<readonly SiteSample[]>;
} {
	const answer = answered(about);
	const page: SiteAnswer = { url: URL_HERE, answer };
	const { again, login } = about;
	const second = again === undefined ? answer : answered({ ...about, csp: again ?? [] });
	return {
		page,
		pages: {
			pages: [
				{ ...page, what: 'start', page: readPage(answer.body.bytes, URL_HERE) },
				...(login === undefined ? [] : [signIn(login)]),
			],
			assets: [],
			passedOver: 0,
		},
		samples: known([
			{ ...page, what: 'page' },
			...(again === null ? [] : [{ url: URL_HERE, what: 'again' as const, answer: second }]),
		]),
	};
}

function signIn(about: Pick<Sample, 'csp' | 'body'>): SitePages['pages'][number] {
	const answer = answered(about);
	const page = readPage(answer.body.bytes, URL_LOGIN);
	return { url: URL_LOGIN, what: 'login', answer, page };
}

function answered({
	status = 200,
	csp = [],
	headers = [],
	head = '',
	body = '',
}: Sample): HttpAnswered {
	const bytes = `<!doctype html><html><head><title>x</title>${head}</head><body><p>x</p>${body}</body></html>`;
	return {
		kind: 'answered',
		status,
		headers: [...[csp].flat().map((one) => [ENFORCED, one] as const), ...headers],
		body: { bytes, truncated: false, sha256: '' },
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

/** As a page's own head would have it. */
export function meta(content: string): string {
	return `<meta http-equiv="${ENFORCED}" content="${content}">`;
}

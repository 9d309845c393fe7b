import type { HttpAnswered } from '../../core/io.ts';
import { parseSetCookie } from '../web/cookies.ts';
import { type Page, pageIn } from '../web/html.ts';
import { fieldValues } from '../web/http.ts';
import type { Hop } from '../web/redirects.ts';

/**
 * `deployment`: a platform's protection of deployments or its site password. `proxy`: a sign-in in front of the
 * whole site. `soon`: a page that says that the site is not open yet.
 */
export type GateKind = 'deployment' | 'proxy' | 'soon';

/** What a platform or plug-in shows to everybody instead of the site. */
export interface Gate {
	readonly name: string;
	readonly kind: GateKind;
	/** What shows it, in words. */
	readonly shown: string;
	/** Where it is switched off. */
	readonly off: string;
}

/** The way from a host's start page to what came of it. */
interface Seen {
	readonly hops: readonly Hop[];
	/** `null` where the last hop gave none. */
	readonly answer: HttpAnswered | null;
	readonly page: Page | null;
}

interface GateMarks extends Omit<Gate, 'shown'> {
	/** Location of a redirect. */
	readonly leadsTo?: RegExp;
	readonly cookie?: string;
	readonly header?: readonly [name: string, value: RegExp];
	/** A page that is no success and has this in it. */
	readonly refusal?: RegExp;
	/** A class of the body element. */
	readonly bodyClass?: RegExp;
	readonly meta?: readonly [key: string, content: RegExp];
	/** Path that a form is sent to. */
	readonly formTo?: RegExp;
	/** Value of a hidden `form_type`. */
	readonly formType?: string;
}

/** Signs as platforms and plug-ins gave them in November 2026; words alone are none. */
const GATES: readonly GateMarks[] = [
	{
		name: 'Vercel Authentication',
		kind: 'deployment',
		leadsTo: /^https:\/\/vercel\.com\/sso-api\b/,
		cookie: '_vercel_sso_nonce',
		refusal: /https:\/\/vercel\.com\/sso-api\?/,
		off: 'Vercel: Project > Settings > Deployment Protection > Vercel Authentication: Disabled, or "Standard Protection", which leaves the production domain open.',
	},
	{
		name: 'Netlify’s team sign-in',
		kind: 'deployment',
		leadsTo: /^https:\/\/app\.netlify\.com\/(?:authorize|login)\b/,
		off: 'Netlify: Site configuration > Access & security > Visitor access > Password protection: none for production deploys.',
	},
	{
		name: 'Cloudflare Access',
		kind: 'proxy',
		leadsTo: /^https:\/\/[a-z0-9-]+\.cloudflareaccess\.com\/|\/cdn-cgi\/access\/login\b/,
		header: ['www-authenticate', /^\s*cloudflare-access\b/i],
		off: 'Cloudflare: Zero Trust > Access > Applications: delete the application for this host, or add a policy with the action Bypass for everyone.',
	},
	{
		name: 'Google Identity-Aware Proxy',
		kind: 'proxy',
		header: ['x-goog-iap-generated-response', /^\s*true\b/i],
		off: 'Google Cloud: Security > Identity-Aware Proxy: switch IAP off for the backend service, or grant allUsers the role IAP-secured Web App User.',
	},
	{
		name: 'the access control of GitHub Pages',
		kind: 'deployment',
		leadsTo: /^https:\/\/github\.com\/(?:login\?.*pages|pages\/auth)\b/,
		off: 'GitHub: repository > Settings > Pages > Visibility: Public.',
	},
	{
		name: 'the access control of GitLab Pages',
		kind: 'deployment',
		leadsTo: /^https:\/\/projects\.gitlab\.io\/auth\b/,
		off: 'GitLab: Settings > General > Visibility > Pages: Everyone.',
	},
	{
		name: 'the Shopify password page',
		kind: 'soon',
		formType: 'storefront_password',
		off: 'Shopify: Online Store > Preferences > Store access: remove "Restrict access to visitors with the password".',
	},
	{
		name: 'the Webflow password page',
		kind: 'deployment',
		formTo: /^\/\.wf_auth$/,
		off: 'Webflow: Site settings > General > Password protection (or the settings of the page): remove the password, then publish.',
	},
	{
		name: 'WooCommerce’s "Coming soon" mode',
		kind: 'soon',
		meta: ['woo-coming-soon-page', /^yes$/i],
		off: 'WordPress: WooCommerce > Settings > Site visibility: Live, or: wp option update woocommerce_coming_soon no',
	},
	{
		name: 'WordPress.com’s "Coming Soon" page',
		kind: 'soon',
		bodyClass: /^wpcom-coming-soon(?:-private)?(?:-default)?-body$/,
		off: 'WordPress.com: Settings > General > Launch site.',
	},
	{
		name: 'Elementor’s maintenance mode',
		kind: 'soon',
		bodyClass: /^elementor-maintenance-mode$/,
		off: 'WordPress: Elementor > Tools > Maintenance Mode: Disabled.',
	},
	{
		name: 'the plug-in Under Construction',
		kind: 'soon',
		meta: ['generator', /\bUnderConstructionPage plugin for WordPress$/i],
		off: 'WordPress: Settings > UnderConstruction > Under Construction Mode: off.',
	},
	{
		name: 'the plug-in CMP – Coming Soon & Maintenance',
		kind: 'soon',
		bodyClass: /^cmp-coming-soon(?:-page)?$/,
		off: 'WordPress: CMP Settings > Status: off.',
	},
];

/** Only so much of a body is searched. */
const SEARCHED = 65_536;

/** The gate that stands in front of a site; `null` where none is known. */
export function gateIn(
	hops: readonly Hop[],
	answer: HttpAnswered | null,
	url: string,
): Gate | null {
	const seen: Seen = { hops, answer, page: answer === null ? null : pageIn(answer, url) };
	for (const { name, kind, off, ...marks } of GATES) {
		const shown = signOf(marks, seen);
		if (shown !== null) return { name, kind, off, shown };
	}
	return passwordPage(seen);
}

/** A refusal that shows a form for a password and no name: Netlify, Vercel, Squarespace and others have one. */
function passwordPage({ answer, page }: Seen): Gate | null {
	if (answer?.status !== 401 || page === null) return null;
	const form = page.forms.find(({ asksFor }) => asksFor.includes('password'));
	if (form === undefined) return null;
	const platform = PASSWORD_PLATFORMS.find(({ header: [name, value] }) =>
		fieldValues(answer, name).some((text) => value.test(text)),
	);
	return {
		name: platform === undefined ? 'a password page' : `the site password of ${platform.name}`,
		kind: 'deployment',
		shown: 'it answers 401 with a form that asks for a password',
		off: platform?.off ?? 'Switch the site password off in the settings of the host or proxy.',
	};
}

const PASSWORD_PLATFORMS = [
	{
		name: 'Vercel',
		header: ['x-vercel-id', /./],
		off: 'Vercel: Project > Settings > Deployment Protection > Password Protection: Disabled.',
	},
	{
		name: 'Netlify',
		header: ['server', /^Netlify/i],
		off: 'Netlify: Site configuration > Access & security > Visitor access > Password protection: remove the password.',
	},
	{
		name: 'Squarespace',
		header: ['server', /^Squarespace/i],
		off: 'Squarespace: Settings > Site Availability: Public.',
	},
] as const;

type Marks = Omit<GateMarks, 'name' | 'kind' | 'off'>;

function signOf(marks: Marks, seen: Seen): string | null {
	return wayOf(marks, seen) ?? headOf(marks, seen) ?? (seen.page && pageSign(marks, seen.page));
}

function wayOf({ leadsTo, cookie }: Marks, { hops, answer }: Seen): string | null {
	const location = leadsTo && hops.flatMap((hop) => hop.locations).find((to) => leadsTo.test(to));
	if (location !== undefined) return `visitors are sent to ${location.split('?', 1)[0]}`;
	if (cookie === undefined || answer === null) return null;
	const isSet = fieldValues(answer, 'set-cookie').some((text) => {
		const parsed = parseSetCookie(text);
		return parsed.kind === 'cookie' && parsed.cookie.name === cookie;
	});
	return isSet && answer.status >= 300 ? `it sets the cookie ${cookie} (${answer.status})` : null;
}

function headOf({ header, refusal }: Marks, { answer }: Seen): string | null {
	if (answer === null) return null;
	const value = header && fieldValues(answer, header[0]).find((text) => header[1].test(text));
	if (header !== undefined && value !== undefined) return `it sends ${header[0]}: ${value}`;
	const isRefused = answer.status === 401 || answer.status === 403;
	return isRefused && refusal?.test(answer.body.bytes.slice(0, SEARCHED)) === true
		? `its page leads to a sign-in (${answer.status})`
		: null;
}

function pageSign({ bodyClass, meta, formTo, formType }: Marks, page: Page): string | null {
	const [key, content] = meta ?? ['', null];
	const isMeta = page.metas.some((one) => one.key === key && content?.test(one.content) === true);
	if (isMeta) return `its page has <meta name="${key}">`;
	const classes = page.values
		.filter(({ element, name }) => element === 'body' && name === 'class')
		.flatMap(({ value }) => value.split(/\s+/));
	const found = classes.find((one) => bodyClass?.test(one) === true);
	if (found !== undefined) return `the body of its page has the class ${found}`;
	const to = page.forms.find(
		({ action }) => URL.canParse(action) && formTo?.test(new URL(action).pathname) === true,
	);
	if (to !== undefined) return `its page asks for a password and sends it to ${to.action}`;
	const isType =
		formType !== undefined &&
		page.values.some(
			(one) => one.element === 'input' && one.name === 'value' && one.value === formType,
		);
	return isType ? `its page has the form ${formType}` : null;
}

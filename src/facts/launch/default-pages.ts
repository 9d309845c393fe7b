import type { HttpAnswered } from '../../core/io.ts';
import { takeoverService, unclaimedText } from '../takeover/takeover-services.ts';
import { type Page, pageIn } from '../web/html.ts';
import { bodyText, fieldValues } from '../web/http.ts';

/** A page that a server, a panel or a project template brings along. */
interface DefaultMarks {
	readonly name: string;
	readonly title: RegExp;
	/** In the markup; both together are the sign. */
	readonly body: RegExp;
}

/** A page of a server, as of November 2026: its title and something in its body, both. */
const SERVER_PAGES: readonly DefaultMarks[] = [
	{
		name: 'nginx',
		title: /^Welcome to nginx!?$/i,
		body: /nginx (?:web server )?is successfully installed/i,
	},
	{ name: 'OpenResty', title: /^Welcome to OpenResty!?$/i, body: /openresty/i },
	{
		name: 'nginx',
		title: /^Test Page for the (?:Nginx|HTTP Server)/i,
		body: /properly installed|nginx/i,
	},
	{
		name: 'Apache',
		title: /^Apache2 (?:Debian|Ubuntu) Default Page/i,
		body: /default welcome page used to test/i,
	},
	{
		name: 'Apache',
		title:
			/^(?:Apache HTTP Server Test Page|HTTP Server Test Page|Test Page for the (?:Apache )?HTTP Server)/i,
		body: /used to test the proper operation|working properly|properly installed/i,
	},
	{ name: 'Apache', title: /^(?:It works!.*)?$/i, body: /<h1>\s*It works!\s*<\/h1>/i },
	{
		name: 'IIS',
		title: /^(?:IIS Windows(?: Server)?|IIS\d|Microsoft Internet Information Services \d+)$/i,
		body: /iisstart|iis-85|welcome\.png/i,
	},
	{
		name: 'Plesk',
		title:
			/^(?:Domain Default page|Web Server's Default Page|Default Parallels Plesk (?:Panel )?Page)/i,
		body: /plesk/i,
	},
	{
		name: 'cPanel',
		title: /^(?:Default Web Site Page|Default (?:Web )?Page)$/i,
		body: /cpanel|defaultwebpage\.cgi|contact your (?:web )?hosting provider/i,
	},
	{ name: 'Caddy', title: /^Caddy works!?$/i, body: /caddy/i },
	{
		name: 'Tomcat',
		title: /^Apache Tomcat(?:\/[\d.M-]+)?$/i,
		body: /you(?:'|&#39;|’)ve successfully installed Tomcat/i,
	},
	{ name: 'Jetty', title: /^Welcome to Jetty/i, body: /eclipse\.(?:org|dev)\/jetty|jetty/i },
	{
		name: 'Lighttpd',
		title: /^(?:Welcome page|Placeholder page)$/i,
		body: /lighttpd|has not put up any web pages yet/i,
	},
	{
		name: 'OpenLiteSpeed',
		title: /Congratulations.*OpenLiteSpeed|^OpenLiteSpeed/i,
		body: /litespeed/i,
	},
	{ name: 'XAMPP', title: /^Welcome to XAMPP$/i, body: /you have successfully installed XAMPP/i },
	{
		name: 'HestiaCP',
		title: /^Success! Your new web server is ready/i,
		body: /new web server is ready to use/i,
	},
	{ name: 'Heroku', title: /^(?:Heroku \| )?Welcome to your new app!?$/i, body: /heroku/i },
	{
		name: 'Azure App Service',
		title: /^Microsoft Azure (?:App Service|Web App|Websites)/i,
		body: /waiting for your content|successfully created/i,
	},
	{
		name: 'Firebase Hosting',
		title: /^Welcome to Firebase Hosting$/i,
		body: /Firebase Hosting Setup Complete/i,
	},
	{ name: 'AWS Elastic Beanstalk', title: /Elastic Beanstalk/i, body: /Congratulations/ },
	{
		name: 'Google Cloud Run',
		title: /^Congratulations \| Cloud Run$/i,
		body: /successfully deployed a container image/i,
	},
	{
		name: 'Hostinger',
		title: /^(?:Default page|Parked Domain name on Hostinger DNS system)$/i,
		body: /hostinger/i,
	},
	{
		name: 'GoDaddy',
		title: /^(?:[a-z0-9.-]+|Parked Domain)$/i,
		body: /this (?:web ?page|domain) is parked (?:free|for free)[\s\S]{0,400}godaddy/i,
	},
];

/** A page that a project template starts with. The title alone is left on many finished pages. */
interface StarterMarks {
	readonly name: string;
	readonly title: RegExp;
	/** In the page or in its own scripts; `null` where the title says enough. */
	readonly text: RegExp | null;
}

/** Titles and words of templates as of November 2026 (create-vite 4 to 9, create-next-app 12 to 16, and others). */
const STARTERS: readonly StarterMarks[] = [
	{
		name: 'Create Next App',
		title: /^Create Next App$/,
		text: /utm_campaign=create-next-app|Get started by editing|To get started, edit the/,
	},
	{
		name: 'Vite',
		title:
			/^Vite \+ (?:React|Vue|Svelte|Preact|Lit|Solid|Qwik|JS)(?: \+ TS)?$|^Vite \+ TS$|^Vite App$/,
		text: /Click on the Vite and [\w.]+ logos?|save to test <code>HMR|children:"src\/App\.[jt]sx"|learn more about Vite|You’ve successfully created a project with|You did it!/,
	},
	{ name: 'Create React App', title: /^React App$/, text: /Learn React|and save to reload/ },
	{ name: 'Nuxt', title: /^Welcome to Nuxt!?$/, text: /Welcome to Nuxt|nuxt/i },
	{
		name: 'SvelteKit',
		title: /^(?:SvelteKit app|Home)?$/,
		text: /Welcome to SvelteKit|to your new\s*<br\s?\/?>\s*SvelteKit app|try editing <strong>src\/routes\/\+page\.svelte/,
	},
	{
		name: 'Astro',
		title: /^(?:Welcome to Astro\.?|Astro(?: Basics| Blog)?)$/,
		text: /Welcome to <[^>]{1,80}>Astro|To get started, open the|Welcome to the official <[^>]{1,80}>Astro<\/a> blog/,
	},
	{
		name: 'Remix',
		title: /^(?:New Remix App|Very cool app \| Remix)$/,
		text: /Welcome to (?:<[^>]{0,80}>)?Remix/,
	},
	{
		name: 'Qwik',
		title: /^(?:Welcome to Qwik|Qwik Blank App)$/,
		text: /see what you build with qwik/,
	},
	{ name: 'TanStack Start', title: /^TanStack Start Starter$/, text: /Welcome to TanStack Start/ },
	{ name: 'React Router', title: /^New React Router App$/, text: /React Router/ },
	{ name: 'Gatsby', title: /^(?:Home \| )?Gatsby Default Starter$/, text: /Gatsby/ },
	{ name: 'Docusaurus', title: /\bMy Site$/, text: /Dinosaurs are cool|Docusaurus Tutorial/ },
	{
		name: 'Angular',
		title: /^[\w .-]*$/,
		text: /Congratulations! Your app is running\.|[">] app is running!/,
	},
	{ name: 'Laravel', title: /^Laravel$/, text: /laravel\.com\/docs|laracasts\.com/ },
	{
		name: 'Django',
		title:
			/^(?:The install worked successfully! Congratulations!|Django: the Web framework for perfectionists with deadlines\.)$/,
		text: null,
	},
	{
		name: 'Rails',
		title: /^Ruby on Rails(?: [\d.]+)?$/,
		text: /Yay! You(?:&rsquo;|’|')re on Rails!|Rails version:/,
	},
	{ name: 'Symfony', title: /^Welcome to Symfony!?$/, text: null },
	{ name: 'CodeIgniter', title: /^Welcome to CodeIgniter(?: \d)?!?$/, text: null },
	{
		name: 'ASP.NET Core',
		title: /^Home [Pp]age - /,
		text: /Learn about <a [^>]{1,200}>building Web apps with ASP\.NET Core<\/a>/,
	},
	{
		name: 'Blazor',
		title: /^(?:Home|Index)$/,
		text: /Hello, world!<\/h1>(?:\s|<!--[^>]{0,40}-->){0,40}Welcome to your new app\./,
	},
	{
		name: 'Phoenix',
		title: /Phoenix Framework$/,
		text: /Peace of mind from prototype to production/,
	},
	{ name: 'Express', title: /^Express$/, text: /Welcome to Express/ },
	{
		name: 'WordPress',
		title: /Just another WordPress site$/,
		text: /Welcome to WordPress\. This is your first post/,
	},
	{ name: 'GitHub Pages', title: /Welcome to GitHub Pages/, text: /editor on GitHub/ },
];

/** Titles that a finished page can have by chance: they count with the template's words alone. */
const COMMON = new Set([
	...['SvelteKit', 'Angular', 'Docusaurus', 'Laravel', 'Express', 'Astro'],
	...['ASP.NET Core', 'Blazor'],
]);

/** A page that is not the owner's. */
export interface DefaultPage {
	readonly name: string;
	/** `title`: a template's title on a page that has text of its own. */
	readonly how: 'server' | 'starter' | 'title';
	readonly title: string;
}

/** More text than a template's empty frame has. */
const OWN_TEXT = 200;

/** Templates that have a page of text at all have less than this. */
const MOST_TEMPLATE_TEXT = 2_000;

/** By title and body; `null` for a page that somebody made. `scripts` are the texts of its own scripts. */
export function defaultPageIn(
	answer: HttpAnswered,
	url: string,
	scripts: readonly string[],
): DefaultPage | null {
	const page = pageIn(answer, url);
	if (page === null) return null;
	const html = bodyText(answer);
	const title = page.title ?? '';
	const server = SERVER_PAGES.find((one) => one.title.test(title) && one.body.test(html));
	if (server !== undefined && isShort(page)) return { name: server.name, how: 'server', title };
	const found = STARTERS.find((one) => one.title.test(title) && isMeant(one, page, html, scripts));
	if (found === undefined) return null;
	const isTemplate = found.text === null || speaks(found.text, html, scripts);
	const how = isTemplate || page.text.length < OWN_TEXT ? 'starter' : 'title';
	return { name: found.name, how, title };
}

/** Pages about such pages are longer than they are. */
function isShort({ text }: Page): boolean {
	return text.length < 6_000;
}

function isMeant(
	{ name, text }: StarterMarks,
	page: Page,
	html: string,
	scripts: readonly string[],
): boolean {
	if (!COMMON.has(name)) return true;
	return text !== null && speaks(text, html, scripts) && page.text.length < MOST_TEMPLATE_TEXT;
}

function speaks(text: RegExp, html: string, scripts: readonly string[]): boolean {
	return text.test(html) || scripts.some((script) => text.test(script));
}

// ── Hosts that nobody holds ──────────────────────────────────────────────────────────────────────

export interface UnclaimedHost {
	readonly service: string;
	readonly shown: string;
	/** How to take the name; `{host}` and `{target}` filled in. */
	readonly reclaim: string;
}

/** Services whose page for unknown names says so in words that stand nowhere else. */
const CLEAR_WORDS = ['GitHub Pages', 'Amazon S3', 'Vercel', 'Netlify', 'Heroku', 'Shopify', 'Wix'];

/** Those that `dns/takeover` does not know, because they ask for proof. */
const FURTHER: readonly (UnclaimedHost & { readonly sign: RegExp })[] = [
	{
		service: 'Fastly',
		shown: 'Fastly error: unknown domain',
		sign: /Fastly error: unknown domain/i,
		reclaim: 'In Fastly, add {host} under Domains of your service and activate the version.',
	},
	{
		service: 'Azure App Service',
		shown: 'Web Site not found',
		sign: /<title>[^<]{0,60}Error 404[^<]{0,40}<\/title>[\s\S]{0,4000}(?:404 )?Web Site not found/i,
		reclaim: 'In the Azure portal, add {host} under Custom domains of your web app.',
	},
	{
		service: 'Firebase Hosting',
		shown: 'Site Not Found',
		sign: /<title>Site Not Found<\/title>[\s\S]{0,8000}firebase/i,
		reclaim:
			'In the Firebase console, under Hosting > Add custom domain, enter {host}, and deploy.',
	},
	{
		service: 'Google Cloud Storage',
		shown: 'NoSuchBucket',
		sign: /<Code>NoSuchBucket<\/Code>/,
		reclaim: 'Create the bucket that the page names in your own project.',
	},
];

/** The service that answers for a name that it does not know; only errors count. */
export function unclaimedIn(answer: HttpAnswered, host: string): UnclaimedHost | null {
	const { status } = answer;
	if (status < 400) return null;
	const text = bodyText(answer);
	const fill = (reclaim: string) => reclaim.replaceAll(/\{(?:host|target)\}/g, host);
	for (const name of CLEAR_WORDS) {
		const service = takeoverService(name);
		const shown = service === undefined ? null : unclaimedText(service, { status, text });
		if (service !== undefined && shown !== null) {
			return { service: name, shown, reclaim: fill(service.reclaim) };
		}
	}
	const edge = fieldValues(answer, 'x-vercel-error').find((value) =>
		/^DEPLOYMENT_NOT_FOUND$/.test(value),
	);
	if (edge !== undefined) {
		return {
			service: 'Vercel',
			shown: edge,
			reclaim: fill('Add the name to your project: vercel domains add {host}'),
		};
	}
	const further = FURTHER.find(({ sign }) => sign.test(text));
	return further === undefined
		? null
		: { service: further.service, shown: further.shown, reclaim: fill(further.reclaim) };
}

// ── Pages for what is missing ────────────────────────────────────────────────────────────────────

interface NotFoundMarks {
	readonly name: string;
	/** In the body as it came. */
	readonly body: RegExp;
	/** Somewhere else in it. */
	readonly also?: RegExp;
}

/** Bodies that servers, platforms and frameworks send with 404 unless told otherwise, as of November 2026. */
const NOT_FOUND_PAGES: readonly NotFoundMarks[] = [
	{ name: 'nginx', body: /<h1>404 Not Found<\/h1>[\s\S]{0,40}<hr><center>nginx/i },
	{ name: 'OpenResty', body: /<h1>404 Not Found<\/h1>[\s\S]{0,40}<hr><center>openresty/i },
	{
		name: 'Apache',
		body: /<h1>Not Found<\/h1>\s*<p>The requested URL (?:\S{0,400} )?was not found on this server\./i,
	},
	{ name: 'IIS', body: /404 - File or directory not found\./i },
	{ name: 'ASP.NET', body: /<title>The resource cannot be found\.<\/title>/i },
	{ name: 'Tomcat', body: /<title>HTTP Status 404[\s\S]{0,8000}Apache Tomcat/i },
	{ name: 'Jetty', body: /HTTP ERROR 404[\s\S]{0,2000}Powered by Jetty/i },
	{ name: 'LiteSpeed', body: /Proudly powered by\s+(?:<[^>]{0,200}>)?LiteSpeed Web Server/i },
	{
		name: 'Next.js',
		body: /This page could not be found/,
		also: /_next\//,
	},
	{
		name: 'Nuxt',
		body: /<title>404 - [^<]{1,200}\| Nuxt<\/title>|\.spotlight\{background:linear-gradient\(45deg,\s?#00DC82/i,
	},
	{
		name: 'SvelteKit',
		body: /<span class="status">404<\/span>\s*<div class="message">\s*<h1>Not Found<\/h1>/,
	},
	{ name: 'Express', body: /<title>Error<\/title>[\s\S]{0,200}<pre>Cannot GET \// },
	{
		name: 'Flask',
		body: /The requested URL was not found on the server\. If you entered the URL manually/,
	},
	{
		name: 'Django',
		body: /<h1>Not Found<\/h1>\s*<p>The requested resource was not found on this server\.<\/p>/,
	},
	{
		name: 'Rails',
		body: /The page you were looking for doesn[’']t exist[\s\S]{0,400}You may have mistyped the address/,
	},
	{
		name: 'Laravel',
		body: /<title>Not Found<\/title>/,
		also: /tracking-wider">\s{0,80}404\s{0,80}<\/div>/,
	},
	{ name: 'Spring Boot', body: /<h1>Whitelabel Error Page<\/h1>/ },
	{ name: 'FastAPI', body: /^\s*\{"detail":"Not Found"\}\s*$/ },
	{ name: 'Vercel', body: /The page could not be found\s+NOT_FOUND\b|<code>NOT_FOUND<\/code>/ },
	{
		name: 'Netlify',
		body: /Looks like you(?:'|’|&#39;)ve followed a broken link or entered a URL that doesn(?:'|’|&#39;)t exist on this site/,
	},
	{
		name: 'GitHub Pages',
		body: /<strong>File not found<\/strong>[\s\S]{0,800}The site configured at this address/,
	},
	{
		name: 'Firebase Hosting',
		body: /<title>Page Not Found<\/title>/,
		also: /This file does not exist and there was no (?:<code>)?index\.html/,
	},
	{ name: 'Amazon S3', body: /<Code>(?:NoSuchKey|AccessDenied)<\/Code>|<li>Code: NoSuchKey<\/li>/ },
	{
		name: 'Docusaurus',
		body: /Please contact the owner of the site that linked you to the original URL/,
	},
];

/** Only so much of a body is searched. */
const SEARCHED = 262_144;

/** Whose page for missing pages an answer is; `null` for one of the site's own. */
export function defaultNotFoundIn(answer: HttpAnswered): string | null {
	if (answer.status < 400 || answer.status >= 500) return null;
	const text = bodyText(answer).slice(0, SEARCHED);
	const found = NOT_FOUND_PAGES.find(
		({ body, also }) => body.test(text) && also?.test(text) !== false,
	);
	return found?.name ?? null;
}

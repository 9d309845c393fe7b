import ipaddr from 'ipaddr.js';
import { isWithin } from '../dns/ancestry.ts';

/**
 * Whether a stranger can claim a name that still points to a service after its owner left: `yes` by
 * signing up, `edge` only sometimes (the service often asks for proof by now), `no` without proof.
 */
export type Claimable = 'yes' | 'edge' | 'no';

/** A hosting service that customers point names to. */
export interface TakeoverService {
	readonly name: string;
	/** Where customers' aliases lead: these names and everything below. */
	readonly suffixes: readonly string[];
	/** For targets that no list of suffixes holds. */
	readonly pattern?: RegExp;
	/** Targets below the suffixes that nobody else can get again: the service made up a part of them. */
	readonly unique?: RegExp;
	/** Published addresses (CIDR) for names that cannot be aliases, such as a bare domain. */
	readonly ranges?: readonly string[];
	/** What shows that nobody holds the name: the target is gone, or one of these texts is served. */
	readonly signal: 'nxdomain' | readonly string[];
	/** The texts also stand on missing pages of customers: they count with an error status alone. */
	readonly isCommonText?: true;
	readonly claimable: Claimable;
	/** How to hold the name again; `{host}` is ours, `{target}` the alias's. */
	readonly reclaim: string;
}

/**
 * Facts as collected by the contributors of can-i-take-over-xyz
 * (https://github.com/EdOverflow/can-i-take-over-xyz, CC BY 4.0), as of November 2026, shortened and with
 * suffixes, addresses and steps added. A service that is missing here costs a finding of `dangling-cname`
 * instead of a sharper one, and never a false one.
 */
const CLAIMABLE_SERVICES: readonly TakeoverService[] = [
	{
		name: 'Microsoft Azure',
		suffixes: [
			'azurewebsites.net',
			'cloudapp.net',
			'cloudapp.azure.com',
			'blob.core.windows.net',
			'azureedge.net',
			'azure-api.net',
			'azurecontainer.io',
			'azurecr.io',
			'azurehdinsight.net',
			'azuredatalakestore.net',
			'database.windows.net',
			'search.windows.net',
			'servicebus.windows.net',
			'redis.cache.windows.net',
			'trafficmanager.net',
			'visualstudio.com',
		],
		// Default host names that App Service has made unique since 2024.
		unique: /-[a-z0-9]{16}\.[a-z0-9]+-\d\d\.azurewebsites\.net$/,
		signal: 'nxdomain',
		claimable: 'yes',
		reclaim:
			'In the Azure portal, create the resource with the same name again, so that {target} exists, and add {host} to it as a custom domain.',
	},
	{
		name: 'AWS Elastic Beanstalk',
		suffixes: ['elasticbeanstalk.com'],
		unique: /\.eba-[a-z0-9]+\.[a-z0-9-]+\.elasticbeanstalk\.com$/,
		signal: 'nxdomain',
		claimable: 'yes',
		reclaim:
			'In Elastic Beanstalk, create an environment with the same prefix and region again, so that {target} exists.',
	},
	{
		name: 'Discourse',
		suffixes: ['trydiscourse.com'],
		signal: 'nxdomain',
		claimable: 'yes',
		reclaim: 'Ask Discourse to set up {target} for your account again.',
	},
	{
		name: 'Amazon S3',
		suffixes: [],
		pattern: /(?:^|\.)s3(?:[.-][a-z0-9.-]+)?\.amazonaws\.com(?:\.cn)?$/,
		signal: ['NoSuchBucket'],
		claimable: 'yes',
		reclaim:
			'Create the bucket in your own account again: aws s3api create-bucket with the name that the error page gives (for website hosting it is {host}), in the region of {target}.',
	},
	{
		name: 'Bitbucket',
		suffixes: ['bitbucket.io'],
		signal: ['Repository not found'],
		claimable: 'yes',
		reclaim: 'Create the repository that {target} stands for in your own workspace again.',
	},
	{
		name: 'Ghost',
		suffixes: ['ghost.io'],
		signal: [
			'Site unavailable',
			'Failed to resolve DNS path',
			'The thing you were looking for is no longer here, or never was',
		],
		claimable: 'yes',
		reclaim: 'In Ghost(Pro), under Settings > Domain, enter {host} for your publication.',
	},
	{
		name: 'Surge',
		suffixes: ['surge.sh'],
		signal: ['project not found'],
		claimable: 'yes',
		reclaim: 'Publish to the name yourself: surge ./folder {host}',
	},
	{
		name: 'ReadMe',
		suffixes: ['readme.io'],
		signal: ['still working on making everything perfect', 'Project doesnt exist... yet!'],
		claimable: 'yes',
		reclaim: 'In ReadMe, under Configuration > Custom Domain, enter {host} for your project.',
	},
	{
		name: 'Help Scout',
		suffixes: ['helpscoutdocs.com'],
		signal: ['No settings were found for this company'],
		claimable: 'yes',
		reclaim: 'In Help Scout, under Docs > your site > Custom Domain, enter {host}.',
	},
	{
		name: 'Helpjuice',
		suffixes: ['helpjuice.com'],
		signal: ["We could not find what you're looking for"],
		claimable: 'yes',
		reclaim: 'In Helpjuice, under Settings > Custom Domain, enter {host}.',
	},
	{
		name: 'Strikingly',
		suffixes: ['s.strikinglydns.com'],
		signal: ['PAGE NOT FOUND'],
		isCommonText: true,
		claimable: 'yes',
		reclaim: 'In Strikingly, under Settings > Domain/URL of your site, enter {host}.',
	},
	{
		name: 'SurveySparrow',
		suffixes: ['surveysparrow.com'],
		signal: ['Account not found'],
		claimable: 'yes',
		reclaim: 'In SurveySparrow, under Settings > Custom Domain, enter {host}.',
	},
	{
		name: 'Uberflip',
		suffixes: ['read.uberflip.com'],
		signal: ['does not provide a hub'],
		claimable: 'yes',
		reclaim: 'In Uberflip, under Account > Domains, enter {host} for your hub.',
	},
	{
		name: 'UptimeRobot',
		suffixes: ['stats.uptimerobot.com'],
		signal: ['page not found'],
		isCommonText: true,
		claimable: 'yes',
		reclaim: 'In UptimeRobot, under Status pages > your page > Custom domain, enter {host}.',
	},
	{
		name: 'Pingdom',
		suffixes: ['stats.pingdom.com'],
		signal: ["couldn't find the status page"],
		claimable: 'yes',
		reclaim: 'In Pingdom, under Status pages > Custom domain, enter {host}.',
	},
	{
		name: 'WordPress.com',
		suffixes: ['wordpress.com'],
		signal: ['Do you want to register'],
		claimable: 'yes',
		reclaim: 'In WordPress.com, under Upgrades > Domains > Use a domain I own, add {host}.',
	},
	{
		name: 'YouTrack',
		suffixes: ['youtrack.cloud'],
		signal: ['is not a registered InCloud YouTrack'],
		claimable: 'yes',
		reclaim: 'In YouTrack, under Administration > Domain Settings, enter {host}.',
	},
	{
		name: 'ngrok',
		suffixes: ['ngrok.io'],
		signal: ['ngrok.io not found'],
		claimable: 'yes',
		reclaim:
			'In the ngrok dashboard, under Domains, reserve {host} and use the alias that it then shows.',
	},
	{
		name: 'Agile CRM',
		suffixes: ['agilecrm.com'],
		signal: ['this page is no longer available'],
		claimable: 'yes',
		reclaim: 'In Agile CRM, publish the landing page again and enter {host} as its domain.',
	},
	{
		name: 'Anima',
		suffixes: ['animaapp.io'],
		signal: [
			'The page you were looking for does not exist',
			"If this is your website and you've just created it, try refreshing in a minute",
		],
		claimable: 'yes',
		reclaim: 'In Anima, under Publish > Custom domain of your project, enter {host}.',
	},
	{
		name: 'Canny',
		suffixes: ['canny.io'],
		signal: ['Company Not Found'],
		claimable: 'yes',
		reclaim: 'In Canny, under Settings > Custom domain, enter {host}.',
	},
	{
		name: 'Gemfury',
		suffixes: ['furyns.com'],
		signal: ['This page could not be found'],
		isCommonText: true,
		claimable: 'yes',
		reclaim: 'In Gemfury, under Settings > Custom domain of your account, enter {host}.',
	},
	{
		name: 'GetResponse',
		suffixes: ['gr8.com'],
		signal: ['lead generation has never been easier'],
		claimable: 'yes',
		reclaim: 'In GetResponse, publish the landing page again with {host} as its own domain.',
	},
	{
		name: 'Campaign Monitor',
		suffixes: ['createsend.com'],
		signal: ['Trying to access your account?'],
		claimable: 'yes',
		reclaim: 'In Campaign Monitor, under Account settings > Custom domain, enter {host}.',
	},
	{
		name: 'Pantheon',
		suffixes: ['pantheonsite.io'],
		signal: ['404 error unknown site!'],
		claimable: 'yes',
		reclaim:
			'In the Pantheon dashboard, under Domains / HTTPS of the live environment, add {host}.',
	},
	{
		name: 'Read the Docs',
		suffixes: ['readthedocs.io'],
		signal: ['URL that you entered does not exist'],
		claimable: 'yes',
		reclaim: 'In Read the Docs, under Settings > Domains of your project, add {host}.',
	},
	{
		name: 'Short.io',
		suffixes: ['short.io'],
		signal: ['Link does not exist'],
		isCommonText: true,
		claimable: 'yes',
		reclaim: 'In Short.io, under Domains, add {host}.',
	},
	{
		name: 'GitHub Pages',
		suffixes: ['github.io'],
		ranges: [
			'185.199.108.153/32',
			'185.199.109.153/32',
			'185.199.110.153/32',
			'185.199.111.153/32',
			'2606:50c0:8000::153/128',
			'2606:50c0:8001::153/128',
			'2606:50c0:8002::153/128',
			'2606:50c0:8003::153/128',
		],
		signal: ["There isn't a GitHub Pages site here"],
		claimable: 'edge',
		reclaim:
			'In the repository, under Settings > Pages > Custom domain, enter {host}, and verify the domain under Settings > Pages of the account or organisation.',
	},
	{
		name: 'Heroku',
		suffixes: ['herokudns.com', 'herokuapp.com'],
		signal: ['No such app'],
		claimable: 'edge',
		reclaim:
			'Add the name to your app again and use the alias that it prints: heroku domains:add {host}',
	},
	{
		name: 'Netlify',
		suffixes: ['netlify.app', 'netlify.com'],
		signal: ['Not Found - Request ID:'],
		claimable: 'edge',
		reclaim: 'In Netlify, under Domain management of your site, add {host}.',
	},
	{
		name: 'Vercel',
		suffixes: ['vercel.app', 'vercel-dns.com'],
		signal: ['DEPLOYMENT_NOT_FOUND'],
		claimable: 'edge',
		reclaim: 'Add the name to your project again: vercel domains add {host}',
	},
	{
		name: 'Shopify',
		suffixes: ['myshopify.com'],
		signal: ['this shop is currently unavailable'],
		claimable: 'edge',
		reclaim:
			'In the Shopify admin, under Settings > Domains > Connect existing domain, enter {host}.',
	},
	{
		name: 'Webflow',
		suffixes: ['webflow.com'],
		signal: ["doesn't exist or has been moved"],
		isCommonText: true,
		claimable: 'edge',
		reclaim: 'In Webflow, under Site settings > Publishing > Custom domains, add {host}.',
	},
	{
		name: 'Wix',
		suffixes: ['wixdns.net'],
		signal: ["Isn't Connected To A Website Yet"],
		claimable: 'edge',
		reclaim: 'In Wix, under Domains, connect {host} to your site.',
	},
	{
		name: 'Tumblr',
		suffixes: ['domains.tumblr.com'],
		signal: ['Whatever you were looking for'],
		claimable: 'edge',
		reclaim: 'In Tumblr, under Settings > your blog > Use a custom domain, enter {host}.',
	},
	{
		name: 'Intercom',
		suffixes: ['custom.intercom.help'],
		signal: ["Uh oh. That page doesn't exist"],
		isCommonText: true,
		claimable: 'edge',
		reclaim: 'In Intercom, under Help Center > Domain, enter {host}.',
	},
];

/** Services that let nobody have a name without proof, or whose targets cannot be had again. */
const GUARDED_SERVICES: readonly (readonly [name: string, ...suffixes: string[]])[] = [
	['AWS Elastic Load Balancing', 'elb.amazonaws.com'],
	['Amazon CloudFront', 'cloudfront.net'],
	['Fastly', 'fastly.net', 'fastlylb.net'],
	['Akamai', 'akamai.net', 'akamaiedge.net', 'edgekey.net', 'edgesuite.net'],
	['Firebase Hosting', 'web.app', 'firebaseapp.com'],
	['Fly.io', 'fly.dev'],
	['GitLab Pages', 'gitlab.io'],
	['Google Cloud Storage', 'storage.googleapis.com'],
	['Squarespace', 'squarespace.com'],
	['Statuspage', 'statuspage.io', 'stspg-customer.com'],
	['Unbounce', 'unbouncepages.com'],
	['UserVoice', 'uservoice.com'],
	['WP Engine', 'wpengine.com'],
	['Kinsta', 'kinsta.cloud', 'kinsta.com'],
	['Zendesk', 'zendesk.com'],
	['HubSpot', 'hubspot.net', 'hs-sites.com'],
	['Freshdesk', 'freshdesk.com'],
	['SendGrid', 'sendgrid.net'],
	['Mailchimp', 'mcsv.net', 'mailchimp.com', 'list-manage.com'],
];

/** Every service, those that ask for proof included. */
export const TAKEOVER_SERVICES: readonly TakeoverService[] = [
	...CLAIMABLE_SERVICES,
	...GUARDED_SERVICES.map(
		([name, ...suffixes]): TakeoverService => ({
			name,
			suffixes,
			signal: [],
			claimable: 'no',
			reclaim: `Set {host} up at ${name} again, and use the alias that it then shows.`,
		}),
	),
];

/** A service, as one name of ours leads to it. */
export interface ServiceMatch {
	readonly service: string;
	/** `no` also where this very target cannot be had again. */
	readonly claimable: Claimable;
	/** The alias target or address that shows it. */
	readonly by: string;
}

/** The service behind an alias target, in any letter case; `null` where none is known. */
export function serviceAtTarget(target: string): ServiceMatch | null {
	const name = target.toLowerCase().replace(/\.$/, '');
	const service = TAKEOVER_SERVICES.find(
		({ suffixes, pattern }) =>
			suffixes.some((suffix) => isWithin(name, suffix)) || (pattern?.test(name) ?? false),
	);
	if (service === undefined) return null;
	const claimable = service.unique?.test(name) ? 'no' : service.claimable;
	return { service: service.name, claimable, by: name };
}

/** The service that a published address belongs to; `null` where none is known. */
export function serviceAtAddress(address: string): ServiceMatch | null {
	if (!ipaddr.isValid(address)) return null;
	const parsed = ipaddr.process(address);
	const service = TAKEOVER_SERVICES.find(({ ranges = [] }) =>
		ranges.some((range) => {
			const [network, bits] = ipaddr.parseCIDR(range);
			return network.kind() === parsed.kind() && parsed.match(network, bits);
		}),
	);
	if (service === undefined) return null;
	return { service: service.name, claimable: service.claimable, by: address };
}

/** By name, as in a match. */
export function takeoverService(name: string): TakeoverService | undefined {
	return TAKEOVER_SERVICES.find((one) => one.name === name);
}

/** The text by which a page says that nobody holds the name; `null` where it says no such thing. */
export function unclaimedText(
	{ signal, isCommonText }: TakeoverService,
	{ status, text }: { readonly status: number; readonly text: string },
): string | null {
	if (signal === 'nxdomain') return null;
	// A redirect is set up by somebody, and what a failing server writes says nothing about the name.
	if (status >= 300 && status < 400) return null;
	if (isCommonText && status < 400) return null;
	const read = plain(text);
	return signal.find((words) => read.includes(plain(words))) ?? null;
}

/** Spelling that servers vary: apostrophes, letter case, white space. */
function plain(text: string): string {
	return text
		.replaceAll(/&#0*39;|&#x27;|&apos;|&rsquo;|\u2019/gi, "'")
		.replaceAll(/\s+/g, ' ')
		.toLowerCase();
}

/** Whether a stranger can set up a zone at a DNS provider whose servers a delegation still names. */
interface DnsProvider {
	readonly name: string;
	/** Of name servers. */
	readonly servers: RegExp;
	/** `open`: by signing up; `paid`: by buying something; `edge`: sometimes; `closed`: not. */
	readonly zones: 'open' | 'paid' | 'edge' | 'closed';
}

/**
 * After the lists of can-i-take-over-dns (https://github.com/indianajson/can-i-take-over-dns), as of
 * November 2026. A provider that is missing here counts as closed.
 */
const DNS_PROVIDERS: readonly DnsProvider[] = [
	{ name: 'DigitalOcean', servers: /(?:^|\.)ns\d\.digitalocean\.com$/, zones: 'open' },
	{ name: 'DNSimple', servers: /\.dnsimple(?:-edge)?\.(?:com|net|org)$/, zones: 'open' },
	{ name: 'DNS Made Easy', servers: /\.dnsmadeeasy\.com$/, zones: 'open' },
	{ name: 'Hurricane Electric', servers: /(?:^|\.)ns\d\.he\.net$/, zones: 'open' },
	{ name: 'Linode', servers: /(?:^|\.)ns\d\.linode\.com$/, zones: 'open' },
	{ name: 'TierraNet', servers: /\.domaindiscover\.com$/, zones: 'open' },
	{ name: 'Domain.com', servers: /(?:^|\.)ns\d\.domain\.com$/, zones: 'paid' },
	{ name: 'Name.com', servers: /(?:^|\.)ns\d?[a-z]*\.name\.com$/, zones: 'paid' },
	{ name: 'Azure DNS', servers: /\.azure-dns\.(?:com|net|org|info)$/, zones: 'edge' },
	{
		name: 'Google Cloud DNS',
		servers: /(?:^|\.)ns-cloud-[a-z]\d\.googledomains\.com$/,
		zones: 'edge',
	},
	{ name: 'DreamHost', servers: /(?:^|\.)ns\d\.dreamhost\.com$/, zones: 'edge' },
	{ name: 'Amazon Route 53', servers: /\.awsdns-[^.]+\.(?:com|net|org|co\.uk)$/, zones: 'closed' },
	{ name: 'Cloudflare', servers: /\.ns\.cloudflare\.com$/, zones: 'closed' },
	{ name: 'Gandi', servers: /\.gandi\.net$/, zones: 'closed' },
	{ name: 'Namecheap', servers: /\.registrar-servers\.com$/, zones: 'closed' },
];

/** The provider of a name server, and whether strangers get zones there; `null` where none is known. */
export function dnsProviderOf(server: string): Pick<DnsProvider, 'name' | 'zones'> | null {
	const name = server.toLowerCase().replace(/\.$/, '');
	const found = DNS_PROVIDERS.find(({ servers }) => servers.test(name));
	return found === undefined ? null : { name: found.name, zones: found.zones };
}

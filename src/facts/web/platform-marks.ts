import type { Platform } from '../../core/fix.ts';

/** What a vendor's or program's answers, names and addresses are recognised by. */
export interface Marks {
	readonly name: string;
	/** The syntax in which its users configure it, where we have one. */
	readonly snippet?: Platform;
	/** Ends of the names that aliases lead to. */
	readonly aliases?: readonly string[];
	/** Published address ranges. */
	readonly ranges?: readonly string[];
	readonly headers?: readonly (readonly [name: string, value: RegExp])[];
	/** Beginnings of cookie names. */
	readonly cookies?: readonly string[];
	/** What its pages contain. */
	readonly page?: RegExp;
	/** It has Cloudflare in front of it by itself: that is not the user's Cloudflare. */
	readonly behindCloudflare?: boolean;
}

/** General knowledge of November 2026; vendors change these without notice. */
export const EDGES: readonly Marks[] = [
	{
		name: 'Cloudflare',
		snippet: 'cloudflare',
		aliases: ['cdn.cloudflare.net'],
		ranges: [
			'103.21.244.0/22',
			'103.22.200.0/22',
			'103.31.4.0/22',
			'104.16.0.0/13',
			'104.24.0.0/14',
			'108.162.192.0/18',
			'131.0.72.0/22',
			'141.101.64.0/18',
			'162.158.0.0/15',
			'172.64.0.0/13',
			'173.245.48.0/20',
			'188.114.96.0/20',
			'190.93.240.0/20',
			'197.234.240.0/22',
			'198.41.128.0/17',
			'2400:cb00::/32',
			'2405:8100::/32',
			'2405:b500::/32',
			'2606:4700::/32',
			'2803:f800::/32',
			'2a06:98c0::/29',
			'2c0f:f248::/32',
		],
		headers: [
			['cf-ray', /./],
			['cf-cache-status', /./],
			['server', /^cloudflare$/i],
		],
		cookies: ['__cf_bm', '__cflb'],
	},
	{
		name: 'CloudFront',
		snippet: 'cloudfront',
		aliases: ['cloudfront.net'],
		headers: [
			['x-amz-cf-id', /./],
			['x-amz-cf-pop', /./],
		],
	},
	{
		name: 'Fastly',
		aliases: ['fastly.net', 'fastlylb.net'],
		headers: [['x-timer', /^S\d+\.\d+,VS/]],
	},
	{
		name: 'Akamai',
		aliases: ['edgekey.net', 'edgesuite.net', 'akamaiedge.net'],
		headers: [
			['server', /^AkamaiGHost/i],
			['x-akamai-transformed', /./],
		],
	},
	{
		name: 'Azure Front Door',
		aliases: ['azurefd.net'],
		headers: [['x-azure-ref', /./]],
	},
	{ name: 'Google', headers: [['via', /\b1\.1 google\b/i]] },
	{ name: 'Bunny', aliases: ['b-cdn.net'], headers: [['server', /^BunnyCDN/i]] },
	{ name: 'KeyCDN', aliases: ['kxcdn.com'], headers: [['server', /^keycdn/i]] },
	{ name: 'Gcore', aliases: ['gcdn.co'] },
	{
		name: 'Imperva',
		aliases: ['incapdns.net', 'impervadns.net'],
		headers: [['x-iinfo', /./]],
		cookies: ['visid_incap_', 'incap_ses_'],
	},
	{ name: 'Sucuri', headers: [['x-sucuri-id', /./]] },
];

export const HOSTING: readonly Marks[] = [
	{
		name: 'Vercel',
		snippet: 'vercel',
		aliases: ['vercel-dns.com', 'vercel.app', 'vercel-dns-016.com', 'vercel-dns-017.com'],
		ranges: ['76.76.21.0/24'],
		headers: [
			['x-vercel-id', /./],
			['server', /^Vercel$/i],
		],
	},
	{
		name: 'Netlify',
		snippet: 'netlify',
		aliases: ['netlify.app', 'netlifyglobalcdn.com'],
		ranges: ['75.2.60.5/32', '99.83.190.102/32'],
		headers: [
			['x-nf-request-id', /./],
			['server', /^Netlify$/i],
		],
	},
	{ name: 'Cloudflare Pages', snippet: 'cloudflare', aliases: ['pages.dev', 'workers.dev'] },
	{
		name: 'Render',
		aliases: ['onrender.com'],
		headers: [['x-render-origin-server', /./]],
		behindCloudflare: true,
	},
	{
		name: 'Fly',
		snippet: 'fly',
		aliases: ['fly.dev'],
		headers: [
			['fly-request-id', /./],
			['server', /^Fly\//i],
		],
	},
	{
		name: 'Railway',
		aliases: ['up.railway.app'],
		headers: [
			['x-railway-request-id', /./],
			['x-railway-edge', /./],
		],
	},
	{
		name: 'Heroku',
		snippet: 'heroku',
		aliases: ['herokudns.com', 'herokuapp.com'],
		headers: [['via', /\bvegur\b|heroku-router/i]],
	},
	{
		name: 'AWS Amplify',
		aliases: ['amplifyapp.com'],
	},
	{
		name: 'AWS load balancer',
		snippet: 'alb',
		aliases: ['elb.amazonaws.com'],
		headers: [['server', /^awselb\//i]],
		cookies: ['AWSALB'],
	},
	{ name: 'Amazon S3', headers: [['server', /^AmazonS3$/i]] },
	{
		name: 'Azure',
		snippet: 'azure',
		aliases: ['azurewebsites.net', 'azurestaticapps.net'],
		cookies: ['ARRAffinity'],
	},
	{
		name: 'Firebase',
		snippet: 'firebase',
		aliases: ['web.app', 'firebaseapp.com'],
		ranges: ['199.36.158.100/32'],
	},
	{
		name: 'Google Cloud',
		aliases: ['run.app', 'appspot.com', 'ghs.googlehosted.com'],
		headers: [['server', /^Google Frontend$/i]],
	},
	{
		name: 'GitHub Pages',
		snippet: 'github-pages',
		aliases: ['github.io'],
		ranges: [
			'185.199.108.153/32',
			'185.199.109.153/32',
			'185.199.110.153/32',
			'185.199.111.153/32',
		],
		headers: [
			['x-github-request-id', /./],
			['server', /^GitHub\.com$/i],
		],
	},
	{
		name: 'Shopify',
		aliases: ['myshopify.com'],
		ranges: ['23.227.38.0/24'],
		headers: [['x-shopid', /./]],
		cookies: ['_shopify_'],
		behindCloudflare: true,
	},
	{
		name: 'Webflow',
		aliases: ['proxy-ssl.webflow.com', 'cdn.webflow.com'],
		page: /<meta[^>]{0,40}content=["']Webflow["'][^>]{0,40}name=["']generator["']/i,
	},
	{
		name: 'Framer',
		aliases: ['framer.app'],
		headers: [['server', /^Framer\b/i]],
		page: /<meta[^>]{0,40}name=["']generator["'][^>]{0,40}content=["']Framer\b/i,
	},
	{
		name: 'Squarespace',
		aliases: ['ext-cust.squarespace.com', 'ext-sq.squarespace.com'],
		ranges: ['198.185.159.144/32', '198.185.159.145/32', '198.49.23.144/32', '198.49.23.145/32'],
		headers: [['server', /^Squarespace$/i]],
	},
	{
		name: 'WP Engine',
		snippet: 'wordpress',
		aliases: ['wpengine.com', 'wpeproxy.com'],
		headers: [['x-powered-by', /^WP Engine/i]],
	},
	{
		name: 'Kinsta',
		snippet: 'wordpress',
		aliases: ['kinsta.cloud'],
		headers: [['x-kinsta-cache', /./]],
	},
	{ name: 'Pantheon', headers: [['x-pantheon-styx-hostname', /./]] },
];

export const SERVERS: readonly Marks[] = [
	{ name: 'nginx', snippet: 'nginx', headers: [['server', /^(?:nginx|openresty)\b/i]] },
	{ name: 'Apache', snippet: 'apache', headers: [['server', /^Apache\b/i]] },
	{ name: 'LiteSpeed', snippet: 'apache', headers: [['server', /^LiteSpeed\b/i]] },
	{
		name: 'Caddy',
		snippet: 'caddy',
		headers: [
			['server', /^Caddy\b/i],
			['via', /\bCaddy\b/],
		],
	},
	{ name: 'IIS', headers: [['server', /^Microsoft-IIS\b/i]] },
];

export const FRAMEWORKS: readonly Marks[] = [
	{
		name: 'Next.js',
		snippet: 'nextjs',
		headers: [
			['x-powered-by', /\bNext\.js\b/i],
			['x-nextjs-cache', /./],
		],
		page: /["'(]\/_next\/static\//,
	},
	{
		name: 'Express',
		snippet: 'express',
		headers: [['x-powered-by', /^Express$/i]],
		cookies: ['connect.sid'],
	},
	{
		name: 'WordPress',
		snippet: 'wordpress',
		headers: [['link', /api\.w\.org/]],
		page: /["'(][^"'()]{0,200}\/wp-content\//,
	},
	{ name: 'Laravel', cookies: ['laravel_session'] },
	{ name: 'Rails', headers: [['x-runtime', /^\d+\.\d{6}$/]] },
	{ name: 'Django', cookies: ['csrftoken'] },
	{ name: 'ASP.NET', headers: [['x-aspnet-version', /./]], cookies: ['ASP.NET_SessionId'] },
	{ name: 'PHP', headers: [['x-powered-by', /^PHP\b/i]], cookies: ['PHPSESSID'] },
];

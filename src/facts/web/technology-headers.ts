/**
 * Response headers that only tell what a site is made of: those to remove by the OWASP Secure Headers
 * Project (`headers_remove.json`, as of 2024-09-02, the later names by other inventories of 2026), `Server`
 * apart, which is judged by its value. Lower case.
 */
export const TECHNOLOGY_HEADERS: ReadonlySet<string> = new Set([
	'$wsep',
	'host-header',
	'k-proxy-request',
	'liferay-portal',
	'oraclecommercecloud-version',
	'pega-host',
	'powered-by',
	'product',
	'sourcemap',
	'x-aspnet-version',
	'x-aspnetmvc-version',
	'x-atmosphere-error',
	'x-atmosphere-first-request',
	'x-atmosphere-tracking-id',
	'x-b3-parentspanid',
	'x-b3-sampled',
	'x-b3-spanid',
	'x-b3-traceid',
	'x-beserver',
	'x-calculatedbetarget',
	'x-cf-powered-by',
	'x-cms',
	'x-cocoon-version',
	'x-content-encoded-by',
	'x-diaginfo',
	'x-drupal-dynamic-cache',
	'x-dtagentid',
	'x-dthealthcheck',
	'x-dtinjectedservlet',
	'x-envoy-attempt-count',
	'x-envoy-external-address',
	'x-envoy-internal',
	'x-envoy-original-dst-host',
	'x-envoy-upstream-service-time',
	'x-feserver',
	'x-framework',
	'x-generated-by',
	'x-generator',
	'x-jitsi-release',
	'x-joomla-version',
	'x-kong-admin-latency',
	'x-kong-client-latency',
	'x-kong-proxy-latency',
	'x-kong-request-id',
	'x-kong-response-latency',
	'x-kong-third-party-latency',
	'x-kong-total-latency',
	'x-kong-upstream-latency',
	'x-kong-upstream-status',
	'x-kubernetes-pf-flowschema-ui',
	'x-kubernetes-pf-prioritylevel-uid',
	'x-litespeed-cache',
	'x-litespeed-cache-control',
	'x-litespeed-purge',
	'x-litespeed-tag',
	'x-litespeed-vary',
	'x-magento-tags',
	'x-mod-pagespeed',
	'x-nextjs-cache',
	'x-nextjs-matched-path',
	'x-nextjs-page',
	'x-nextjs-redirect',
	'x-old-content-length',
	'x-oneagent-js-injection',
	'x-owa-version',
	'x-page-speed',
	'x-php-version',
	'x-powered-by',
	'x-powered-by-plesk',
	'x-powered-cms',
	'x-redirect-by',
	'x-runtime',
	'x-ruxit-js-agent',
	'x-server-powered-by',
	'x-sourcefiles',
	'x-sourcemap',
	'x-turbo-charged-by',
	'x-umbraco-version',
	'x-varnish-backend',
	'x-varnish-server',
	'x-version',
	'x-woodpecker-version',
]);

/** A product and its version: `nginx/1.24.0`, `Jetty(9.4.51)`, `Passenger 6.0.4`. */
const VERSION = /[A-Za-z_)]\/v?\d+(?:\.\d+)*[a-z]?(?=[\s;,()+~-]|$)|(?<![\w.-])v?\d+(?:\.\d+)+/;

/** Edge nodes that call themselves so: their numbers are places. */
const EDGE_NODE = /^(?:ECS|ECAcc|ECD|AmazonS3|BunnyCDN)\b/i;

/** Whether `Server` names a version, and not merely a product with a digit in its name. */
export function namesVersion(server: string): boolean {
	return !EDGE_NODE.test(server) && VERSION.test(server);
}

/** A version whose makers repair nothing any more. */
export interface EndOfLife {
	readonly product: string;
	readonly version: string;
	/** ISO date of the last day with repairs. */
	readonly ended: string;
}

interface Ending {
	readonly product: string;
	/** Group 1 is the version. */
	readonly pattern: RegExp;
	/** From the oldest up: everything below this version ended on that day. */
	readonly below: readonly (readonly [version: string, ended: string])[];
}

/**
 * Makers' own end of support, as of November 2026. nginx and Apache are put late on purpose: distributions
 * ship and repair older branches without saying so, which no header shows.
 */
const ENDINGS: readonly Ending[] = [
	{ product: 'nginx', pattern: /\bnginx\/(\d+(?:\.\d+)*)/i, below: [['1.18', '2024-06-30']] },
	{
		product: 'Apache',
		pattern: /\bApache\/(\d+(?:\.\d+)*)/i,
		below: [
			['2.2', '2013-07-10'],
			['2.4', '2017-12-31'],
		],
	},
	{
		product: 'PHP',
		pattern: /\bPHP\/(\d+(?:\.\d+)*)/i,
		below: [
			['7.0', '2018-12-31'],
			['7.4', '2021-12-06'],
			['8.0', '2022-11-28'],
			['8.1', '2023-11-26'],
			['8.2', '2025-12-31'],
			['8.3', '2026-12-31'],
			['8.4', '2027-12-31'],
			['8.5', '2028-12-31'],
		],
	},
	{
		product: 'OpenSSL',
		pattern: /\bOpenSSL\/(\d+(?:\.\d+)*)/i,
		below: [
			['1.1', '2019-12-31'],
			['3.0', '2023-09-11'],
		],
	},
	{
		product: 'Microsoft IIS',
		pattern: /\bMicrosoft-IIS\/(\d+(?:\.\d+)*)/i,
		below: [
			['7.0', '2015-07-14'],
			['8.0', '2020-01-14'],
			['10.0', '2023-10-10'],
		],
	},
];

/** The same for headers whose whole value is a version. */
const ENDINGS_BY_NAME: ReadonlyMap<string, Ending> = new Map(
	Object.entries({
		'x-aspnet-version': {
			product: 'ASP.NET',
			pattern: /^(\d+(?:\.\d+)*)/,
			below: [['2.0', '2013-10-08']],
		},
		'x-aspnetmvc-version': {
			product: 'ASP.NET MVC',
			pattern: /^(\d+(?:\.\d+)*)/,
			below: [['5.0', '2019-07-01']],
		},
		'x-php-version': {
			product: 'PHP',
			pattern: /^(\d+(?:\.\d+)*)/,
			below: ENDINGS.find(({ product }) => product === 'PHP')?.below ?? [],
		},
	}),
);

/** Distributions that repair old branches under their old number, and say their name. */
const MAINTAINED =
	/ubuntu|debian|\bdeb\d|red ?hat|rhel|\.el[89]\b|rocky|alma|oracle|suse|amazon|fedora|centos stream/i;

/** Every release of it has ended; CentOS Stream is another product. */
const CENTOS: EndOfLife = { product: 'CentOS Linux', version: '8', ended: '2024-06-30' };

/**
 * What a header says is past its end of support on a day. Nothing where the value names a distribution
 * that repairs older versions itself.
 */
export function endedBy(name: string, value: string, now: Date): readonly EndOfLife[] {
	const today = now.toISOString().slice(0, 10);
	if (MAINTAINED.test(value)) return [];
	const own = ENDINGS_BY_NAME.get(name.toLowerCase());
	const found = [...(own === undefined ? [] : [own]), ...ENDINGS].flatMap((one) => {
		const version = one.pattern.exec(value)?.[1];
		if (version === undefined) return [];
		const row = one.below.find(([below]) => compareVersions(version, below) < 0);
		return row === undefined ? [] : [{ product: one.product, version, ended: row[1] }];
	});
	const system = /\(CentOS\b/i.test(value) ? [CENTOS] : [];
	return [...found, ...system].filter(({ ended }) => ended < today);
}

function compareVersions(a: string, b: string): number {
	const [left, right] = [a, b].map((one) => one.split('.').map(Number));
	for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at += 1) {
		const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
		if (difference !== 0) return Math.sign(difference);
	}
	return 0;
}

/**
 * Headers that only debug tools send: Symfony's profiler and error pages, PHP Debug Bar, CodeIgniter's
 * toolbar, Clockwork.
 */
export function isDebugHeader(name: string): boolean {
	return /^(?:x-debug-token(?:-link)?|x-debug-exception(?:-file)?|(?:x-|php)?debugbar(?:-[\w-]+)?|x-clockwork-(?:id|version|path))$/i.test(
		name,
	);
}

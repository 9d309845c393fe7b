import { addressClass } from '../dns/address-class.ts';
import { isWithin } from '../dns/ancestry.ts';

/**
 * `local`: this machine. `private`: inside a building or a cluster. `tunnel`: a developer's machine, or a
 * preview, behind a service. `staging`: a test host of the audited domain, or on a platform.
 */
export type TestKind = 'local' | 'private' | 'tunnel' | 'staging';

/** An address that means nothing, or the wrong thing, to customers. */
export interface TestAddress {
	/** Scheme, host and port. */
	readonly origin: string;
	readonly host: string;
	readonly kind: TestKind;
	/** Neither port nor path, as libraries have it for reading relative addresses. */
	readonly bare: boolean;
}

/** What is audited: none of it is a test address, whatever it is called. */
export interface Own {
	/** `null` where a repository alone is audited. */
	readonly registrable: string | null;
	readonly hosts: readonly string[];
}

/** Services that lead to somebody's own machine or to a preview, as of November 2026. */
const TUNNELS = [
	...[
		'ngrok.io',
		'ngrok.app',
		'ngrok.dev',
		'ngrok-free.app',
		'ngrok-free.dev',
		'trycloudflare.com',
	],
	...['loca.lt', 'localtunnel.me', 'serveo.net', 'lhr.life', 'localhost.run', 'pinggy.link'],
	...['devtunnels.ms', 'app.github.dev', 'githubpreview.dev', 'gitpod.io', 'csb.app'],
	...['webcontainer.io', 'replit.dev', 'nip.io', 'sslip.io', 'xip.io', 'lvh.me', 'localtest.me'],
];

/** Names of previews at platforms where production sites live too. */
const PREVIEWS =
	/^(?:deploy-preview-\d+|[a-z0-9-]+)--[a-z0-9-]+\.netlify\.app$|-git-[a-z0-9-]+\.vercel\.app$|^pr-\d+[a-z0-9-]*\.onrender\.com$|--pr\d+[a-z0-9-]*\.web\.app$/;

/** Where a test site has a name of its own. */
const PLATFORMS =
	/\.(?:vercel\.app|netlify\.app|herokuapp\.com|fly\.dev|onrender\.com|up\.railway\.app|azurewebsites\.net|web\.app|firebaseapp\.com|pages\.dev|workers\.dev|amplifyapp\.com|run\.app|ondigitalocean\.app)$/;

const STAGING_WORDS = new Set(
	'dev devel development preprod preview qa stage staging stg test testing uat'.split(' '),
);

/** Asked by programs inside a cloud, and known to its libraries. */
const CLOUD_INNER = new Set(['metadata.google.internal', 'fd00:ec2::254']);

/** RFC 6761, 6762, 8375, and by custom. */
const PRIVATE_NAME = /(?:^|\.)(?:local|localdomain|internal|home\.arpa|lan|test)$/;

const WEB = /^(?:(https?|wss?):)?\/\/([^\s/?#\\"'<>`]{1,260})([^\s"'<>`]*)$/i;

/**
 * Reads an absolute web address; `null` for a relative one, for one that customers reach, and for everything
 * that is audited.
 */
export function testAddressIn(text: string, own: Own): TestAddress | null {
	const [, scheme = 'https', authority = '', rest = ''] = WEB.exec(text.trim()) ?? [];
	const url = `${/^wss?$/i.test(scheme) ? 'https' : scheme}://${authority}/`;
	if (authority === '' || !URL.canParse(url)) return null;
	const { hostname } = new URL(url);
	const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
	const kind = testKindOf(host, own);
	if (kind === null) return null;
	const place = authority.replace(/^[^@]*@/, '').toLowerCase();
	const hasPort = /:\d+$/.test(place);
	const hasPath = rest.replace(/^\/?(?:[?#].*)?$/, '') !== '';
	return { origin: `${scheme.toLowerCase()}://${place}`, host, kind, bare: !hasPort && !hasPath };
}

/** What kind of test host a name or address is. */
function testKindOf(host: string, own: Own): TestKind | null {
	if (own.hosts.includes(host) || CLOUD_INNER.has(host)) return null;
	if (/^(?:(?:.*\.)?localhost|0\.0\.0\.0)$/.test(host)) return 'local';
	const address = addressClass(host);
	if (address === 'loopback') return 'local';
	if (address !== null) return address === 'private' ? 'private' : null;
	if (own.registrable !== null && isWithin(host, own.registrable)) {
		return isStagingBelow(host, own.registrable) ? 'staging' : null;
	}
	return foreignKindOf(host, own.registrable);
}

function foreignKindOf(host: string, registrable: string | null): TestKind | null {
	if (TUNNELS.some((service) => host.endsWith(`.${service}`)) || PREVIEWS.test(host))
		return 'tunnel';
	if (PLATFORMS.test(host)) return hasStagingWord(host.replace(PLATFORMS, '')) ? 'staging' : null;
	// A laboratory's own top-level domain is its internet.
	const isOwnWorld = registrable !== null && topOf(registrable) === topOf(host);
	return /.\../.test(host) && PRIVATE_NAME.test(host) && !isOwnWorld ? 'private' : null;
}

/** Whether a name below a domain is called like a test host: `staging.`, `api-dev.`, `shop.qa.`. */
function isStagingBelow(host: string, registrable: string): boolean {
	return host !== registrable && hasStagingWord(host.slice(0, -registrable.length - 1));
}

function hasStagingWord(labels: string): boolean {
	return labels.split('.').some((label) => {
		const words = label.split('-');
		return [words[0], words.at(-1)].some((word) =>
			STAGING_WORDS.has(word?.replace(/\d+$/, '') ?? ''),
		);
	});
}

function topOf(name: string): string {
	return name.slice(name.lastIndexOf('.') + 1);
}

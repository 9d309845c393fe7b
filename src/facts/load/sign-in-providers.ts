import { isWithin } from '../dns/ancestry.ts';

/** A service that is other people's, and what a name or an answer of it is recognised by. */
interface LoadProvider {
	readonly name: string;
	/** Ends of host names, its own and those that aliases lead to. */
	readonly names: readonly string[];
	readonly hosts?: RegExp;
	/** Response headers that nothing else sends. */
	readonly headers: readonly string[];
	/** Where it says what it allows. */
	readonly policy: string;
	/** It asks to be asked before any load, whatever is loaded. */
	readonly asksFirst: boolean;
	readonly signsIn: boolean;
}

/** General knowledge of November 2026; `server: Vercel` is read with `x-vercel-id`. */
const LOAD_PROVIDERS: readonly LoadProvider[] = [
	{
		name: 'Auth0',
		names: ['auth0.com', 'auth0app.com'],
		headers: ['x-auth0-requestid', 'x-auth0-not-found'],
		policy:
			'https://auth0.com/docs/troubleshoot/customer-support/operational-policies/load-testing-policy',
		asksFirst: true,
		signsIn: true,
	},
	{
		name: 'Amazon Cognito',
		names: ['amazoncognito.com'],
		hosts: /^cognito-(?:idp|identity)(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com$/,
		headers: ['x-amz-cognito-request-id'],
		policy: 'https://docs.aws.amazon.com/cognito/latest/developerguide/quotas.html',
		asksFirst: false,
		signsIn: true,
	},
	{
		name: 'Clerk',
		names: ['clerk.com', 'clerk.dev', 'clerk.services', 'clerk.accounts.dev', 'accounts.dev'],
		headers: ['x-clerk-trace-id'],
		policy: 'https://clerk.com/docs/backend-requests/resources/rate-limits',
		asksFirst: false,
		signsIn: true,
	},
	{
		name: 'Vercel',
		names: [
			'vercel-dns.com',
			'vercel.app',
			'vercel-dns-016.com',
			'vercel-dns-017.com',
			'vercel.com',
			'now.sh',
		],
		headers: ['x-vercel-id'],
		policy: 'https://vercel.com/docs/limits/fair-use-guidelines',
		asksFirst: true,
		signsIn: false,
	},
];

export interface ProviderSeen {
	readonly provider: LoadProvider;
	/** What showed it, in words. */
	readonly by: string;
}

/** Whose service a host is, by its name, by the names that it is an alias of, and by its answers. */
export function providersAt(
	host: string,
	aliases: readonly string[],
	headerNames: readonly string[],
): readonly ProviderSeen[] {
	const sent = new Set(headerNames.map((name) => name.toLowerCase()));
	return LOAD_PROVIDERS.flatMap((provider) => {
		const by = shownBy(provider, { host, aliases, sent });
		return by === null ? [] : [{ provider, by }];
	});
}

function shownBy(
	provider: LoadProvider,
	{
		host,
		aliases,
		sent,
	}: {
		readonly host: string;
		readonly aliases: readonly string[];
		readonly sent: ReadonlySet<string>;
	},
): string | null {
	const isIts = (name: string) =>
		provider.names.some((end) => isWithin(name, end)) || provider.hosts?.test(name) === true;
	if (isIts(host)) return `${host} is its own name`;
	const alias = aliases.find(isIts);
	if (alias !== undefined) return `${host} is an alias of ${alias}`;
	const header = provider.headers.find((name) => sent.has(name));
	return header === undefined ? null : `${host} answers with the header ${header}`;
}

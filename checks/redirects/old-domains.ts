import {
	at,
	blocked,
	botWall,
	type ChainReport,
	cannotSay,
	certificateRefusal,
	defineCheck,
	type Fact,
	type Hop,
	isSameSite,
	isWithin,
	type Judgement,
	known,
	MATRIX_QUERY,
	minutes,
	type OldDomain,
	oldDomains,
	optional,
	ownedBy,
	perPlatform,
	queryChange,
	rawQuery,
	type SurveyedDomain,
	type ToldTarget,
	type TrustStore,
	toldTargets,
	trustStore,
	unknown,
	z,
} from '../../src/sdk.ts';
import { deadEnd, FAILURES } from './_ends.ts';
import { plainHost } from './_rules.ts';
import { chain, failedHop, HTML, hop } from './_samples.ts';
import { hostOf } from './_tags.ts';

type Dead = {
	readonly host: string;
	readonly domain: string;
	/** Each the end of a sentence that begins with the host. */
	readonly faults: readonly string[];
	readonly staging: boolean;
};

export default defineCheck({
	id: 'redirects/old-domains',
	title: 'Every domain that was given up still leads here, page by page',
	rationale:
		'Links to an old name go on being clicked for years. A name that lapses is registered by somebody else, who then ' +
		'gets its visitors and its mail.',
	references: [
		'RFC 9110 §15.4.2 (301 Moved Permanently)',
		'RFC 9110 §4.3.4 (the certificate must match the name)',
	],
	reach: 'trust',
	layer: 'server',
	over: toldTargets,
	options: z.object({}),
	verdicts: {
		'leads-here': {
			outcome: 'pass',
			says: (a: { host: string; end: string }) => `${a.host} leads to ${a.end}, page by page.`,
		},
		dead: {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later'],
				pick: (a: Dead) => (a.staging ? 'later' : 'high'),
			},
			effort: minutes(45),
			says: (a: Dead) =>
				`The old domain ${a.host} does not lead to ${a.domain} as it should: it ${a.faults.join('; it ')}.`,
			impact:
				'Whoever follows an old link gets an error or the wrong page, and the reputation of the old links is lost.',
			fix: (a: Dead) => {
				const [from, to] = [plainHost(a.host, a.domain), `https://${a.domain}`];
				return perPlatform(
					`Keep ${from} for at least a year, with DNS, a certificate of its own, and one redirect that keeps path and query.`,
					{
						nginx: `server {\n  listen 80;\n  listen 443 ssl;\n  server_name ${from};\n  # ssl_certificate for ${from}\n  return 301 ${to}$request_uri;\n}`,
						apache: `<VirtualHost *:443>\n  ServerName ${from}\n  # SSLCertificateFile for ${from}\n  RewriteEngine On\n  RewriteRule ^ ${to}%{REQUEST_URI} [R=301,L]\n</VirtualHost>`,
						caddy: `${from} {\n  redir ${to}{uri} permanent\n}`,
						cloudflare: `Add ${from} as a zone of its own; DNS: a proxied A record 192.0.2.1\nRedirect rule, dynamic: concat("${to}", http.request.uri.path), 301, preserve query string`,
						vercel: `Project > Settings > Domains > Add ${from}: "Redirect to" ${a.domain}, 308`,
						netlify: `Domain management > Add domain alias ${from}\n# _redirects\nhttps://${from}/* ${to}/:splat 301!`,
						firebase: `Hosting > Add custom domain > ${from}: Redirect to ${a.domain}`,
						alb: `Listener HTTPS:443 > add a certificate for ${from}; rule: host header is ${from} > Redirect to\nHTTPS://${a.domain}:443/#{path}?#{query}, status 301`,
						cloudfront: `A distribution for ${from} with a certificate of its own, and a function (viewer request) that redirects to ${to} with uri and query`,
					},
					'Renew the registration for several years, and switch automatic renewal on.',
					`DNS of ${from} must lead to the server that redirects.`,
					'Take the certificate for the old name into automatic renewal as well.',
				);
			},
			control: 'A random path with a query was asked over HTTPS and HTTP, and followed by GET.',
			reproduce: (a: Dead) => `curl -sIL 'https://${plainHost(a.host, a.domain)}/some/page?x=1'`,
		},
	},
	appliesTo: ({ oldDomains: hosts }) =>
		hosts.length === 0 ? 'No old domains were given (oldDomains in the config).' : true,
	needs: ({ subject }) => ({
		domains: oldDomains({
			hosts: [...subject.oldDomains],
			home: subject.name,
			owned: ownedBy(subject),
			seed: subject.seed,
		}),
		trust: optional(trustStore({})),
	}),
	judge({ given: { domains, trust }, subject, now, say }) {
		const store = trust.status === 'known' ? trust.value : null;
		return domains.flatMap(({ host, survey }): Judgement<'leads-here' | 'dead'>[] => {
			if (survey.status === 'unknown') return [cannotSay(survey.because, survey.detail)];
			if (survey.status === 'blocked') return [cannotSay('inconclusive', survey.detail)];
			const read = readDomain(survey.value, { subject, now, trust: store });
			const place = { kind: 'host' as const, name: host };
			const { faults, doubt } = read;
			const staging = subject.context.stage === 'staging';
			if (faults.length > 0) {
				return [at(place, say('dead', { host, domain: subject.name, faults, staging }))];
			}
			if (doubt !== null) return [cannotSay(doubt.reason, doubt.detail)];
			return [at(place, say('leads-here', { host, end: read.end }))];
		});
	},
	examples: (example) => {
		const host = 'old.example';
		const deepPath = `/lr-0/deep?${MATRIX_QUERY}`;
		const report = (...hops: Hop[]): Fact<ChainReport> =>
			known({
				chain: chain(hops.at(-1)?.failure == null ? 'settled' : 'failed', ...hops),
				withCookies: null,
				answer:
					hops.at(-1)?.status == null ? null : { ...HTML, status: hops.at(-1)?.status ?? 200 },
				unsureSilence: false,
			});
		const leads = (path: string, to = path) =>
			report(
				hop(`https://${host}${path}`, 301, `https://example.com${to}`),
				hop(`https://example.com${to}`, to === '/' ? 200 : 404),
			);
		const given = (more: Partial<OldDomain> = {}, trust: Fact<TrustStore> = NO_TRUST) => ({
			domains: [
				{
					host,
					survey: known({
						host,
						dns: 'resolves',
						root: leads('/'),
						deep: [{ scheme: 'https', report: leads(deepPath) }],
						served: known([]),
						...more,
					}),
				},
			] satisfies SurveyedDomain[],
			trust,
		});
		const deep = (to: string) =>
			given({ deep: [{ scheme: 'https', report: leads(deepPath, to) }] });
		const none = { root: null, deep: [], served: null };
		const told = { subject: { oldDomains: [host] } };
		const staging = {
			subject: { ...told.subject, context: { stage: 'staging' as const } },
		};
		return [
			example('page by page', given(), 'leads-here', told),
			example('into a folder', deep(`/archive${deepPath}`), 'leads-here', told),
			example('no address', given({ dns: 'no-address', ...none }), 'dead', told),
			example(
				'no address, before a staging site',
				given({ dns: 'no-address', ...none }),
				'dead',
				staging,
			),
			example('a private address', given({ dns: 'internal', ...none }), 'dead', told),
			example(
				'no HTTPS',
				given({
					root: report(failedHop(`https://${host}/`, 'refused')),
					served: blocked({ check: 'ssl/https', subject: host }, 'refused'),
				}),
				'dead',
				told,
			),
			example('the path is lost', deep('/'), 'dead', told),
			example('the query is lost', deep('/lr-0/deep'), 'dead', told),
			example(
				'it shows a page of its own',
				given({ root: report(hop(`https://${host}/`, 200)) }),
				'dead',
				told,
			),
			example(
				'it leads to somebody else',
				given({
					root: known({
						chain: chain(
							'leaves-domain',
							hop(`https://${host}/`, 302, 'https://parking.example/'),
							hop('https://parking.example/', 200),
						),
						withCookies: null,
						answer: HTML,
						unsureSilence: false,
					}),
				}),
				'dead',
				told,
			),
			example('a bot wall', given({ root: report(hop(`https://${host}/`, 429)) }), 'unknown', told),
			example('not asked in time', given({ root: unknown('timeout', 'late') }), 'unknown', told),
		];
	},
});

const NO_TRUST: Fact<TrustStore> = unknown('unreadable', 'no trust store');

interface ReadDomain {
	readonly faults: readonly string[];
	readonly doubt: {
		readonly reason: 'denied' | 'timeout' | 'inconclusive';
		readonly detail: string;
	} | null;
	/** Where its start page ends. */
	readonly end: string;
}

interface About {
	readonly subject: ToldTarget;
	readonly now: Date;
	readonly trust: TrustStore | null;
}

/** Everything that is wrong with an old domain; what cannot be told apart from our own trouble is a doubt. */
function readDomain(domain: OldDomain, about: About): ReadDomain {
	const nowhere = { doubt: null, end: '' };
	if (domain.dns === 'no-address') return { ...nowhere, faults: ['has no address in DNS'] };
	if (domain.dns === 'internal') return { ...nowhere, faults: ['has a private address'] };
	const { root } = domain;
	if (root === null || root.status !== 'known') {
		const detail = root === null ? `${domain.host} was not asked` : root.detail;
		const reason = root?.status === 'unknown' && root.because === 'timeout' ? root.because : null;
		return { faults: [], doubt: { reason: reason ?? 'inconclusive', detail }, end: '' };
	}
	const end = root.value.chain.hops.at(-1)?.url ?? '';
	const doubt = doubtIn(domain.host, root.value);
	if (doubt !== null) return { faults: [], doubt, end };
	const faults = [...certificateFault(domain, about), ...rootFault(domain.host, root.value, about)];
	// Where the start page does not arrive, paths and queries are no second fault.
	return {
		faults: faults.length > 0 ? faults : lossesIn(domain),
		doubt: null,
		end,
	};
}

function doubtIn(host: string, { chain: walked, answer, unsureSilence }: ChainReport) {
	const last = walked.hops.at(-1);
	if (unsureSilence) return { reason: 'timeout' as const, detail: `${host} does not answer` };
	const wall = answer === null ? null : botWall(answer);
	if (wall !== null) return { reason: 'denied' as const, detail: `${last?.url}: ${wall}` };
	return last?.status === 403
		? { reason: 'denied' as const, detail: `${last.url} answers 403, perhaps only to us` }
		: null;
}

function certificateFault({ host, served }: OldDomain, { now, trust }: About): readonly string[] {
	if (served?.status !== 'known') return [];
	const refusal = certificateRefusal(served.value, { host, now, trust });
	return refusal === null ? [] : [`has a certificate that browsers refuse (${refusal.detail})`];
}

function rootFault(
	host: string,
	{ chain: walked }: ChainReport,
	{ subject }: About,
): readonly string[] {
	const [first] = walked.hops;
	const last = walked.hops.at(-1);
	if (first?.failure != null) {
		return [`has no working HTTPS: it ${FAILURES[first.failure.how] ?? 'does not answer'}`];
	}
	const dead = deadEnd(walked);
	if (dead !== null) return [dead];
	const there = hostOf(last?.url ?? '');
	const { registrable } = subject;
	const isHere = isWithin(there, registrable);
	if (!isHere && isSameSite(there, host)) return ['shows a page of its own instead of a redirect'];
	if (!isHere) return [`leads to ${last?.url}`];
	const status = last?.status ?? 0;
	return status >= 400 && status !== 401 ? [`ends on ${last?.url}, which answers ${status}`] : [];
}

/** Path and query from the start to the first URL that is no longer the old domain's. */
function lossesIn({ host, deep }: OldDomain): readonly string[] {
	for (const { scheme, report } of deep) {
		if (report.status !== 'known') continue;
		const { hops, end } = report.value.chain;
		const [from] = hops;
		const to = hops.find(({ url }) => !isSameSite(hostOf(url), host)) ?? null;
		if (from === undefined || to === null || end === 'leaves-domain') continue;
		const { pathname: path } = new URL(from.url);
		const there = new URL(to.url);
		const over = `over ${scheme.toUpperCase()}`;
		if (![there.pathname, ...there.searchParams.values()].some((one) => one.includes(path))) {
			return [`forgets which page was asked for (${over}, ${path} leads to ${to.url})`];
		}
		const change = queryChange(rawQuery(from.url), rawQuery(to.url));
		if (change !== null && change.names.length > 0 && change.how !== 'decoded') {
			return [`does not hand on the query (${over}, ${change.names.join(', ')} is ${change.how})`];
		}
	}
	return [];
}

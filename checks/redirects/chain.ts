import {
	at,
	blockedBy,
	type ChainReport,
	cannotSay,
	chainReport,
	defineCheck,
	type Fact,
	type Host,
	type HttpAnswered,
	hosts,
	known,
	MATRIX_QUERY,
	optional,
	pageIn,
	type RedirectChain,
	randomPathOf,
	signInWalk,
	unknown,
	z,
} from '../../src/sdk.ts';
import { CHAIN_VERDICTS } from './_chain-verdicts.ts';
import { distinct, doubtIn, type Fault, faultsIn, keyOf, ownerOfFirstFailure } from './_faults.ts';
import { answered, chain, failedHop, HTML, hop, JSON_ANSWER, PASSWORD } from './_samples.ts';
import { hostOf } from './_tags.ts';

export default defineCheck({
	id: 'redirects/chain',
	title: 'Every redirect leads to a working page, and soon',
	rationale:
		'A visitor who is sent in a circle, to a dead or internal address, or back to plain HTTP does not come ' +
		'back. Browsers remember permanent redirects, so a wrong one outlives its correction.',
	references: [
		'Fetch standard, HTTP-redirect fetch (20 redirects)',
		'RFC 9110 §15.4 (redirection), §10.2.2 (Location)',
		'RFC 9111 §4.2.2 (a permanent redirect may be remembered)',
		'WHATWG URL standard (how a Location is resolved)',
	],
	reach: 'sign-in',
	layer: 'server',
	over: hosts,
	options: z.object({}),
	verdicts: CHAIN_VERDICTS,
	decisive: { by: 'standing', in: ['apex', 'named'] },
	needs: ({ subject: { name, apex, seed, login = null } }) => ({
		https: optional(chainReport({ url: `https://${name}/` })),
		http: optional(chainReport({ url: `http://${name}/` })),
		httpsDeep: optional(chainReport({ url: `https://${name}${deepPath(seed)}` })),
		httpDeep: optional(chainReport({ url: `http://${name}${deepPath(seed)}` })),
		apexHttps: optional(chainReport({ url: `https://${apex}/` })),
		apexHttp: optional(chainReport({ url: `http://${apex}/` })),
		signIn: optional(signInWalk({ host: name, login })),
	}),
	judge({ given, subject, say }) {
		const { https } = given;
		const all = distinct([
			...faultsOf('root', https, given.http),
			...faultsOf('deep', given.httpsDeep, given.httpDeep),
			...signInFaults(given.signIn),
		]);
		const isApex = subject.name === subject.apex;
		const atApex = isApex ? [] : faultsOf('root', given.apexHttps, given.apexHttp);
		const theirs = new Set(atApex.map(keyOf));
		const dead = isApex ? null : ownerAtApex(given.apexHttps);
		const own = all.filter((fault) => !theirs.has(keyOf(fault)) && !isOwnedBy(dead, fault));
		const findings = own.map((fault) => {
			const { kind, ...rest } = fault;
			const lower = subject.context.stage === 'staging' || subject.context.standing === 'guessed';
			// The spread of a union member and its own kind belong together; the compiler forgets that.
			const args = { subject: subject.name, lower, ...rest } as never;
			return at({ kind: 'url', name: fault.url }, say(kind, args));
		});
		const rest =
			remainder(
				https,
				subject,
				all.some((fault) => theirs.has(keyOf(fault)) && isGrave(fault)),
			) ??
			(dead !== null && all.some((fault) => isOwnedBy(dead, fault))
				? blockedBy({ check: dead.check, subject: dead.host }, dead.detail)
				: null) ??
			unwalked(given.http, ...[given.httpsDeep, given.httpDeep].filter(isWanted));
		if (rest !== null) return [...findings, rest];
		return findings.length > 0 ? findings : say('settles', endOf(https));
	},
	examples: (example) => {
		const given = (
			https: ChainReport,
			more: Partial<Record<string, Fact<ChainReport | null>>> = {},
		) => ({
			https: known(https),
			http: UNEVENTFUL,
			httpsDeep: UNEVENTFUL,
			httpDeep: UNEVENTFUL,
			apexHttps: UNEVENTFUL,
			apexHttp: UNEVENTFUL,
			signIn: known(null),
			...more,
		});
		const home = 'https://example.com/';
		const ends = (status: number, answer: HttpAnswered = HTML) =>
			given(report(chain('settled', hop(home, status)), { ...answer, status }));
		const to = (location: string, next = hop(location, 200), more = {}) =>
			given(report(chain('settled', hop(home, 302, location, more), next)));
		const hops = (count: number, from = home) =>
			report(
				chain(
					'settled',
					hop(from, 301),
					...Array.from({ length: count - 1 }, (_, i) => hop(`https://h${i}.example.com/`, 301)),
					hop('https://end.example.com/', 200),
				),
			);
		const circle = chain('loop', hop(home, 302, '/a'), hop(`${home}a`, 302, '/'));
		const reached = chain('settled', hop(home, 302, '/a'), hop(`${home}a`, 200));
		const www = {
			subject: {
				name: 'www.example.com',
				context: { standing: 'www' as const, stage: 'production' as const },
			},
		};
		const guessed = {
			subject: {
				name: 'admin.example.com',
				context: { standing: 'guessed' as const, stage: 'production' as const },
			},
		};
		const staging = {
			subject: {
				name: 'staging.example.com',
				context: { standing: 'named' as const, stage: 'staging' as const },
			},
		};
		const sound = report(chain('settled', hop(home, 200)));
		const signIn = (status: number, answer: HttpAnswered = HTML) =>
			given(sound, {
				signIn: known(report(chain('settled', hop(`${home}login`, status)), { ...answer, status })),
			});
		const signInCircle = given(sound, {
			signIn: known({ ...report(circle, null), withCookies: circle }),
		});
		const fails = (how: 'refused' | 'no-such-host' | 'bad-response', url = home) =>
			given(report(chain('failed', failedHop(url, how)), null));
		return [
			example('answers itself', ends(200), 'settles'),
			example('asks for a password', ends(401), 'unknown'),
			example('another host asks for a password', ends(401), 'settles', guessed),
			example('an API answers 401', ends(401, JSON_ANSWER), 'settles'),
			example('answers 403', ends(403), 'unknown'),
			example('a bot wall', ends(429), 'unknown'),
			example('answers 404', ends(404), 'target-fails'),
			example('answers 503', ends(503), 'target-fails'),
			example('the sign-in page answers 500', signIn(500), 'target-fails'),
			example('the sign-in page answers 499', signIn(499), 'target-fails'),
			example('the sign-in page answers 399', signIn(399), 'settles'),
			example('the sign-in page is for some', signIn(403), 'settles'),
			example(
				'a sign-in page that its host calls missing, made by scripts',
				signIn(404, answered('<title>App</title><div id=app></div><script src=/app.js></script>')),
				'settles',
			),
			example('the sign-in page goes in a circle', signInCircle, 'loop'),
			example('an API answers 404', ends(404, JSON_ANSWER), 'settles'),
			example('an API answers 500', ends(500, JSON_ANSWER), 'target-fails'),
			example(
				'plain HTTP not asked in time',
				given(report(chain('settled', hop(home, 200))), { http: unknown('timeout', 'late') }),
				'unknown',
			),
			example('a circle', given({ ...report(circle, null), withCookies: circle }), 'loop'),
			example(
				'a circle on staging',
				given({ ...report(circle, null), withCookies: circle }),
				'loop',
				staging,
			),
			example(
				'a circle that cookies end',
				given({ ...report(circle, null), withCookies: reached }),
				'loop-without-cookies',
			),
			example('one redirect from https', given(hops(1)), 'settles'),
			example('two redirects from https', given(hops(2)), 'too-long'),
			example('five redirects', given(hops(5)), 'too-long'),
			example('six redirects', given(hops(6)), 'too-long'),
			example(
				'two redirects from http',
				given(report(chain('settled', hop(home, 200))), {
					http: known(hops(2, 'http://example.com/')),
				}),
				'settles',
			),
			example(
				'three redirects from http',
				given(report(chain('settled', hop(home, 200))), {
					http: known(hops(3, 'http://example.com/')),
				}),
				'too-long',
			),
			example(
				'a locale page after the host redirect',
				given(
					report(
						chain(
							'settled',
							hop('https://www.example.com/', 308, home),
							hop(home, 307, '/en'),
							hop(`${home}en`, 200),
						),
					),
				),
				'settles',
				www,
			),
			example(
				'more than browsers follow',
				given(
					report(
						chain(
							'too-long',
							...Array.from({ length: 21 }, (_, i) => hop(`${home}${i}`, 302, `/${i + 1}`)),
						),
						null,
					),
				),
				'too-long',
			),
			example('back to plain HTTP', to('http://example.com/a'), 'downgrade'),
			example(
				'back to plain HTTP with a password form',
				given(
					report(
						chain(
							'settled',
							hop(home, 302, 'http://example.com/in'),
							hop('http://example.com/in', 200),
						),
						answered(PASSWORD),
					),
				),
				'downgrade',
			),
			example(
				'to a host that does not exist',
				given(
					report(
						chain(
							'failed',
							hop(home, 302, 'https://shop.example.com/'),
							failedHop('https://shop.example.com/', 'no-such-host'),
						),
						null,
					),
				),
				'target-fails',
			),
			example('its own HTTPS refuses', fails('refused'), 'blocked'),
			example('no address', fails('no-such-host'), 'blocked'),
			example('answers nonsense', fails('bad-response'), 'target-fails'),
			example(
				'silent, without a control',
				given({ ...report(chain('failed', failedHop(home, 'silent')), null), unsureSilence: true }),
				'unknown',
			),
			example(
				'to localhost',
				given(
					report(
						chain('internal', hop(home, 302, 'http://localhost:3000/'), {
							...failedHop('http://localhost:3000/', 'refused'),
							failure: null,
						}),
						null,
					),
				),
				'target-internal',
			),
			example('to a staging host', to('https://staging.example.com/'), 'target-internal'),
			example(
				'from staging to staging',
				given(
					report(
						chain(
							'settled',
							hop('https://staging.example.com/', 302, '/en'),
							hop('https://staging.example.com/en', 200),
						),
					),
				),
				'settles',
				staging,
			),
			example(
				'www leads to the apex, which answers 404',
				given(
					report(chain('settled', hop('https://www.example.com/', 301, home), hop(home, 404)), {
						...HTML,
						status: 404,
					}),
					{ apexHttps: known(report(chain('settled', hop(home, 404)), { ...HTML, status: 404 })) },
				),
				'blocked',
				www,
			),
			example('with port 8443', to('https://example.com:8443/'), 'target-port'),
			example('with port 443', to('https://example.com:443/a'), 'target-port'),
			example('to a development port', to('https://example.com:3000/'), 'target-internal'),
			example(
				'no Location',
				given(report(chain('location-missing', hop(home, 302)))),
				'location-missing',
			),
			example(
				'no URL',
				given({
					...report({
						...chain('location-invalid', hop(home, 302, 'http://')),
						fault: 'unparsable',
					}),
				}),
				'location-invalid',
			),
			example('with user info', to('https://me@example.com/a'), 'location-invalid'),
			example(
				'two Locations',
				given(report(chain('location-several', { ...hop(home, 302), locations: ['/a', '/b'] }))),
				'location-several',
			),
			example(
				'apex to www and back, for good',
				given(
					report(
						chain(
							'settled',
							hop(home, 301, 'https://www.example.com/'),
							hop('https://www.example.com/', 302, `${home}en`),
							hop(`${home}en`, 200),
						),
					),
				),
				'permanent-to-wrong-host',
			),
			example(
				'apex to www and back, for an hour',
				given(
					report(
						chain(
							'settled',
							hop(home, 301, 'https://www.example.com/', { cacheControl: 'max-age=3600' }),
							hop('https://www.example.com/', 302, home),
							hop(`${home}en`, 200),
						),
					),
				),
				'too-long',
			),
			example(
				'a meta refresh',
				ends(200, answered('<meta http-equiv=refresh content="0;url=/app">')),
				'in-page',
			),
			example(
				'a script',
				ends(200, answered('<script>location.href = "/app"</script>')),
				'in-page',
			),
			example(
				'a refresh of the page itself',
				ends(200, answered('<meta http-equiv=refresh content="60;url=/">')),
				'settles',
			),
			example(
				'www joins the circle of the apex',
				given(
					report(
						chain('loop', hop('https://www.example.com/', 302, `${home}a`), ...circle.hops),
						null,
					),
					{ apexHttps: known({ ...report(circle, null), withCookies: circle }) },
				),
				'blocked',
				www,
			),
		];
	},
});

/** A walk that meets nothing. */
const UNEVENTFUL = known(report(chain('settled', hop('https://example.com/', 200))));

/** A path that no site has; of its redirects only the way is judged. */
function deepPath(seed: string): string {
	return `${randomPathOf(seed)}?${MATRIX_QUERY}`;
}

function faultsOf(path: 'root' | 'deep', ...reports: Fact<ChainReport>[]): readonly Fault[] {
	return reports.flatMap((report) =>
		report.status === 'known' ? faultsIn({ path, report: report.value }) : [],
	);
}

/**
 * Of the way to the sign-in page: nobody gets in. A page that is missing by its status alone, and loads
 * scripts, is how hosts of files serve an application that runs in the browser.
 */
function signInFaults(walk: Fact<ChainReport | null>): readonly Fault[] {
	if (walk.status !== 'known' || walk.value === null) return [];
	const { answer, chain: way } = walk.value;
	const url = way.hops.at(-1)?.url ?? '';
	const page = answer === null || answer.status >= 500 ? null : pageIn(answer, url);
	const isShell = page?.resources.some(({ element }) => element === 'script') ?? false;
	const start = way.hops[0]?.url ?? url;
	return faultsIn({ path: 'root', report: walk.value })
		.filter(({ kind }) => kind === 'loop' || (kind === 'target-fails' && !isShell))
		.map((fault) => ({ ...fault, start }));
}

type Owner = ReturnType<typeof ownerOfFirstFailure>;

/** Who says that the apex gives no answer at all, where it gives none. */
function ownerAtApex(apexHttps: Fact<ChainReport>): Owner {
	return apexHttps.status === 'known' ? ownerOfFirstFailure(apexHttps.value) : null;
}

/** The redirects lead to a host that is dead by itself; a closed port 80 is no matter of `ssl/https`. */
function isOwnedBy(owner: Owner, fault: Fault): boolean {
	if (owner === null || fault.kind !== 'target-fails' || hostOf(fault.to) !== owner.host) {
		return false;
	}
	return owner.check === 'dns/resolution' || fault.to.startsWith('https:');
}

/** Nobody reaches a page past it. */
function isGrave({ kind }: Fault): boolean {
	return ['loop', 'target-fails', 'target-internal'].includes(kind);
}

/** What there is to say beside the faults: whose the silence is, or why the end was not seen. */
function remainder(https: Fact<ChainReport>, subject: Host, sharesApex: boolean) {
	if (https.status === 'unknown') return cannotSay(https.because, https.detail);
	if (https.status === 'blocked') return blockedBy(https.by, https.detail);
	const home = isHome(subject);
	const doubt = doubtIn(https.value, home);
	if (doubt !== null) {
		// A gatekeeper lets customers through, and other hosts than the home may be kept to a few.
		const isNoBlocker = doubt.isWall || (doubt.reason === 'denied' && !home);
		return cannotSay(doubt.reason, doubt.detail, ...(isNoBlocker ? (['high'] as const) : []));
	}
	const owned = ownerOfFirstFailure(https.value);
	if (owned !== null) return blockedBy({ check: owned.check, subject: owned.host }, owned.detail);
	if (!sharesApex) return null;
	const detail = `${subject.name} leads into the redirects of ${subject.apex}`;
	return blockedBy({ check: 'redirects/chain', subject: subject.apex }, detail);
}

/** Walks that we could not make, beside one of the start page that we could. */
function unwalked(...reports: Fact<ChainReport>[]) {
	const missing = reports.find(({ status }) => status === 'unknown');
	return missing?.status === 'unknown' ? cannotSay(missing.because, missing.detail, 'high') : null;
}

/** A part of an audit leaves the paths below the root out, and says so beside this check. */
function isWanted(deep: Fact<ChainReport>): boolean {
	return deep.status !== 'unknown' || deep.because !== 'not-asked';
}

function isHome({ context }: Host): boolean {
	return context.standing === 'apex' || context.standing === 'www';
}

function endOf(https: Fact<ChainReport>) {
	const hops = https.status === 'known' ? https.value.chain.hops : [];
	const last = hops.at(-1);
	return {
		url: hops[0]?.url ?? '',
		end: last?.url ?? '',
		status: last?.status ?? 0,
		redirects: Math.max(0, hops.length - 1),
	};
}

function report(walked: RedirectChain, answer: HttpAnswered | null = HTML): ChainReport {
	return { chain: walked, withCookies: null, answer, unsureSilence: false };
}

import {
	advice,
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
	minutes,
	optional,
	perPlatform,
	type RedirectChain,
	type Severity,
	unknown,
	z,
} from '../../src/sdk.ts';
import { distinct, doubtIn, type Fault, faultsIn, keyOf, ownerOfFirstFailure } from './_faults.ts';
import { baseUrlFix, plainHost, STEP_LOWER } from './_rules.ts';
import { answered, chain, failedHop, HTML, hop, JSON_ANSWER, PASSWORD } from './_samples.ts';

/** What every verdict here is told besides its own. */
interface Common {
	/** The subject. */
	readonly subject: string;
	/** The host that sends the wrong redirect. */
	readonly host: string;
	/** The URL where it goes wrong. */
	readonly url: string;
	/** A staging host, or one that was only guessed: one step less grave. */
	readonly lower: boolean;
}

type Told<K extends Fault['kind']> = Common & Omit<Extract<Fault, { kind: K }>, 'kind'>;

/** Redirects that no visitor notices, and the number after which browsers give up (Fetch §4.4). */
const SLOW_REDIRECTS = 5;
const MOST_REDIRECTS = 20;

const grade = (a: Common, severity: Severity) => (a.lower ? STEP_LOWER[severity] : severity);
const curl = (a: Common) => `curl -sIL --max-redirs 25 https://${a.subject}/`;
const arrows = (urls: readonly string[]) =>
	urls.length <= 6 ? urls.join(' → ') : `${urls.slice(0, 5).join(' → ')} → … → ${urls.at(-1)}`;

const siteOf = (a: Common) => plainHost(a.host, a.subject);
const BY_HAND = 'The redirects were followed one by one with GET, as a browser does.';

const oneLocation = (a: Common) =>
	perPlatform(
		`Send exactly one Location with every redirect of https://${siteOf(a)}/: an absolute https URL, percent-encoded.`,
		{
			nginx: `return 308 https://${siteOf(a)}/new-path;`,
			apache: `Redirect permanent "/old-path" "https://${siteOf(a)}/new-path"`,
			caddy: `redir /old-path https://${siteOf(a)}/new-path permanent`,
			express: `res.redirect(308, encodeURI('https://${siteOf(a)}/new-path'));`,
			nextjs: `redirects: async () => [{ source: '/old-path', destination: '/new-path', permanent: true }]`,
		},
		'Look for two layers that both redirect (application and proxy, or CDN): keep one.',
	);

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
	verdicts: {
		settles: {
			outcome: 'pass',
			says: (a: { url: string; end: string; status: number; redirects: number }) =>
				a.redirects === 0
					? `${a.url} answers ${a.status} itself.`
					: `${a.url} ends on ${a.end} (${a.status}) after ${a.redirects} ${a.redirects === 1 ? 'redirect' : 'redirects'}.`,
		},
		loop: {
			outcome: 'fail',
			severity: { oneOf: ['blocker', 'high'], pick: (a: Common) => grade(a, 'blocker') },
			effort: minutes(30),
			says: (a: Told<'loop'>) =>
				`The redirects of ${a.host} go in a circle: ${arrows([...a.circle, ...a.circle.slice(0, 1)])}.`,
			impact: 'Browsers stop with "redirected you too many times": nobody sees the page.',
			fix: (a: Told<'loop'>) =>
				perPlatform(
					`Break the circle at https://${siteOf(a)}/: let one layer redirect, and tell it which scheme and host the visitor used.`,
					{
						cloudflare:
							'SSL/TLS > Overview: Full (strict). With "Flexible" the origin sees plain HTTP, redirects to HTTPS, and so for ever.',
						nginx:
							'if ($http_x_forwarded_proto = "http") { return 308 https://$host$request_uri; }',
						apache:
							'RewriteCond %{HTTP:X-Forwarded-Proto} =http\nRewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=308,L]',
						express: "app.set('trust proxy', 1);   // then test req.secure",
						vercel:
							'Project > Settings > Domains: only one of apex and www may redirect to the other; remove the same redirect from DNS or CDN.',
						netlify:
							'Domain management: set one primary domain, and remove host redirects from _redirects.',
					},
					'If one host sends to www and www sends back: keep one of the two redirects.',
					'If a trailing slash is added by one layer and removed by another: keep one.',
				),
			control: 'Walked once more with a cookie jar, as a browser has: it stays a circle.',
			reproduce: curl,
		},
		'loop-without-cookies': {
			outcome: 'fail',
			severity: { oneOf: ['high', 'later'], pick: (a: Common) => grade(a, 'high') },
			effort: minutes(30),
			says: (a: Told<'loop-without-cookies'>) =>
				`Without cookies the redirects of ${a.host} go in a circle: ${arrows([...a.circle, ...a.circle.slice(0, 1)])}.`,
			impact:
				'Search engines, link previews and people who block cookies never reach the page; browsers with cookies do.',
			fix: () =>
				advice(
					'Serve the page whether or not the cookie comes back.',
					'Remove the redirect that tests for cookies, or let it happen once: mark the second URL with a parameter and serve it.',
				),
			control: 'Walked once more with a cookie jar: then the page is reached.',
			reproduce: curl,
		},
		'too-long': {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high', 'later', 'info'],
				pick: (a: Told<'too-long'>) => {
					if (a.redirects > MOST_REDIRECTS) return grade(a, 'blocker');
					return grade(a, a.redirects > SLOW_REDIRECTS ? 'high' : 'later');
				},
			},
			effort: minutes(20),
			says: (a: Told<'too-long'>) =>
				a.redirects > MOST_REDIRECTS
					? `${a.hops[0]} is redirected more than ${MOST_REDIRECTS} times, where browsers give up.`
					: `${a.hops[0]} takes ${a.redirects} redirects to its page: ${arrows(a.hops)}.`,
			impact: 'Each redirect costs a round trip, most of all on phones, before anything is seen.',
			fix: (a: Told<'too-long'>) => ({
				summary: 'Redirect straight to the last address.',
				steps: [
					`Let the first redirect name the end: ${a.hops.at(-1)}.`,
					'Only http://www may take two steps (its own HTTPS first, then the other host).',
				],
				snippets: [],
			}),
			control: BY_HAND,
			reproduce: curl,
		},
		downgrade: {
			outcome: 'fail',
			severity: {
				oneOf: ['blocker', 'high', 'later'],
				pick: (a: Told<'downgrade'>) => grade(a, a.exposes === null ? 'high' : 'blocker'),
			},
			effort: minutes(20),
			says: (a: Told<'downgrade'>) =>
				`${a.url} redirects from HTTPS back to plain HTTP, to ${a.to}${a.exposes === null ? '' : `; ${a.exposes}`}.`,
			impact: 'The visitor is put back onto a connection that others can read and change.',
			fix: (a: Told<'downgrade'>) =>
				baseUrlFix(
					`https://${siteOf(a)}`,
					'Behind a proxy or CDN, let the application trust X-Forwarded-Proto, so that it knows that the visitor came by HTTPS.',
				),
			control: BY_HAND,
			reproduce: curl,
		},
		'target-fails': {
			outcome: 'fail',
			severity: { oneOf: ['blocker', 'high'], pick: (a: Common) => grade(a, 'blocker') },
			effort: minutes(60),
			says: (a: Told<'target-fails'>) =>
				a.to === a.url
					? `${a.to} ${a.how}.`
					: `Visitors of ${a.subject} are sent from ${a.url} to ${a.to}, which ${a.how}.`,
			impact: 'Everybody who comes to this address ends on an error.',
			fix: (a: Told<'target-fails'>) =>
				a.to === a.url
					? advice(
							`Make ${a.to} answer with the page.`,
							"Look into the server's log for the time of this audit.",
							'A 404 usually means that the deployment has no page at /, or that this host is not attached to it.',
							'A 502, 503 or 504 means that the proxy runs and the application behind it does not.',
						)
					: advice(
							`Bring ${a.to} up, or let ${a.url} redirect to an address that works.`,
							'Correct the redirect first if the target was mistyped: that is the quicker way.',
						),
			control: BY_HAND,
			reproduce: curl,
		},
		'target-internal': {
			outcome: 'fail',
			severity: { oneOf: ['blocker', 'high'], pick: (a: Common) => grade(a, 'blocker') },
			effort: minutes(20),
			says: (a: Told<'target-internal'>) =>
				`${a.url} redirects to ${a.to}, which is not for the public: ${a.why}.`,
			impact: 'Visitors get a connection error, or land on an unfinished copy of the site.',
			fix: (a: Told<'target-internal'>) => baseUrlFix(`https://${a.subject}`),
			control: BY_HAND,
			reproduce: curl,
		},
		'target-port': {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later', 'info'],
				pick: (a: Told<'target-port'>) =>
					grade(a, a.port === 80 || a.port === 443 ? 'later' : 'high'),
			},
			effort: minutes(15),
			says: (a: Told<'target-port'>) =>
				`${a.url} redirects to an address with port ${a.port}: ${a.to}.`,
			impact:
				'The port shows in every link that people copy; company networks often block all but the usual ones.',
			fix: (a: Told<'target-port'>) =>
				perPlatform(`Redirect to https://${siteOf(a)}/ without a port.`, {
					nginx: 'port_in_redirect off;\nabsolute_redirect off;',
					apache: `UseCanonicalName On\nServerName https://${siteOf(a)}`,
					express: "res.redirect(308, 'https://' + req.hostname + req.originalUrl);",
					any: `Set the application's base URL to https://${siteOf(a)}, without the inner port.`,
				}),
			control: BY_HAND,
			reproduce: curl,
		},
		'location-missing': {
			outcome: 'fail',
			severity: { oneOf: ['high', 'later'], pick: (a: Common) => grade(a, 'high') },
			effort: minutes(20),
			says: (a: Told<'location-missing'>) =>
				`${a.url} answers ${a.status} and does not say where to (no Location).`,
			impact: 'Browsers show an empty page.',
			fix: oneLocation,
			control: BY_HAND,
			reproduce: curl,
		},
		'location-invalid': {
			outcome: 'fail',
			severity: { oneOf: ['high', 'later'], pick: (a: Common) => grade(a, 'high') },
			effort: minutes(20),
			says: (a: Told<'location-invalid'>) =>
				`${a.url} redirects with a faulty Location, "${a.location}": ${a.why}.`,
			impact: 'Some browsers and programs follow it to the wrong place or not at all.',
			fix: oneLocation,
			control: BY_HAND,
			reproduce: curl,
		},
		'location-several': {
			outcome: 'fail',
			severity: { oneOf: ['high', 'later'], pick: (a: Common) => grade(a, 'high') },
			effort: minutes(20),
			says: (a: Told<'location-several'>) =>
				`${a.url} redirects to ${a.locations.length} different places at once: ${a.locations.join(' and ')}.`,
			impact: 'Chrome refuses such an answer; other programs pick one of the two.',
			fix: oneLocation,
			control: BY_HAND,
			reproduce: curl,
		},
		'permanent-to-wrong-host': {
			outcome: 'fail',
			severity: { oneOf: ['high', 'later'], pick: (a: Common) => grade(a, 'high') },
			effort: minutes(30),
			says: (a: Told<'permanent-to-wrong-host'>) =>
				`${a.url} sends visitors for good (${a.status}${a.cacheControl && `, ${a.cacheControl}`}) to ${a.to}, though the site's own name is ${a.host}.`,
			impact:
				'Browsers remember a permanent redirect for as long as they like: who has been there goes on being sent away after you correct it.',
			fix: (a: Told<'permanent-to-wrong-host'>) =>
				perPlatform(
					`First make the redirect short-lived, then decide on one name: ${a.host} or the other.`,
					{
						nginx: 'add_header Cache-Control "max-age=60" always;\nreturn 302 $target;',
						apache: 'Header always set Cache-Control "max-age=60"\n# and R=302 instead of R=301',
						cloudflare: 'Redirect rule: status 302 instead of 301',
						express: "res.set('Cache-Control', 'max-age=60').redirect(302, target);",
						nextjs: 'permanent: false',
					},
					'When the right redirect has been live for a day, make it permanent again.',
				),
			control: BY_HAND,
			reproduce: curl,
		},
		'in-page': {
			outcome: 'fail',
			severity: { oneOf: ['later', 'info'], pick: (a: Common) => grade(a, 'later') },
			effort: minutes(20),
			says: (a: Told<'in-page'>) =>
				`${a.url} answers 200 and sends the visitor on to ${a.to} by ${a.by}.`,
			impact: 'Programs and search engines stop at the empty page, and visitors see it flash.',
			fix: (a: Told<'in-page'>) => oneLocation(a),
			control: BY_HAND,
			reproduce: (a: Common) => `curl -si https://${a.subject}/`,
		},
	},
	decisive: { by: 'standing', in: ['apex', 'named'] },
	needs: ({ subject: { name, apex, seed } }) => ({
		https: optional(chainReport({ url: `https://${name}/` })),
		http: optional(chainReport({ url: `http://${name}/` })),
		httpsDeep: optional(chainReport({ url: `https://${name}${deepPath(seed)}` })),
		httpDeep: optional(chainReport({ url: `http://${name}${deepPath(seed)}` })),
		apexHttps: optional(chainReport({ url: `https://${apex}/` })),
		apexHttp: optional(chainReport({ url: `http://${apex}/` })),
	}),
	judge({ given, subject, say }) {
		const { https } = given;
		const all = distinct([
			...faultsOf('root', https, given.http),
			...faultsOf('deep', given.httpsDeep, given.httpDeep),
		]);
		const isApex = subject.name === subject.apex;
		const atApex = isApex ? [] : faultsOf('root', given.apexHttps, given.apexHttp);
		const theirs = new Set(atApex.map(keyOf));
		const own = all.filter((fault) => !theirs.has(keyOf(fault)));
		const findings = own.map((fault) => {
			const { kind, ...rest } = fault;
			const lower = subject.context.stage === 'staging' || subject.context.standing === 'guessed';
			// The spread of a union member and its own kind belong together; the compiler forgets that.
			const args = { subject: subject.name, lower, ...rest } as never;
			return at({ kind: 'url', name: fault.url }, say(kind, args));
		});
		const rest = remainder(
			https,
			subject,
			all.some((fault) => theirs.has(keyOf(fault)) && isGrave(fault)),
		);
		if (rest !== null) return [...findings, rest];
		return findings.length > 0 ? findings : say('settles', endOf(https));
	},
	examples: (example) => {
		const given = (https: ChainReport, more: Partial<Record<string, Fact<ChainReport>>> = {}) => ({
			https: known(https),
			http: NOT_WALKED,
			httpsDeep: NOT_WALKED,
			httpDeep: NOT_WALKED,
			apexHttps: NOT_WALKED,
			apexHttp: NOT_WALKED,
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
			example('an API answers 404', ends(404, JSON_ANSWER), 'settles'),
			example('an API answers 500', ends(500, JSON_ANSWER), 'target-fails'),
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

const NOT_WALKED = unknown('not-asked', 'not walked');

/** A path that no site has; of its redirects only the way is judged. */
function deepPath(seed: string): string {
	return `/lr-${seed}/deep?utm_source=a&gclid=b%20c&x=1&x=2`;
}

function faultsOf(path: 'root' | 'deep', ...reports: Fact<ChainReport>[]): readonly Fault[] {
	return reports.flatMap((report) =>
		report.status === 'known' ? faultsIn({ path, report: report.value }) : [],
	);
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

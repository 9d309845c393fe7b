import {
	advice,
	defineCheck,
	fieldValues,
	type HttpAnswered,
	header,
	isolationFault,
	minutes,
	obsoleteHeaders,
	permissionsPolicyFault,
	perPlatform,
	readReferrerPolicy,
	resourcePolicyFault,
	type SiteAnswer,
	sitePage,
	sites,
	unseenPage,
	z,
} from '../../src/sdk.ts';
import { metaReferrers } from './_meta-referrers.ts';
import { NOT_A_PAGE, pageWith } from './_page-samples.ts';

interface Ignored {
	readonly url: string;
	readonly problem: string;
}

const REFERRER = header(
	'Referrer-Policy',
	'strict-origin-when-cross-origin',
	'It is also what browsers do without the header: deleting it is as good.',
);

const reproduce = (name: string) => (a: { url: string }) =>
	`curl -sSI '${a.url.replaceAll("'", '%27')}' | grep -i '^${name}'`;

/** A header that browsers pass over, because its value is none that they know. */
function ignored(name: string, effect: string, value: string) {
	return {
		outcome: 'fail',
		severity: 'info',
		effort: minutes(10),
		says: (a: Ignored) => `Browsers ignore the ${name} of ${a.url}: ${a.problem}.`,
		impact: effect,
		fix: header(name, value, 'Without the header browsers use their default, which is no fault.'),
		reproduce: reproduce(name),
	} as const;
}

export default defineCheck({
	id: 'headers/browser-policies',
	title: 'Optional browser policies, where sent, say what browsers understand',
	rationale:
		'A misspelt policy does nothing, and whoever set it believes that it does. Leaving these policies out ' +
		'is no fault: the browsers’ defaults are safe.',
	references: [
		'Referrer Policy §3, §8.1',
		'Permissions Policy §5.2; RFC 9651 (structured fields)',
		'HTML Living Standard §7.1.3, §7.1.4 (COOP, COEP)',
		'Fetch Standard §3.7 (Cross-Origin-Resource-Policy)',
		'OWASP Secure Headers Project: deprecated headers',
	],
	reach: 'upkeep',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: {
		understood: {
			outcome: 'pass',
			says: (a: { url: string }) => `Every optional policy that ${a.url} sends is understood.`,
		},
		'referrer-unsafe': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(5),
			says: (a: { url: string; value: string }) =>
				`${a.url} sets the referrer policy ${a.value}, which tells other sites more than browsers do by default.`,
			impact:
				'Addresses of your pages, with what stands in them (a search, a reset token), can reach the sites ' +
				'that you link to or load from.',
			fix: REFERRER,
			reproduce: reproduce('referrer-policy'),
		},
		'referrer-invalid': ignored(
			'Referrer-Policy',
			'Browsers use their default, strict-origin-when-cross-origin.',
			'strict-origin-when-cross-origin',
		),
		'permissions-invalid': ignored(
			'Permissions-Policy',
			'Camera, location and the like are as available to frames and scripts as without it.',
			'geolocation=(), camera=(), microphone=()',
		),
		'opener-invalid': ignored(
			'Cross-Origin-Opener-Policy',
			'Windows that open your pages keep their hold on them.',
			'same-origin',
		),
		'embedder-invalid': ignored(
			'Cross-Origin-Embedder-Policy',
			'The page is not isolated: what needs that (precise timers, shared memory) stays off.',
			'require-corp',
		),
		'resource-invalid': ignored(
			'Cross-Origin-Resource-Policy',
			'Other sites may load the resource as before.',
			'same-origin',
		),
		obsolete: {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(10),
			says: (a: { url: string; names: readonly string[] }) =>
				`${a.url} sends ${a.names.join(', ')}, which browsers no longer follow.`,
			impact: 'None today; it makes people believe that something is protected.',
			fix: (a: { names: readonly string[] }) =>
				a.names.length === 0
					? advice('Delete the header')
					: perPlatform(`Delete ${a.names.join(', ')}`, {
							nginx: a.names.map((name) => `proxy_hide_header ${name};`).join('\n'),
							apache: a.names.map((name) => `Header always unset ${name}`).join('\n'),
							caddy: a.names.map((name) => `header -${name}`).join('\n'),
							express: a.names.map((name) => `res.removeHeader('${name}');`).join('\n'),
						}),
			reproduce: (a: { url: string; names: readonly string[] }) =>
				`curl -sSI '${a.url.replaceAll("'", '%27')}' | grep -iE '^(${a.names.join('|')}):'`,
		},
	},

	appliesTo: ({ context: { kind } }) => kind === 'page' || NOT_A_PAGE[kind],
	needs: ({ subject }) => ({ page: sitePage({ host: subject.name }) }),

	judge({ given, subject, say }) {
		const unseen = unseenPage(given.page, subject);
		if (unseen !== null) return unseen;
		const { url, answer } = given.page;
		const values = (name: string) => fieldValues(answer, name);
		const faults = [
			['permissions-invalid', permissionsPolicyFault(values('permissions-policy'))],
			['opener-invalid', isolation(answer, 'cross-origin-opener-policy')],
			['embedder-invalid', isolation(answer, 'cross-origin-embedder-policy')],
			['resource-invalid', resourcePolicyFault(values('cross-origin-resource-policy'))],
		] as const;
		const names = obsoleteHeaders(answer.headers);
		const found = [
			...referrer(given.page).map(({ verdict, value }) =>
				verdict === 'referrer-unsafe'
					? say(verdict, { url, value })
					: say(verdict, { url, problem: `"${value}" is no policy that they know` }),
			),
			...faults.flatMap(([verdict, problem]) =>
				problem === null ? [] : [say(verdict, { url, problem })],
			),
			...(names.length > 0 ? [say('obsolete', { url, names })] : []),
		];
		return found.length > 0 ? found : say('understood', { url });
	},

	examples: (example) => {
		const sent = (name: string, value: string) => pageWith([[name, value]]);
		return [
			example('none of them', pageWith([]), 'understood'),
			example('unsafe-url', sent('Referrer-Policy', 'unsafe-url'), 'referrer-unsafe'),
			example(
				'the last one known counts',
				sent('Referrer-Policy', 'unsafe-url, strict-origin, later-than-this'),
				'understood',
			),
			example('origin last', sent('Referrer-Policy', 'no-referrer, origin'), 'referrer-unsafe'),
			example('none known', sent('Referrer-Policy', 'strict'), 'referrer-invalid'),
			example('empty', sent('Referrer-Policy', ''), 'understood'),
			example(
				'a meta element overrides it',
				pageWith([['Referrer-Policy', 'unsafe-url']], {
					body: '<!doctype html><head><meta name=referrer content=no-referrer></head>',
				}),
				'understood',
			),
			example(
				'a dictionary',
				sent('Permissions-Policy', 'geolocation=(self "https://a.example")'),
				'understood',
			),
			example(
				'the old syntax',
				sent('Permissions-Policy', "geolocation 'none'"),
				'permissions-invalid',
			),
			example(
				'an opener policy',
				sent('Cross-Origin-Opener-Policy', 'same-origin; report-to="x"'),
				'understood',
			),
			example('in quotes', sent('Cross-Origin-Opener-Policy', '"same-origin"'), 'opener-invalid'),
			example(
				'an opener policy sent twice',
				pageWith([
					['Cross-Origin-Opener-Policy', 'same-origin'],
					['Cross-Origin-Opener-Policy', 'same-origin'],
				]),
				'opener-invalid',
			),
			example(
				'an embedder policy',
				sent('Cross-Origin-Embedder-Policy', 'credentialless'),
				'understood',
			),
			example(
				'an unknown one',
				sent('Cross-Origin-Embedder-Policy', 'require-cors'),
				'embedder-invalid',
			),
			example('a resource policy', sent('Cross-Origin-Resource-Policy', 'same-site'), 'understood'),
			example('in capitals', sent('Cross-Origin-Resource-Policy', 'Same-Site'), 'resource-invalid'),
			example('the old filter, switched off', sent('X-XSS-Protection', '0'), 'understood'),
			example('the old filter', sent('X-XSS-Protection', '1; mode=block'), 'obsolete'),
			example('Feature-Policy alone', sent('Feature-Policy', "camera 'none'"), 'obsolete'),
			example(
				'Feature-Policy beside its successor',
				pageWith([
					['Feature-Policy', "camera 'none'"],
					['Permissions-Policy', 'camera=()'],
				]),
				'understood',
			),
			example('a page that is not there', pageWith([], { status: 500 }), 'blocked'),
		];
	},
});

function isolation(
	answer: HttpAnswered,
	name: 'cross-origin-opener-policy' | 'cross-origin-embedder-policy',
): string | null {
	return isolationFault(name, fieldValues(answer, name));
}

function referrer({ url, answer }: SiteAnswer) {
	const metas = metaReferrers(answer, url);
	const policy = readReferrerPolicy(fieldValues(answer, 'referrer-policy'), metas);
	if (policy.kind === 'absent' || (policy.kind === 'policy' && !policy.unsafe)) return [];
	return policy.kind === 'policy'
		? [{ verdict: 'referrer-unsafe' as const, value: policy.value }]
		: [{ verdict: 'referrer-invalid' as const, value: policy.text }];
}

import {
	at,
	cannotSay,
	defineCheck,
	doesNotApply,
	isOutside,
	type Judgement,
	minutes,
	OUTSIDE,
	perPlatform,
	type Redirector,
	type RedirectorProbe,
	type RedirectorSurvey,
	redirectorSurvey,
	toldSites,
	z,
} from '../../src/sdk.ts';

type Open = {
	readonly url: string;
	readonly parameter: string;
	readonly given: string;
	readonly asked: string;
	readonly by: string;
	readonly lower: boolean;
};

export default defineCheck({
	id: 'redirects/open-redirect',
	title: 'No address of the site sends visitors wherever a link says',
	rationale:
		'A link that begins with your name and ends on somebody else’s page is what phishing mails are made of, and it ' +
		'passes filters that trust your domain.',
	references: [
		'CWE-601 (URL redirection to an untrusted site)',
		'WHATWG URL standard (a backslash is a slash in http URLs)',
	],
	reach: 'trust',
	layer: 'content',
	over: toldSites,
	options: z.object({}),
	verdicts: {
		'none-found': {
			outcome: 'pass',
			says: (a: { page: string }) =>
				`No link on ${a.page} hands a destination to an address of the site.`,
		},
		'stays-inside': {
			outcome: 'pass',
			says: (a: { page: string; count: number }) =>
				`${a.count === 1 ? 'The redirector' : `All ${a.count} redirectors`} linked from ${a.page} ${a.count === 1 ? 'sends' : 'send'} nobody to an outside host.`,
		},
		'external-target': {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later'],
				pick: (a: Open) => (a.lower ? 'later' : 'high'),
			},
			effort: minutes(60),
			says: (a: Open) =>
				`${a.url} sends visitors to any host that its parameter "${a.parameter}" names: "${a.given}" led to ${OUTSIDE} by ${a.by}.`,
			impact:
				'Phishing mails can carry links that begin with your domain; together with a sign-in flow, tokens can be sent to strangers.',
			fix: (a: Open) =>
				perPlatform(
					`Accept in "${a.parameter}" only what is on a list, or a path of the site itself.`,
					{
						any: `Parse the value as browsers do, against the site's own address, and compare the host:\nconst to = new URL(value, 'https://example.com');\nif (to.origin !== 'https://example.com') reject();   // catches //host, /\\host and https:host`,
						express: `const to = new URL(String(req.query['${plainName(a.parameter)}']), 'https://' + req.hostname);\nif (to.hostname !== req.hostname) return res.status(400).end();\nres.redirect(302, to.pathname + to.search);`,
						nextjs: `const to = new URL(searchParams.get('${plainName(a.parameter)}') ?? '/', request.nextUrl.origin);\nif (to.origin !== request.nextUrl.origin) return new Response(null, { status: 400 });\nreturn NextResponse.redirect(to);`,
						wordpress: `wp_safe_redirect($url);   // instead of wp_redirect()`,
					},
					'For links to partners: give each a short name on the server, and pass that name instead of the URL.',
					'Looking for a first slash is not enough: //host and /\\host begin with one too.',
				),
			control: `Only the answer was read: nothing at ${OUTSIDE} was asked, and a redirect that stays on the host does not count.`,
			reproduce: (a: Open) => `curl -si '${a.asked.replaceAll("'", '%27')}' | grep -i '^location'`,
		},
	},
	appliesTo: ({ name, context }) =>
		context.kind === 'page' ? true : `${name} shows no page with links.`,
	needs: ({ subject: { name, active } }) => ({
		survey: redirectorSurvey({ host: name, active }),
	}),
	judge({ given: { survey }, subject, say }) {
		const { page, found, probes } = survey;
		if (found.length === 0) return say('none-found', { page });
		if (!subject.active) {
			const names = found.map(({ url }) => url).join(', ');
			return doesNotApply(
				`${names} may send visitors elsewhere; to find out, links with an outside destination must be tried: --active.`,
			);
		}
		const lower = subject.context.stage === 'staging';
		const said = probes.flatMap((probe): Judgement<'external-target'>[] => {
			const { url, parameter, given, asked, by } = probe;
			if (probe.unseen !== null) return [cannotSay('denied', `${asked}: ${probe.unseen}`)];
			if (!isOutside(probe.leadsTo)) return [];
			const args = { url: bare(url), parameter, given, asked, by: by ?? 'Location', lower };
			return [at({ kind: 'url', name: bare(url) }, say('external-target', args))];
		});
		return said.length > 0 ? said : say('stays-inside', { page, count: found.length });
	},
	examples: (example) => {
		const page = 'https://example.com/';
		const out: Redirector = {
			url: `${page}out?url=https%3A%2F%2Fpartner.test%2F`,
			parameter: 'url',
		};
		const probe = (more: Partial<RedirectorProbe>): RedirectorProbe => ({
			...out,
			given: `//${OUTSIDE}/`,
			asked: `${page}out?url=%2F%2F${OUTSIDE}%2F`,
			status: 302,
			leadsTo: `https://${OUTSIDE}/`,
			by: 'Location',
			unseen: null,
			...more,
		});
		const given = (found: Redirector[], probes: RedirectorProbe[] = []) => ({
			survey: { page, found, probes } satisfies RedirectorSurvey,
		});
		const active = { subject: { active: true } };
		const staging = {
			subject: {
				active: true,
				context: {
					standing: 'apex' as const,
					stage: 'staging' as const,
					kind: 'page' as const,
					forms: 'no' as const,
				},
			},
		};
		return [
			example('no redirector', given([]), 'none-found'),
			example('one, and no probe allowed', given([out]), 'not-applicable'),
			example('it leads outside', given([out], [probe({})]), 'external-target', active),
			example('it does so on staging', given([out], [probe({})]), 'external-target', staging),
			example(
				'by a meta refresh',
				given([out], [probe({ status: 200, by: 'meta refresh' })]),
				'external-target',
				active,
			),
			example(
				'it stays on the host',
				given([out], [probe({ leadsTo: `${page}//${OUTSIDE}/` })]),
				'stays-inside',
				active,
			),
			example(
				'it asks first',
				given([out], [probe({ status: 200, leadsTo: null, by: null })]),
				'stays-inside',
				active,
			),
			example('a bot wall', given([out], [probe({ unseen: 'a challenge' })]), 'unknown', active),
		];
	},
});

/** Without the query, which differs from link to link. */
function bare(url: string): string {
	return url.replace(/[?#].*$/s, '');
}

/** A name that may stand in text to paste. */
function plainName(name: string): string {
	return /^[\w-]+$/.test(name) ? name : 'url';
}

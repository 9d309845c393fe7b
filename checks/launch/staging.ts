import {
	at,
	blockedBy,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Fact,
	type FoundUse,
	groupBy,
	isRegistrable,
	type Judgement,
	known,
	type LaunchSite,
	launchSites,
	type MailLinks,
	mailLinks,
	type Own,
	optional,
	type Say,
	type StagingHost,
	type StagingSurvey,
	stagingHosts,
	stagingSurvey,
	testAddressIn,
	type Use,
	unknown,
	z,
} from '../../src/sdk.ts';
import { type Leftover, type Mailed, STAGING_VERDICTS } from './_staging-verdicts.ts';

type Said = Judgement<keyof typeof STAGING_VERDICTS>;

export default defineCheck({
	id: 'launch/staging',
	title: 'Nothing of the test period is left',
	rationale:
		'An address of a developer’s machine or of the test site works for the team and for nobody else, so that ' +
		'nobody notices before the first customer.',
	references: ['RFC 6761 (localhost, test)', 'RFC 1918 (private addresses)', 'RFC 6762 (.local)'],
	reach: 'sign-in',
	layer: 'content',
	over: launchSites,
	options: z.object({}),

	verdicts: STAGING_VERDICTS,

	needs: ({ subject }) => {
		const { seed, login, registrable } = subject;
		const hosts = [...hostsOf(subject)];
		const isTest = subject.context.stage === 'staging';
		const isBase = isAudited(subject) && subject.isBase && !isTest;
		return {
			survey: optional(stagingSurvey({ host: pageHost(subject), login, seed, registrable, hosts })),
			tests: optional(
				stagingHosts({
					domain: isBase ? subject.name : null,
					alone: isTest && subject.kind === 'host' ? subject.name : null,
					seed,
					login,
					hosts,
				}),
			),
			mail: optional(mailLinks({ messages: [...subject.messages], repo: subject.repo })),
		};
	},

	judge({ given, subject, say }) {
		const { survey, tests, mail } = given;
		const own: Own = { registrable: subject.registrable, hosts: [...hostsOf(subject)] };
		const found: Said[] = [
			...(survey.status === 'known' ? leftovers(survey.value, subject, say) : unsettled(survey)),
			...(tests.status === 'known' ? openTests(tests.value, say) : unsettled(tests)),
			...(mail.status === 'known' ? mailed(mail.value, subject, own, say) : unsettled(mail)),
		];
		if (found.length > 0) return found;
		const read = survey.status === 'known' ? survey.value.read : 0;
		if (read === 0 && !hasMail(mail) && !hasTests(tests)) {
			return doesNotApply(`${subject.name} serves no page of its own.`);
		}
		const closed = tests.status === 'known' ? tests.value.map(({ host }) => host) : [];
		return say('none', { name: subject.name, read, closed, mail: mailInWords(mail, subject) });
	},

	examples: (example) => {
		const use = (more: Partial<FoundUse> = {}): FoundUse => ({
			origin: 'http://localhost:3000',
			host: 'localhost',
			kind: 'local',
			bare: false,
			use: 'link',
			what: 'a link leads there',
			place: 'https://example.com/',
			...more,
		});
		const given = (
			found: readonly FoundUse[],
			more: {
				tests?: Fact<readonly StagingHost[]>;
				mail?: Fact<MailLinks>;
				unread?: string;
				read?: number;
			} = {},
		) => ({
			survey: known<StagingSurvey>({
				url: 'https://example.com/',
				found,
				read: more.read ?? 3,
				unread: more.unread ?? null,
			}),
			tests: more.tests ?? known([]),
			mail: more.mail ?? known({ messages: [], repository: null }),
		});
		const test = (state: StagingHost['state']): Fact<readonly StagingHost[]> =>
			known([
				{
					host: 'staging.example.com',
					state,
					url: 'https://staging.example.com/',
					detail: 'https://staging.example.com/ answers 200 and sends no noindex',
				},
			]);
		const message = (origin: string, unread: string | null = null): Fact<MailLinks> =>
			known({ messages: [{ file: 'welcome.eml', origins: [origin], unread }], repository: null });
		const repository = (origin: string): Fact<MailLinks> =>
			known({
				messages: [],
				repository: {
					places: [{ file: '.env.production', line: 3, origin, what: 'the setting APP_URL' }],
					files: 4,
					cut: false,
				},
			});
		const staging = {
			subject: {
				name: 'staging.example.com',
				context: { standing: 'named', stage: 'staging', kind: 'page', forms: 'no' },
			},
		} as const;
		const repo = { subject: { repo: '/srv/shop' } };
		const eml = { subject: { messages: ['/srv/welcome.eml'] } };
		return [
			example('nothing', given([]), 'none'),
			example('a link', given([use()]), 'url-in-page'),
			example('a form', given([use({ use: 'form' })]), 'url-in-page'),
			example('an API', given([use({ use: 'api' })]), 'url-in-page'),
			example('a comment', given([use({ use: 'comment' })]), 'url-in-page'),
			example(
				'a test site in a test site',
				given([use({ kind: 'staging', host: 'staging-api.example.com' })], {
					tests: test('closed'),
				}),
				'none',
				staging,
			),
			example('localhost in a test site', given([use()]), 'url-in-page', staging),
			example('an open test site', given([], { tests: test('open') }), 'indexable'),
			example('a closed test site', given([], { tests: test('closed') }), 'none'),
			example('a test site behind a bot wall', given([], { tests: test('unseen') }), 'unknown'),
			example(
				'a message',
				given([], { mail: message('http://localhost:3000') }),
				'email-links',
				eml,
			),
			example(
				'a message that leads to the site',
				given([], { mail: message('https://example.com') }),
				'none',
				eml,
			),
			example(
				'a file that is no message',
				given([], { mail: message('', 'welcome.eml is empty') }),
				'unknown',
				eml,
			),
			example(
				'a setting',
				given([], { mail: repository('https://staging.example.com') }),
				'email-links',
				repo,
			),
			example(
				'a setting that is right',
				given([], { mail: repository('https://example.com') }),
				'none',
				repo,
			),
			example('a script that was not read', given([], { unread: 'too large' }), 'unknown'),
			example(
				'a page that was not seen',
				{ ...given([]), survey: unknown('denied', 'a challenge') },
				'unknown',
			),
			example('no page', given([], { read: 0 }), 'not-applicable'),
		];
	},
});

function isAudited({ kind, name, apex }: LaunchSite): boolean {
	return kind === 'host' && name === apex;
}

/** Whose page is read; that of a host that only leads on is read there. */
function pageHost({ kind, name, context }: LaunchSite): string | null {
	return kind === 'repository' || context.kind === 'redirect' ? null : name;
}

/** Everything that is audited, with the twin that the audited name may have. */
function hostsOf({ kind, name, apex, siblings }: LaunchSite): readonly string[] {
	if (kind === 'repository') return [];
	const twins = isRegistrable(apex) ? [`www.${apex}`] : [];
	return [...new Set([name, apex, ...twins, ...siblings])];
}

const GRADE: Readonly<Record<Use, Leftover['worst']>> = {
	form: 'blocker',
	script: 'blocker',
	api: 'blocker',
	link: 'high',
	meta: 'high',
	attribute: 'high',
	code: 'high',
	style: 'high',
	sitemap: 'high',
	manifest: 'high',
	comment: 'later',
};
const GRADES = ['blocker', 'high', 'later'] as const;
/** Named in a sentence. */
const MOST_PLACES = 3;

type Speak = Say<typeof STAGING_VERDICTS>;

function leftovers(survey: StagingSurvey, subject: LaunchSite, say: Speak): readonly Said[] {
	const host = subject.name;
	const isTest = subject.context.stage === 'staging';
	const counted = survey.found.filter(({ kind }) => !(isTest && kind === 'staging'));
	const groups = groupBy(counted, ({ origin }) => origin);
	const said = [...groups].map(([origin, uses]) => {
		const sorted = uses.toSorted((a, b) => rankOf(a) - rankOf(b));
		const [first] = sorted as [FoundUse, ...FoundUse[]];
		const places = [...new Set(sorted.map(({ what, place }) => `${what} (${place})`))];
		const args: Leftover = {
			host,
			origin,
			kind: first.kind,
			places: places.slice(0, MOST_PLACES),
			count: places.length,
			worst: isTest ? 'later' : GRADE[first.use],
			use: first.what,
			breaks: breaksBy(first.use),
		};
		return at({ kind: 'url', name: `https://${host}/ (${origin})` }, say('url-in-page', args));
	});
	return survey.unread === null ? said : [...said, cannotSay('budget', survey.unread)];
}

function rankOf({ use }: FoundUse): number {
	return GRADES.indexOf(GRADE[use]);
}

function breaksBy(use: Use): Leftover['breaks'] {
	if (use === 'form') return 'form';
	if (use === 'script' || use === 'api' || use === 'code') return 'code';
	return use === 'comment' ? 'nothing' : 'address';
}

function openTests(tests: readonly StagingHost[], say: Speak): readonly Said[] {
	return tests.flatMap(({ host, state, url, detail }): readonly Said[] => {
		if (state === 'unseen') return [cannotSay('inconclusive', `${host}: ${detail}`, 'later')];
		const said = say('indexable', { host, url, detail });
		return state === 'open' ? [at({ kind: 'host', name: host }, said)] : [];
	});
}

function mailed(mail: MailLinks, subject: LaunchSite, own: Own, say: Speak): readonly Said[] {
	const isTest = (origin: string) => testAddressIn(origin, own) !== null;
	const site = subject.registrable ?? 'your domain';
	const about = (told: Omit<Mailed, 'site'>) => say('email-links', { ...told, site });
	const messages = mail.messages.flatMap(({ file, origins, unread }): readonly Said[] => {
		if (unread !== null) return [cannotSay('unsupported', unread)];
		const wrong = origins.filter(isTest);
		if (wrong.length === 0) return [];
		const told = { place: file, origins: wrong, what: 'a message', isMessage: true };
		return [at({ kind: 'file', name: file }, about(told))];
	});
	const places = (mail.repository?.places ?? []).filter(({ origin }) => isTest(origin));
	return [
		...messages,
		...places.map(({ file, line, origin, what }) => {
			const place = `${file}:${line}`;
			const told = { place, origins: [origin], what, isMessage: false };
			return at({ kind: 'file', name: `${place} (${origin})`, file, line }, about(told));
		}),
	];
}

function unsettled(fact: Exclude<Fact<unknown>, { status: 'known' }>): readonly Said[] {
	return fact.status === 'blocked'
		? [blockedBy(fact.by, fact.detail)]
		: [cannotSay(fact.because, fact.detail)];
}

function hasMail(mail: Fact<MailLinks>): boolean {
	return (
		mail.status === 'known' && (mail.value.messages.length > 0 || mail.value.repository !== null)
	);
}

function hasTests(tests: Fact<readonly StagingHost[]>): boolean {
	return tests.status === 'known' && tests.value.length > 0;
}

/** What of mail was looked at, at the name that it belongs to. */
function mailInWords(mail: Fact<MailLinks>, subject: LaunchSite): string {
	if (subject.kind === 'host' && !isAudited(subject)) return '';
	if (mail.status !== 'known' || !hasMail(mail)) {
		return 'links in mail were not looked at: neither a message nor a repository was given';
	}
	const { messages, repository } = mail.value;
	return `links in mail lead to the site: ${messages.length} messages, ${repository?.files ?? 0} templates and settings`;
}

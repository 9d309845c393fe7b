import {
	at,
	type Channel,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Fix,
	healthEndpoints,
	isWithin,
	minutes,
	monitoredTargets,
	monitorsOf,
	optional,
	z,
} from '../../src/sdk.ts';
import { channel, found } from './_monitor-samples.ts';

interface Nowhere {
	tool: string;
	place: string;
}

interface To extends Nowhere {
	to: string;
}

const TWO_CHANNELS: Fix = {
	summary: 'Send alerts over two channels that do not depend on the site',
	steps: [
		'Take one that wakes somebody (a call, a pager, a push message) and one that everybody reads (chat, or mail at another provider’s domain).',
		'Put their keys into the environment, not into the file.',
		'Break the check once on purpose, and see both messages come.',
	],
	snippets: [
		{
			platform: 'any',
			language: 'yaml',
			text: `# Gatus; alerts of an endpoint name the same types
alerting:
  slack:
    webhook-url: "\${SLACK_WEBHOOK}"
  ntfy:
    topic: "\${NTFY_TOPIC}"`,
		},
		{
			platform: 'any',
			language: 'yaml',
			text: `# Prometheus: alertmanager.yml
route: { receiver: team }
receivers:
  - name: team
    slack_configs: [{ api_url_file: /run/secrets/slack, channel: '#alerts' }]
    pagerduty_configs: [{ routing_key_file: /run/secrets/pagerduty }]`,
		},
	],
};

export default defineCheck({
	id: 'monitoring/alerts',
	title: 'Alerts reach somebody, also when the product’s own mail is down',
	rationale: 'A monitor that tells nobody is a diary of outages.',
	references: [
		'https://prometheus.io/docs/alerting/latest/configuration/#receiver',
		'https://github.com/TwiN/gatus#alerting',
	],
	reach: 'upkeep',
	layer: 'content',
	over: monitoredTargets,
	options: z.object({}),

	verdicts: {
		reach: {
			outcome: 'pass',
			says: (a: { channels: string }) => `Alerts go to ${a.channels}.`,
		},
		'no-destination': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(20),
			says: (a: Nowhere) =>
				`${a.tool} watches (${a.place}), and no channel is set up that an alert would go to.`,
			impact: 'The monitor turns red, and nobody is looking at it.',
			control:
				'Tools whose accounts or platforms tell somebody by themselves are left out, and channels that variables set count as there.',
			fix: TWO_CHANNELS,
			evidence: (a: Nowhere) => [{ kind: 'file', summary: a.place, detail: a.tool }],
		},
		'placeholder-destination': {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(10),
			says: (a: To) =>
				`${a.tool} sends alerts to a placeholder${a.to === '' ? '' : ` (${a.to})`} at ${a.place}.`,
			impact: 'Alerts are sent, and go nowhere: nobody learns of the outage.',
			control: 'Values that variables set are no placeholders.',
			fix: TWO_CHANNELS,
			evidence: (a: To) => [{ kind: 'file', summary: a.place, detail: a.to }],
		},
		'same-domain-mail-only': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(20),
			says: (a: To) =>
				`Alerts go by mail to ${a.to} alone (${a.place}), at the domain that is watched.`,
			impact: 'When DNS or mail of the domain fails, the alert about it fails with them.',
			control: 'Every channel in the repository is such an address.',
			fix: TWO_CHANNELS,
			evidence: (a: To) => [{ kind: 'file', summary: a.place, detail: a.to }],
		},
	},

	needs: ({ subject: { repo, asked } }) => ({
		view: monitorsOf({ repo }),
		// An audit that looks at no site at all leaves the question open on purpose.
		site: optional(healthEndpoints(asked)),
	}),

	judge({ given: { view }, subject: { registrable }, say }) {
		if (view === null) {
			return cannotSay(
				'unsupported',
				'Where alerts go cannot be seen from a site, and no repository was given (--repo).',
				'high',
			);
		}
		const { monitors, channels, unread, cut } = view;
		if (monitors.length === 0) {
			return doesNotApply('No monitor’s configuration is in the repository.');
		}
		const tools = [...new Set(monitors.map(({ tool }) => tool))];
		const ofTools = channels.filter(({ tool }) => tools.includes(tool));
		const silent = monitors.find(
			({ tool }) => !isTold(channels.filter((one) => one.tool === tool)),
		);
		const isElsewhere = ofTools.some((one) => isTold([one]) && !isFake(one, registrable));
		if (silent !== undefined && !isElsewhere && (unread.length > 0 || cut)) {
			return cannotSay(
				'unreadable',
				`Not everything was read: ${unread[0] ?? 'too many files'}`,
				'high',
			);
		}
		const said = [];
		if (silent !== undefined) {
			const { tool, file, line } = silent;
			said.push(
				at(
					{ kind: 'file', name: file, file, line },
					say('no-destination', { tool, place: `${file}:${line}` }),
				),
			);
		}
		for (const one of ofTools.filter((each) => isFake(each, registrable))) {
			const { tool, file, line, to } = one;
			said.push(
				at(
					{ kind: 'file', name: `${file} ${one.kind} ${to}`, file, line },
					say('placeholder-destination', { tool, to, place: `${file}:${line}` }),
				),
			);
		}
		if (said.length > 0) return said;
		const named = ofTools.filter(({ kind, to }) => kind !== 'own' || to !== '');
		const [first] = named;
		if (
			first !== undefined &&
			registrable !== null &&
			named.every((one) => isOwnMail(one, registrable))
		) {
			const { tool, file, line } = first;
			const to = [...new Set(named.map((one) => one.to))].slice(0, 3).join(', ');
			return at(
				{ kind: 'file', name: file, file, line },
				say('same-domain-mail-only', { tool, to, place: `${file}:${line}` }),
			);
		}
		return say('reach', { channels: inWords(ofTools) });
	},

	examples: (example) => {
		const of = (...channels: readonly Channel[]) => ({
			view: { ...found({ channels: [...channels] }), isProduct: true },
			site: NO_SITE,
		});
		const mail = (to: string) => channel({ kind: 'mail', to });
		return [
			example('chat', of(channel()), 'reach'),
			example('a webhook that a variable sets', of(channel({ to: '', state: 'unseen' })), 'reach'),
			example('none', of(), 'no-destination'),
			example('of another tool alone', of(channel({ tool: 'Checkly' })), 'no-destination'),
			example(
				'a receiver without anybody',
				of(channel({ kind: 'own', to: '', state: 'placeholder' })),
				'no-destination',
			),
			example(
				'YOUR_WEBHOOK',
				of(channel({ to: '', state: 'placeholder' })),
				'placeholder-destination',
			),
			example(
				'a webhook of nobody',
				of(channel({ to: 'hooks.example.org' })),
				'placeholder-destination',
			),
			example('mail to nobody', of(mail('you@example.net')), 'placeholder-destination'),
			example('mail at the domain alone', of(mail('ops@example.com')), 'same-domain-mail-only'),
			example('mail at the domain and chat', of(mail('ops@example.com'), channel()), 'reach'),
			example('mail at another domain', of(mail('ops@shop-team.test')), 'reach'),
			example('no repository', { view: null, site: NO_SITE }, 'unknown'),
			example(
				'no monitor',
				{ view: { ...found({ monitors: [] }), isProduct: true }, site: NO_SITE },
				'not-applicable',
			),
		];
	},
});

const NO_SITE = { status: 'known' as const, value: [] };

/** Somebody is told, or something that cannot be seen decides it. */
function isTold(channels: readonly Channel[]): boolean {
	const isVoid = channels.some(({ kind, state }) => kind === 'own' && state === 'placeholder');
	const real = channels.filter(({ kind }) => !isVoid || kind !== 'own');
	return real.length > 0;
}

/** Domains that are nobody's (RFC 2606 §3, RFC 6761), unless one of them is audited. */
const NOBODYS = /(?:^|[.@])example\.(?:com|net|org)$|\.(?:example|invalid)$/i;

function isFake({ kind, to, state }: Channel, registrable: string | null): boolean {
	if (kind === 'own') return false;
	if (state !== 'real') return state === 'placeholder';
	return NOBODYS.test(to) && !isOwn(to, registrable);
}

function isOwn(to: string, registrable: string | null): boolean {
	const host = to.slice(to.lastIndexOf('@') + 1).toLowerCase();
	return registrable !== null && isWithin(host, registrable);
}

/** One address or several, all at the domain. */
function isOwnMail({ kind, to, state }: Channel, registrable: string): boolean {
	if (kind !== 'mail' || state !== 'real') return false;
	const all = to.split(/[,;\s]+/).filter((one) => one.includes('@'));
	return all.length > 0 && all.every((one) => isOwn(one.replace(/>$/, ''), registrable));
}

function inWords(channels: readonly Channel[]): string {
	const words = channels.map(({ tool, kind, to }) =>
		kind === 'own' ? to || `whom ${tool} tells` : to || kind,
	);
	return [...new Set(words)].slice(0, 5).join(', ');
}

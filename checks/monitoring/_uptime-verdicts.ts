import { minutes } from '../../src/sdk.ts';
import { type ToWatch, watchIt } from './_monitor-fix.ts';

export interface Watched extends ToWatch {
	tool: string;
	place: string;
	what: string;
}

const inMinutes = (seconds: number): number => Math.round((seconds / 60) * 10) / 10;

export const UPTIME_VERDICTS = {
	watched: {
		outcome: 'pass',
		says: (a: { tool: string; place: string; what: string }) =>
			`${a.tool} asks ${a.what} (${a.place}).`,
	},
	'no-evidence': {
		outcome: 'fail',
		severity: 'later',
		confidence: 'medium',
		effort: minutes(30),
		says: () =>
			'No configuration of an outside monitor is in the repository, and no file speaks of one.',
		impact: 'When the site goes down at night, nobody knows until customers write.',
		control:
			'Gatus, Upptime, Checkly, Prometheus, scheduled workflows and Terraform’s monitors were looked for, and names of monitors in documentation.',
		fix: (a: ToWatch) => watchIt('Watch the site from outside', a),
		evidence: (a: ToWatch) => [
			{ kind: 'file', summary: 'no monitor’s configuration', detail: a.host },
		],
	},
	'wrong-target': {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		says: (a: Watched) =>
			`No monitor asks the production site: ${a.tool} asks ${a.what} alone (${a.place}).`,
		impact: 'Production can be down for hours while every monitor is green.',
		control: 'Every monitor in the repository was read; none has an address that a variable sets.',
		fix: (a: Watched) => watchIt('Let the monitor ask the production address', a),
		evidence: (a: Watched) => [{ kind: 'file', summary: a.place, detail: a.what }],
	},
	'accepts-anything': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(10),
		says: (a: Watched) =>
			`${a.tool} takes any answer of ${a.what} for a success: neither status nor body is looked at (${a.place}).`,
		impact: 'A site that answers every visitor with an error page counts as up.',
		fix: (a: Watched) => watchIt('Let the monitor look at the status, and at a word', a),
		evidence: (a: Watched) => [{ kind: 'file', summary: a.place, detail: a.what }],
	},
	'too-rare': {
		outcome: 'fail',
		severity: 'later',
		effort: minutes(5),
		says: (a: Watched & { seconds: number }) =>
			`${a.tool} asks ${a.what} every ${inMinutes(a.seconds)} min (${a.place}).`,
		impact: 'An outage is seen when it has lasted for as long, and shorter ones never are.',
		fix: (a: Watched & { seconds: number }) => watchIt('Ask every minute', a),
		evidence: (a: Watched & { seconds: number }) => [
			{ kind: 'file', summary: a.place, detail: `${a.seconds} s` },
		],
	},
	disabled: {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(5),
		says: (a: Watched) => `The monitor of ${a.what} is switched off (${a.tool}, ${a.place}).`,
		impact: 'Somebody set it up, everybody counts on it, and it asks nothing.',
		control: 'No other monitor in the repository that is switched on asks the same host.',
		fix: (a: Watched) => ({
			summary: 'Switch the monitor on',
			steps: [
				`Take the switch out at ${a.place}: paused, disabled, enabled: false, or activated: false.`,
				'Apply the configuration, and see the monitor ask.',
			],
			snippets: [],
		}),
		evidence: (a: Watched) => [{ kind: 'file', summary: a.place, detail: a.what }],
	},
} as const;

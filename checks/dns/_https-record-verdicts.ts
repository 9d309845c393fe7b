import { type Fix, type Host, minutes, records, seconds, type Verdicts } from '../../src/sdk.ts';
import { inPanel } from './_in-panel.ts';

type About = {
	readonly host: string;
	readonly owner: string;
	/** Seconds. */
	readonly ttl: number | null;
	readonly panel: string | null;
	/** In words, each once. */
	readonly faults: readonly string[];
	readonly published: readonly string[];
	/** Lines to publish instead; none where only deleting helps. */
	readonly lines: readonly string[];
};

/** Where no TTL was seen. */
const USUAL_TTL = 300;

const lead = (a: { ttl: number | null }) => seconds(a.ttl ?? USUAL_TTL);
const dig = (a: { host: string }) =>
	`dig +noall +answer ${a.host} HTTPS ${a.host} A ${a.host} AAAA`;
const deletions = (a: About) => a.published.map((text) => `; delete: ${a.owner}. IN HTTPS ${text}`);

const correct = (a: About): Fix =>
	records(
		a.lines.length > 0
			? `Correct the HTTPS record of ${a.owner} ${inPanel(a.panel)}, or delete it: without it browsers use the addresses.`
			: `Delete the HTTPS record of ${a.owner} ${inPanel(a.panel)}: without it browsers use the addresses.`,
		[...deletions(a), ...a.lines],
		'Hints are a copy of the addresses: leave them out unless a program keeps both in step.',
	);

/** What can be said about the HTTPS records of a host. */
export const HTTPS_RECORD_VERDICTS = {
	agrees: {
		outcome: 'pass',
		says: (a: { host: string; published: readonly string[] }) =>
			`The HTTPS record of ${a.host} (${a.published.join('; ')}) says what its addresses and handshakes show.`,
	},
	mismatch: {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		lead,
		says: (a: About) => `The HTTPS record of ${a.host} is not true: ${a.faults.join('; ')}.`,
		impact:
			'Most browsers ask for this record and follow it: they are sent to the wrong place or wait for a time-out, while tools that know only addresses work.',
		fix: correct,
		control:
			'The host was reached by its plain address, and hints were compared with two look-ups.',
		reproduce: dig,
	},
	invalid: {
		outcome: 'fail',
		severity: 'high',
		effort: minutes(15),
		lead,
		says: (a: About) => `The HTTPS record of ${a.host} is malformed: ${a.faults.join('; ')}.`,
		impact:
			'Browsers pass over such a record, or over all records of the name, and some resolvers refuse it: HTTP/3 and encrypted hellos stay off.',
		fix: correct,
		reproduce: dig,
	},
} satisfies Verdicts<Host['context']>;

import { EMPTY_ANSWER } from '../../core/empty-answer.ts';
import { known } from '../../core/fact.ts';
import { type BrokenRule, ruleMaker, shown } from './broken-rule.ts';
import { addressCount, canonicalTerm, lookupsOf, passesOf, widestV6 } from './spf-cost.ts';
import { macroLetters } from './spf-macro.ts';
import { parseSpf, type SpfFault, type SpfRecord, type SpfTerm } from './spf-record.ts';
import { edited, namesSenders, repaired, withAll, without } from './spf-repair.ts';
import { isSenderId, isSpfText, misspeltVersion } from './spf-version.ts';
import { MOST_LOOKUPS, type SpfBranch, specOf, walkSpf } from './spf-walk.ts';

/** What can be told of one record without asking DNS. */
export interface SpfLint {
	readonly record: SpfRecord | null;
	/** Look-ups of this record alone, what it includes not counted. */
	readonly lookups: number;
	readonly broken: readonly BrokenRule[];
	/** `null` where there is nothing to change, or no safe guess. */
	readonly fixed: string | null;
}

const SECTIONS: Readonly<Record<SpfFault['rule'], string>> = {
	syntax: 'RFC 7208 §4.6.1',
	'glued-terms': 'RFC 7208 §3.3',
	'ip-invalid': 'RFC 7208 §5.6',
	'macro-syntax': 'RFC 7208 §7.1',
	'modifier-twice': 'RFC 7208 §6',
	'non-ascii': 'RFC 7208 §3.1',
	'no-effect': 'RFC 7208 §6',
};

/** With a name of usual length the answer stays below 512 bytes (RFC 7208 §3.4). */
const SAFE_BYTES = 450;
/** RFC 1035 §3.3. */
const STRING_BYTES = 255;
const NEAR_LIMIT = 9;
/** More than any sender's servers. */
const A_SLASH_8 = 2 ** 24;

const warn = (
	section: string,
	rule: string,
	position: number | null,
	message: string,
	severity: BrokenRule['severity'] = 'warning',
) => ruleMaker(`RFC 7208 ${section}`)(rule, position, message, severity);

/** One character a byte. */
export function lintSpf(text: string): SpfLint {
	if (!isSpfText(text)) return withoutVersion(text);
	const record = parseSpf({ text });
	const branches = branchesOf(text);
	const lookups = lookupsOf(branches.root);
	const broken = [
		...record.faults.map(faultRule),
		...orderRules(record),
		...allRules(record, branches),
		...termRules(branches.root.branches),
		...costRules(text, lookups),
	];
	const fixed = repairOf(record);
	return { record, lookups, broken, fixed: fixed === text ? null : fixed };
}

function withoutVersion(text: string): SpfLint {
	const meant = misspeltVersion(text);
	const message = isSenderId(text)
		? 'a Sender ID record, which no receiver reads any more'
		: 'receivers ignore a record that does not start with v=spf1, alone or before a space';
	const broken = [warn('§4.5', 'version', 0, message, 'error')];
	const fixed = meant === null ? null : repairOf(parseSpf({ text: meant }));
	return { record: null, lookups: 0, broken, fixed };
}

function faultRule({ rule, position, says, suggestion }: SpfFault): BrokenRule {
	const hint = suggestion === null ? '' : `: write ${shown(suggestion)}`;
	const severity = rule === 'no-effect' ? 'warning' : 'error';
	return { rule, section: SECTIONS[rule], position, message: `${says}${hint}`, severity };
}

/** The walker of whole trees, with nothing below the root. */
function branchesOf(text: string) {
	const domain = 'example.com';
	const answer = {
		...EMPTY_ANSWER,
		status: 'ok' as const,
		server: '',
		transport: 'udp' as const,
		detail: '',
		records: [
			{
				owner: domain,
				type: 'TXT',
				ttl: 0,
				text,
				data: { type: 'TXT' as const, strings: [text] },
			},
		],
	};
	return walkSpf(domain, (name, type) =>
		name === domain && type === 'TXT' ? known(answer) : null,
	);
}

function orderRules({ terms }: SpfRecord): readonly BrokenRule[] {
	const all = terms.find(({ name }) => name === 'all');
	if (all === undefined) return [];
	const late = terms.filter((term) => term.kind === 'mechanism' && term.position > all.position);
	const redirects = terms.filter(({ name }) => name === 'redirect');
	return [
		...late.map(({ text, position }) =>
			warn(
				'§5.1',
				'terms-after-all',
				position,
				`${shown(text)} is ignored: it follows ${all.text}`,
			),
		),
		...redirects.map(({ text, position }) =>
			warn('§6.1', 'redirect-and-all', position, `${shown(text)} is ignored beside ${all.text}`),
		),
	];
}

function allRules(
	{ terms, faults }: SpfRecord,
	walk: ReturnType<typeof walkSpf>,
): readonly BrokenRule[] {
	const all = terms.find(({ name }) => name === 'all');
	const passes = passesOf(walk.root);
	const everyone = passes.everyone.length > 0;
	if (everyone || addressCount(passes) >= A_SLASH_8 || widestV6(passes) <= 8) {
		const message = everyone
			? 'every server in the world passes'
			: 'so wide a range passes that strangers are in it';
		return [warn('§11.4', 'pass-all', everyone ? (all?.position ?? null) : null, message)];
	}
	if (all?.kind === 'mechanism' && all.qualifier === '?') {
		return [warn('§8.2', 'neutral-all', all.position, '?all says nothing of strangers')];
	}
	// The term that cannot be read may be the very one that is missed here.
	const isOpen = all === undefined && !terms.some(({ name }) => name === 'redirect');
	if (!isOpen || faults.some(({ rule }) => rule !== 'no-effect')) return [];
	return [warn('§4.7', 'no-all', null, 'without all or redirect= strangers are neutral')];
}

function termRules(branches: readonly SpfBranch[]): readonly BrokenRule[] {
	const seen = new Set<string>();
	return branches.flatMap((branch) => {
		const { term, name, dead } = branch;
		const { text, position } = term;
		const rules: BrokenRule[] = [];
		if (term.name === 'ptr') {
			rules.push(warn('§5.5', 'ptr-mechanism', position, 'ptr is slow and should not be used'));
		}
		const spec = specOf(term);
		const letters = spec === null ? [] : macroLetters(spec);
		if (letters.includes('p')) {
			rules.push(warn('§7.2', 'macro-p', position, `${shown(text)}: %{p} should not be used`));
		} else if (spec !== null && name === null && !dead) {
			const message = `${shown(text)} depends on the message`;
			rules.push(warn('§7.2', 'macro-dynamic', position, message, 'info'));
		}
		if (term.kind === 'mechanism' && !dead) {
			const key = canonicalTerm(branch);
			if (seen.has(key)) {
				const message = `${shown(text)} is there already, and a look-up is counted each time`;
				rules.push(warn('§4.6.4', 'duplicate-term', position, message));
			}
			seen.add(key);
		}
		return rules;
	});
}

function costRules(text: string, lookups: number): readonly BrokenRule[] {
	const rules: BrokenRule[] = [];
	if (lookups > MOST_LOOKUPS) {
		const message = `this record alone needs ${lookups} DNS look-ups, of ${MOST_LOOKUPS} that are allowed`;
		rules.push(warn('§4.6.4', 'too-many-lookups', null, message, 'error'));
	} else if (lookups >= NEAR_LIMIT) {
		const message = `this record alone needs ${lookups} DNS look-ups, of ${MOST_LOOKUPS} that are allowed`;
		rules.push(warn('§4.6.4', 'lookups-near-limit', null, message));
	}
	if (text.length > SAFE_BYTES) {
		const message = `${text.length} bytes: with other TXT records the answer no longer fits a small datagram`;
		rules.push(warn('§3.4', 'size', null, message));
	}
	if (text.length > STRING_BYTES) {
		const strings = Math.ceil(text.length / STRING_BYTES);
		const message = `${text.length} bytes go into ${strings} strings of one TXT record`;
		rules.push(warn('§3.3', 'string-over-255', STRING_BYTES, message, 'info'));
	}
	return rules;
}

/** Faults repaired, `all` at the end and closed, what is ignored left out. */
function repairOf(record: SpfRecord): string | null {
	const text = record.faults.length === 0 ? record.text : repaired(record);
	if (text === null) return null;
	const { terms } = parseSpf({ text });
	const all = terms.find(({ name }) => name === 'all');
	const redirect = terms.find(({ name }) => name === 'redirect');
	if (all === undefined) return redirect === undefined ? closed(text, '~all') : text;
	if (all.kind === 'mechanism' && /[+?]/.test(all.qualifier)) return closed(text, '~all');
	const isLast = !terms.some((term) => isAfter(term, all.position)) && redirect === undefined;
	return isLast ? text : closed(text, /^-/.test(all.text) ? '-all' : '~all');
}

function isAfter(term: SpfTerm, position: number): boolean {
	return term.kind === 'mechanism' && term.position > position;
}

/** Unchanged where nobody would be left who may send. */
function closed(text: string, all: '-all' | '~all'): string {
	const record = parseSpf({ text });
	const bare = edited(text, without(record.terms.filter(({ name }) => name === 'redirect')));
	const done = withAll(parseSpf({ text: bare }), all);
	return namesSenders(done) ? done : text;
}

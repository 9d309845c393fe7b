import { type BrokenRule, ruleMaker, shown } from './broken-rule.ts';
import {
	type DmarcRecord,
	effectiveRecord,
	isDmarcText,
	isMisspeltDmarc,
	parseDmarc,
	policyTag,
	validValue,
} from './dmarc-record.ts';
import { respelt, rewritten } from './dmarc-repair.ts';

/** What can be told of one record without asking DNS. */
export interface DmarcLint {
	/** `null` where receivers ignore the text. */
	readonly record: DmarcRecord | null;
	readonly broken: readonly BrokenRule[];
	/** `null` where there is nothing to change. */
	readonly fixed: string | null;
}

const format = ruleMaker('RFC 9989 §4.7');
const policy = ruleMaker('RFC 9989 §4.10.1');
const uris = ruleMaker('RFC 9989 §4.8');
const removed = ruleMaker('RFC 9989 Appendix C');

/** One character a byte. */
export function lintDmarc(text: string): DmarcLint {
	if (!isDmarcText(text)) {
		const message =
			'receivers ignore a record that does not start with exactly v=DMARC1 and a semicolon';
		const fixed = isMisspeltDmarc(text) ? repairOf(parseDmarc(respelt(text))) : null;
		return { record: null, broken: [format('version', 0, message)], fixed };
	}
	const record = parseDmarc(text);
	const broken = [
		...tagRules(record),
		...policyRules(record),
		...reportRules(record),
		...upkeepRules(record),
	];
	const isWrong = broken.some(({ severity }) => severity !== 'info');
	const fixed = isWrong ? repairOf(record) : null;
	return { record, broken, fixed: fixed === text ? null : fixed };
}

const POLICY_TAGS = ['p', 'sp', 'np'];
const REMOVED = ['pct', 'rf', 'ri'];

function tagRules(record: DmarcRecord): readonly BrokenRule[] {
	const { duplicates, unknown, tags, invalid } = record;
	return [
		...duplicates.map((name) =>
			ruleMaker('RFC 6376 §3.2')(
				'tag-duplicate',
				tags.filter((tag) => tag.name === name)[1]?.position ?? null,
				`the tag ${shown(name)} is given twice`,
			),
		),
		...malformedRules(record),
		...invalid
			.filter(({ name }) => !REMOVED.includes(name) && name !== 'v')
			.map(({ name, value, position }) => {
				const make = POLICY_TAGS.includes(name) ? policy : format;
				return make('value-invalid', position, `${name}=${shown(value)} is no value of ${name}`);
			}),
		...unknown.map((name) =>
			format(
				'unknown-tag',
				placeOf(record, name),
				`${shown(name)} is an unknown tag, which receivers ignore`,
				'info',
			),
		),
	];
}

/** Pieces between semicolons that are no tag, each where it stands. */
function malformedRules({ text, malformed }: DmarcRecord): readonly BrokenRule[] {
	let from = 0;
	return malformed.map((piece) => {
		const position = text.indexOf(piece, from);
		from = position + piece.length;
		return ruleMaker('RFC 6376 §3.2')('tag-list', position, `${shown(piece)} is no tag`);
	});
}

function policyRules(record: DmarcRecord): readonly BrokenRule[] {
	const names = record.tags.map(({ name }) => name);
	const [p, sp, np] = [policyTag(record, 'p'), policyTag(record, 'sp'), policyTag(record, 'np')];
	const rules: BrokenRule[] = [];
	if (!names.includes('p')) {
		const reports = record.rua.some(({ fault }) => fault === null);
		const message = reports
			? 'without p= the record acts as p=none'
			: 'without p= and without rua= receivers act as if there were no record';
		rules.push(policy('no-p', null, message, reports ? 'warning' : 'error'));
	} else if (names[1] !== 'p') {
		const message = 'older receivers want p= right behind the version';
		rules.push(format('p-not-second', placeOf(record, 'p'), message, 'warning'));
	}
	for (const [name, value] of [
		['sp', sp],
		['np', np],
	] as const) {
		if (value !== 'none' || p === null || p === 'none') continue;
		const message = `${name}=none leaves sub-domains open, while p=${p} protects the domain`;
		rules.push(format('subdomain-none', placeOf(record, name), message, 'warning'));
	}
	if (p === 'none') {
		const message = 'p=none asks receivers to deliver forged mail too';
		rules.push(ruleMaker('RFC 9989 §7.4')('p-none', placeOf(record, 'p'), message, 'info'));
	}
	return [...rules, ...flagRules(record)];
}

function flagRules(record: DmarcRecord): readonly BrokenRule[] {
	const rules: BrokenRule[] = [];
	if (validValue(record, 't') === 'y') {
		const message = 't=y: the policy applies one level lower';
		rules.push(format('test-mode', placeOf(record, 't'), message, 'info'));
	}
	if (validValue(record, 'psd') === 'y') {
		const message = 'psd=y is for public suffixes alone';
		rules.push(ruleMaker('RFC 9989 §4.10.2')('psd', placeOf(record, 'psd'), message, 'warning'));
	}
	return rules;
}

function reportRules(record: DmarcRecord): readonly BrokenRule[] {
	const { rua, ruf } = record;
	const rules: BrokenRule[] = [];
	for (const [name, list] of [
		['rua', rua],
		['ruf', ruf],
	] as const) {
		const from = placeOf(record, name) ?? 0;
		for (const { text, fault, otherScheme, sizeSuffix } of list) {
			const position = Math.max(from, record.text.indexOf(text, from));
			if (fault !== null) rules.push(uris('rua-syntax', position, `${shown(text)} ${fault}`));
			if (otherScheme) {
				const message = `${shown(text)}: reports are sent to mailto: alone`;
				rules.push(uris('rua-not-mailto', position, message, 'warning'));
			}
			if (sizeSuffix !== null) {
				const message = `${shown(sizeSuffix)} was dropped from the standard`;
				rules.push(removed('rua-size-suffix', position, message, 'warning'));
			}
		}
	}
	if (rua.length === 0) {
		const message = 'without rua= nobody tells you who sends as this domain';
		rules.push(ruleMaker('RFC 9989 §8')('rua-missing', null, message, 'warning'));
	}
	if (rua.length > 2) {
		const message = `${rua.length} addresses: receivers need to send to two`;
		rules.push(uris('rua-over-2', placeOf(record, 'rua'), message, 'warning'));
	}
	return [...rules, ...failureRules(record)];
}

function failureRules(record: DmarcRecord): readonly BrokenRule[] {
	const fo = validValue(record, 'fo');
	if (fo === null) return [];
	const at = placeOf(record, 'fo');
	const options = fo.split(':').map((each) => each.trim());
	const rules: BrokenRule[] = [];
	if (record.ruf.length === 0) {
		rules.push(format('fo-without-ruf', at, 'fo= has no effect without ruf=', 'info'));
	}
	if (options.includes('0') && options.includes('1')) {
		rules.push(format('fo-conflict', at, 'fo=0 and fo=1 exclude each other', 'warning'));
	}
	return rules;
}

const SAFE_BYTES = 450;

function upkeepRules(record: DmarcRecord): readonly BrokenRule[] {
	const names = new Set(record.tags.map(({ name }) => name));
	const rules = REMOVED.filter((name) => names.has(name)).map((name) => {
		const message = `${name}= was dropped from the standard${name === 'pct' ? ': t=y took its place' : ''}`;
		return removed(name === 'pct' ? 'pct' : 'rf-ri', placeOf(record, name), message, 'warning');
	});
	if (record.text.length <= SAFE_BYTES) return rules;
	const message = `${record.text.length} bytes: shorten it`;
	return [...rules, format('size', null, message, 'warning')];
}

function placeOf({ tags }: DmarcRecord, name: string): number | null {
	return tags.find((tag) => tag.name === name)?.position ?? null;
}

/** Each tag once, `p` second, without what was dropped and what has no legal value. */
function repairOf(record: DmarcRecord): string {
	const drop = [...record.invalid.map(({ name }) => name), ...REMOVED, ...record.unknown];
	const rua = kept(record.rua);
	const ruf = kept(record.ruf);
	const isWeak = (name: 'sp' | 'np') => policyTag(record, name) === 'none';
	const p = policyTag(record, 'p');
	const open = p === null || p === 'none' ? [] : (['sp', 'np'] as const).filter(isWeak);
	return rewritten(record, {
		drop: [...drop, ...open, ...(rua === '' ? ['rua'] : []), ...(ruf === '' ? ['ruf', 'fo'] : [])],
		set: {
			...(effectiveRecord(record) === null && { p: 'none' }),
			...(rua !== '' && { rua }),
			...(ruf !== '' && { ruf }),
		},
	});
}

/** Two places at most, each a `mailto:` without a size. */
function kept(list: DmarcRecord['rua']): string {
	return list
		.flatMap(({ text, sizeSuffix, host, fault }) => {
			const bare = text.slice(0, text.length - (sizeSuffix ?? '').length);
			if (host !== null) return [bare];
			return fault !== null && /^[^@\s:!,]+@[^@\s:!,]+\.[^@\s:!,]+$/.test(bare)
				? [`mailto:${bare}`]
				: [];
		})
		.slice(0, 2)
		.join(',');
}

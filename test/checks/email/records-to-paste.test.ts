import { describe, expect, it } from 'vitest';
import bimi from '../../../checks/email/bimi.ts';
import dkim from '../../../checks/email/dkim.ts';
import dmarc from '../../../checks/email/dmarc.ts';
import mtaSts from '../../../checks/email/mta-sts.ts';
import mx from '../../../checks/email/mx.ts';
import spf from '../../../checks/email/spf.ts';
import tlsRpt from '../../../checks/email/tls-rpt.ts';
import { type AnyCheck, type Example, example } from '../../../src/core/check.ts';
import { type Failed, idOf, isFailed } from '../../../src/core/finding.ts';
import { judgeExample } from '../../../src/engine/verify-check.ts';
import { parseBimiRecord } from '../../../src/facts/mail/bimi-record.ts';
import { parseDkimKey } from '../../../src/facts/mail/dkim-key.ts';
import { isDmarcText, parseDmarc } from '../../../src/facts/mail/dmarc-record.ts';
import { parseMtaStsRecord } from '../../../src/facts/mail/mta-sts-record.ts';
import { parseSpf } from '../../../src/facts/mail/spf-record.ts';
import { isSpfText } from '../../../src/facts/mail/spf-version.ts';
import { parseTlsRptRecord } from '../../../src/facts/mail/tls-rpt-record.ts';

const CHECKS: readonly AnyCheck[] = [spf, dkim, dmarc, mx, mtaSts, tlsRpt, bimi];

function failedIn(check: AnyCheck): readonly (readonly [string, Failed])[] {
	return (check.examples(example) as readonly Example[]).flatMap((one) =>
		judgeExample(check, one)
			.filter(isFailed)
			.map((finding) => [`${idOf(finding)}: ${one.name}`, finding] as const),
	);
}

const zoneLines = ({ fix }: Failed): readonly string[] =>
	fix.snippets
		.filter(({ language }) => language === 'dns')
		.flatMap(({ text }) => text.split('\n'))
		.filter((line) => !line.startsWith(';'));

/** RFC 1035 §5.1: character-strings in quotes, `\X` and `\DDD` inside. */
const STRING = /"((?:[^"\\]|\\\d{3}|\\.)*)"/g;

function unquoted(rdata: string): readonly string[] {
	expect(rdata.replace(STRING, '').trim()).toBe('');
	return [...rdata.matchAll(STRING)].map(([, inside = '']) =>
		inside.replace(/\\(\d{3}|.)/g, (_, escaped: string) =>
			escaped.length === 3 ? String.fromCharCode(Number(escaped)) : escaped,
		),
	);
}

function faultsOf(text: string): readonly unknown[] {
	if (isSpfText(text)) return parseSpf({ text: text.replace('<provider>', 'a.example') }).faults;
	if (isDmarcText(text)) {
		const { invalid, duplicates, malformed } = parseDmarc(text);
		return [...invalid, ...duplicates, ...malformed];
	}
	if (/^v=DKIM1/.test(text)) return parseDkimKey(text).faults;
	if (/^v=STSv1/.test(text)) return parseMtaStsRecord(text).broken;
	if (/^v=TLSRPTv1/.test(text)) return parseTlsRptRecord(text).broken;
	if (/^v=BIMI1/.test(text)) return parseBimiRecord(text).broken;
	return [`no known record: ${text}`];
}

describe.each(CHECKS.map((check) => [check.id, check] as const))('%s', (_, check) => {
	const failed = failedIn(check);

	it('gives records that a zone file takes and receivers accept', () => {
		let seen = 0;
		for (const [name, finding] of failed) {
			for (const line of zoneLines(finding)) {
				const [, type, rdata = ''] =
					/^[\w.*-]+\. \d+ IN (TXT|MX|A|AAAA|CNAME) (.+)$/.exec(line) ?? [];
				expect(type, `${name}: ${line}`).toBeDefined();
				seen += 1;
				if (type !== 'TXT') continue;
				const strings = unquoted(rdata);
				expect(Math.max(...strings.map(({ length }) => length)), name).toBeLessThanOrEqual(255);
				expect(faultsOf(strings.join('')), `${name}: ${line}`).toEqual([]);
			}
		}
		expect(seen).toBeGreaterThan(3);
	});

	it('marks what is to be deleted as a comment of one line', () => {
		for (const [name, { fix }] of failed) {
			for (const { language, text } of fix.snippets) {
				if (language !== 'dns') continue;
				for (const line of text.split('\n')) {
					expect(line, name).toMatch(/^(?:; delete: )?[\w.*-]+\. (?:\d+ )?IN /);
				}
			}
		}
	});
});

it('keeps a flag of t= that restricts nothing, and gives no record without a key', () => {
	const byName = new Map(failedIn(dkim).map(([name, finding]) => [name, finding]));
	const lines = (name: string) => zoneLines(byName.get(name) as Failed).join('\n');
	expect(lines('email/dkim/testing: t=y')).not.toContain('t=');
	expect(lines('email/dkim/testing: t=y:s')).toContain('; t=s');
	expect(lines('email/dkim/syntax: no p')).toBe('');
	expect(lines('email/dkim/syntax: a tag twice')).toContain('p=MII');
});

import { expect, it } from 'vitest';
import check from '../../../checks/email/spf.ts';
import { isFailed } from '../../../src/core/finding.ts';
import { auditLab } from '../audit-lab.ts';
import { START, writtenZone } from '../dns/written-zone.ts';

const WORLD = { zones: { 'shop.test': { records: '@ A 203.0.113.10' } } };
const MAIL = '@ A 203.0.113.10\n@ MX 10 mx\nmx A 203.0.113.11';
const LINE = `${START}\n${MAIL}`.split('\n').length + 1;

/** So many characters in all, cut into strings. */
function record(bytes: number, cut: number): string {
	const start = 'v=spf1 mx pad=';
	const text = `${start}${'x'.repeat(bytes - start.length - 5)} -all`;
	return (text.match(new RegExp(`.{1,${cut}}`, 'g')) ?? []).map((each) => `"${each}"`).join(' ');
}

async function judged(txt: string, domain = 'shop.test') {
	const zoneFile = await writtenZone(`${START}\n${MAIL}\n${txt}\n`);
	const { findings } = await auditLab(WORLD, check, { domain, zoneFile });
	return findings;
}

it('a string of 256 characters in the planned record is a blocker at its line, and no missing record', async () => {
	const [finding, ...others] = await judged(`@ TXT ${record(256, 300)}`);
	expect(others).toEqual([]);
	if (finding === undefined || !isFailed(finding)) throw new Error('it fails');
	expect(finding).toMatchObject({
		verdict: 'string-over-255',
		severity: 'blocker',
		locus: { name: 'shop.test TXT', file: 'shop.zone', line: LINE },
	});
	const fixed = finding.fix.snippets[0]?.text ?? '';
	expect(fixed).toMatch(/^shop\.test\. 300 IN TXT "v=spf1 mx pad=x+ " "-all"$/);
	// The record as the fix writes it is sound.
	const again = await judged(fixed);
	expect(again.filter(isFailed).map(({ verdict }) => verdict)).toEqual(['all-mode']);
});

it.each([
	['strings of 255', `@ TXT ${record(300, 255)}`],
	['a long text that is no SPF', `@ TXT ${record(200, 255)}\n@ TXT "${'k'.repeat(256)}"`],
	['a long record at another name', `@ TXT ${record(200, 255)}\nnews TXT ${record(300, 300)}`],
])('%s is none', async (_, txt) => {
	const verdicts = (await judged(txt)).map(({ verdict }) => verdict);
	expect(verdicts).toContain('sound');
	expect(verdicts).not.toContain('string-over-255');
});

it('a record beside it is judged, too', async () => {
	const said = await judged(`@ TXT ${record(300, 300)}\n@ TXT "v=spf1 mx ipv4:203.0.113.9 -all"`);
	expect(said.filter(isFailed).map(({ verdict }) => verdict)).toEqual(
		expect.arrayContaining(['string-over-255', 'syntax']),
	);
});

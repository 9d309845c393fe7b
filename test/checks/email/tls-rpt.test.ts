import { expect, it } from 'vitest';
import tlsRpt from '../../../checks/email/tls-rpt.ts';
import { type Failed, isFailed } from '../../../src/core/finding.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab } from '../audit-lab.ts';

it('does what its examples say, and shows every verdict', () => {
	expect(verifyCheck(tlsRpt)).toEqual([]);
});

const MAIL = '@ MX 10 mx1\nmx1 A 203.0.113.25\n@ TXT "v=spf1 mx -all"';
const NAME = '_smtp._tls';

const world = (records: string, more: World = {}): World => ({
	zones: { 'shop.test': { records: `${MAIL}\n${records}` } },
	...more,
});

async function audited(one: World) {
	const { findings } = await auditLab(one, tlsRpt, { domain: 'shop.test' });
	const said = findings.map((each) =>
		isFailed(each) ? `${each.verdict} ${each.severity}` : (each.verdict ?? each.outcome),
	);
	return { findings, said };
}

const POLICY = 'version: STSv1\nmode: testing\nmx: mx1.shop.test\nmax_age: 604800\n';
const WITH_STS = world('_mta-sts TXT "v=STSv1; id=1"\nmta-sts A 203.0.113.10', {
	sites: [
		{
			hosts: ['mta-sts.shop.test'],
			at: ['203.0.113.10'],
			routes: { '/.well-known/mta-sts.txt': { type: 'text/plain', body: POLICY } },
		},
	],
});

const TLSA = `_25._tcp.mx1 TLSA 3 1 1 ${'ab'.repeat(32)}`;
const signed = (records: string): World => ({
	zones: { 'shop.test': { records: `${MAIL}\n${records}`, dnssec: {} } },
	validates: true,
	signedRoot: true,
});

it.each<[string, World, string[]]>([
	['a record', world(`${NAME} TXT "v=TLSRPTv1; rua=mailto:tls@shop.test"`), ['published']],
	[
		'a record beside something else',
		world(`${NAME} TXT "v=TLSRPTv1;rua=mailto:tls@shop.test"\n${NAME} TXT "hello"`),
		['published'],
	],
	['no record', world(''), ['absent info']],
	['no record beside MTA-STS', WITH_STS, ['absent later']],
	['no record beside DANE', signed(TLSA), ['absent later']],
	['no record beside TLSA that nobody signed', world(TLSA), ['absent info']],
	[
		'two records',
		world(
			`${NAME} TXT "v=TLSRPTv1; rua=mailto:a@shop.test"\n${NAME} TXT "v=TLSRPTv1; rua=mailto:b@shop.test"`,
		),
		['multiple later'],
	],
	[
		'the version second',
		world(`${NAME} TXT "v=TLSRPT1; rua=mailto:tls@shop.test"`),
		['syntax later'],
	],
	['no rua', world(`${NAME} TXT "v=TLSRPTv1; x=1"`), ['rua later']],
	[
		'an address without mailto',
		world(`${NAME} TXT "v=TLSRPTv1; rua=tls@shop.test"`),
		['rua later'],
	],
	[
		'a name server that fails',
		world('', { dnsFaults: [{ name: `${NAME}.shop.test`, does: { rcode: 'SERVFAIL' } }] }),
		['unknown'],
	],
])('%s, over real sockets', async (_, one, expected) => {
	expect((await audited(one)).said).toEqual(expected);
});

it('gives one record for two, with the places of both', async () => {
	const { findings } = await audited(
		world(
			`${NAME} TXT "v=TLSRPTv1; rua=mailto:a@shop.test"\n${NAME} TXT "v=TLSRPTv1; rua=https://r.example/"`,
		),
	);
	const lines = (findings[0] as Failed).fix.snippets[0]?.text.split('\n') ?? [];
	expect(lines.filter((line) => line.startsWith('; delete: '))).toHaveLength(2);
	const kept = lines.at(-1) ?? '';
	expect(kept).toContain('mailto:a@shop.test');
	expect(kept).toContain('https://r.example/');
});

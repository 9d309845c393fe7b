import { describe, expect, it } from 'vitest';
import { launch } from './launch.ts';

const lint = (...args: string[]) => launch(['lint-record', ...args]);

interface Judged {
	readonly type: string;
	readonly valid: boolean;
	readonly rules: readonly { rule: string; section: string; position?: number }[];
}

describe('one record', () => {
	it.each([
		['spf', 'v=spf1 ip4:203.0.113.7 -all', true],
		['spf', 'v=spf1 ipv4:203.0.113.7 -all', false],
		['dkim', 'v=DKIM1; k=rsa; p=', true],
		['dkim', 'k=rsa', false],
		['dmarc', 'v=DMARC1; p=none; rua=mailto:d@example.com', true],
		['dmarc', 'v=dmarc1; p=none', false],
		['mta-sts', 'v=STSv1; id=20260101', true],
		['mta-sts', 'v=STSv1; id=2026-01-01', false],
		[
			'mta-sts-policy',
			'version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 604800\n',
			true,
		],
		[
			'mta-sts-policy',
			'version: STSv1\nmode: strict\nmx: mx.example.com\nmax_age: 604800\n',
			false,
		],
		['tls-rpt', 'v=TLSRPTv1; rua=mailto:tls@example.com', true],
		['tls-rpt', 'v=TLSRPTv1', false],
		['bimi', 'v=BIMI1; l=https://example.com/logo.svg; a=', true],
		['bimi', 'v=BIMI1; l=http://example.com/logo.svg', false],
	])('%s %j: valid %s', async (type, text, valid) => {
		const { code, stdout } = await lint('--type', type, '--text', text, '--json');
		const judged: Judged = JSON.parse(stdout);
		expect([judged.type, judged.valid, code]).toEqual([type, valid, valid ? 0 : 1]);
		if (!valid) expect(judged.rules[0]).toMatchObject({ rule: expect.any(String) });
	});

	it('marks the place for people, and prints the corrected record', async () => {
		const text = 'v=DMARC1; p=non; rua=mailto:d@example.com';
		const { code, stdout } = await lint('--type', 'dmarc', '--text', text);
		expect(code).toBe(1);
		expect(stdout).toContain(text);
		expect(stdout).toContain('^');
	});

	it('lets no control character of a record reach the terminal', async () => {
		const text = 'v=spf1 \u001b[31m\u0007 -all';
		const { code, stdout, stderr } = await lint('--type', 'spf', '--text', text);
		expect(code).toBe(1);
		// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
		expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
	});

	it('reads standard input', async () => {
		const record = 'v=TLSRPTv1; rua=mailto:tls@example.com\n';
		const { code } = await launch(['lint-record', '--type', 'tls-rpt'], { input: record });
		expect(code).toBe(0);
	});

	it.each([
		[['--text', 'v=spf1 -all'], /give --type/],
		[['--type', 'spf', '--text', 'a', '--file', 'b'], /give one of/],
		[['--type', 'spf', '--file', '/nonexistent'], /cannot be read \(ENOENT\)/],
	])('%j is wrong usage, in one line', async (args, line) => {
		const { code, stdout, stderr } = await lint(...args);
		expect([code, stdout]).toEqual([2, '']);
		expect(stderr).toMatch(line);
		expect(stderr.trim().split('\n')).toHaveLength(1);
	});
});

describe('a batch', () => {
	it('gives a line for each line, in order, broken ones too', async () => {
		const input = [
			'{"type":"spf","text":"v=spf1 -all"}',
			'no json',
			'{"type":"mta-sts","text":"v=STSv1; id=1"}',
			'{"type":"tls-rpt","text":"v=TLSRPTv1"}',
		].join('\n');
		const { code, stdout } = await launch(['lint-record', '--batch', '-'], { input });
		const lines: (Partial<Judged> & { error?: string })[] = stdout
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line));
		expect(code).toBe(2);
		expect(lines.map(({ valid }) => valid)).toEqual([true, undefined, true, false]);
		expect(lines[1]?.error).toBe('no JSON');
	});
});

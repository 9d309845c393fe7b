import { describe, expect, it } from 'vitest';
import { answerIn, type Zone } from '../../../checks/email/_zone.ts';
import { known, unknown } from '../../../src/core/fact.ts';
import { spfClient } from '../../../src/facts/mail/spf-client.ts';
import { evaluateSpf, type SpfEvaluation } from '../../../src/facts/mail/spf-evaluate.ts';

interface Delivery {
	readonly ip?: string;
	readonly sender?: string;
	readonly helo?: string | null;
}

function check(zone: Zone, delivery: Delivery = {}): Promise<SpfEvaluation> {
	const client = spfClient(delivery.ip ?? '192.0.2.65');
	if (client === null) throw new Error('an address');
	const question = {
		client,
		sender: delivery.sender ?? 'strong-bad@example.com',
		helo: delivery.helo === undefined ? 'mx.example.org' : delivery.helo,
		receiver: 'mx.test',
		now: new Date('2026-01-02T03:04:05Z'),
	};
	return evaluateSpf(question, async (name, type) => known(answerIn(zone, name, type)));
}

async function resultOf(zone: Zone, delivery?: Delivery): Promise<string> {
	return (await check(zone, delivery)).result;
}

const spf = (text: string, more: Zone = {}): Zone => ({ 'example.com TXT': [text], ...more });

/** RFC 7208, Appendix A. */
const APPENDIX_A: Zone = {
	'example.com MX': ['10 mail-a.example.com', '20 mail-b.example.com'],
	'example.com A': ['192.0.2.10', '192.0.2.11'],
	'amy.example.com A': ['192.0.2.65'],
	'bob.example.com A': ['192.0.2.66'],
	'mail-a.example.com A': ['192.0.2.129'],
	'mail-b.example.com A': ['192.0.2.130'],
	'www.example.com CNAME': ['example.com'],
	'example.org MX': ['10 mail-c.example.org'],
	'mail-c.example.org A': ['192.0.2.140'],
	'10.2.0.192.in-addr.arpa PTR': ['example.com'],
	'11.2.0.192.in-addr.arpa PTR': ['example.com'],
	'65.2.0.192.in-addr.arpa PTR': ['amy.example.com'],
	'66.2.0.192.in-addr.arpa PTR': ['bob.example.com'],
	'129.2.0.192.in-addr.arpa PTR': ['mail-a.example.com'],
	'130.2.0.192.in-addr.arpa PTR': ['mail-b.example.com'],
	'140.2.0.192.in-addr.arpa PTR': ['mail-c.example.org'],
	'4.0.0.10.in-addr.arpa PTR': ['bob.example.com'],
};

describe('Appendix A of RFC 7208', () => {
	it.each([
		['v=spf1 +all', '198.51.100.1', 'pass'],
		['v=spf1 a -all', '192.0.2.10', 'pass'],
		['v=spf1 a -all', '192.0.2.11', 'pass'],
		['v=spf1 a -all', '192.0.2.65', 'fail'],
		['v=spf1 a:example.org -all', '192.0.2.10', 'fail'],
		['v=spf1 mx -all', '192.0.2.129', 'pass'],
		['v=spf1 mx -all', '192.0.2.130', 'pass'],
		['v=spf1 mx -all', '192.0.2.140', 'fail'],
		['v=spf1 mx:example.org -all', '192.0.2.140', 'pass'],
		['v=spf1 mx mx:example.org -all', '192.0.2.140', 'pass'],
		['v=spf1 mx/30 mx:example.org/30 -all', '192.0.2.131', 'pass'],
		['v=spf1 mx/30 mx:example.org/30 -all', '192.0.2.143', 'pass'],
		['v=spf1 mx/30 mx:example.org/30 -all', '192.0.2.132', 'fail'],
		['v=spf1 ptr -all', '192.0.2.65', 'pass'],
		['v=spf1 ptr -all', '192.0.2.140', 'fail'],
		['v=spf1 ptr -all', '10.0.0.4', 'fail'],
		['v=spf1 ip4:192.0.2.128/28 -all', '192.0.2.65', 'fail'],
		['v=spf1 ip4:192.0.2.128/28 -all', '192.0.2.129', 'pass'],
	])('A.1: %s for %s gives %s', async (record, ip, wanted) => {
		expect(await resultOf({ ...APPENDIX_A, 'example.com TXT': [record] }, { ip })).toBe(wanted);
	});

	const MULTIPLE: Zone = {
		...APPENDIX_A,
		'example.com TXT': ['v=spf1 mx -all'],
		'example.net TXT': ['v=spf1 ip4:203.0.113.7 -all'],
		'example.org TXT': ['v=spf1 include:example.com include:example.net -all'],
		'la.example.org TXT': ['v=spf1 redirect=example.org'],
	};
	it.each([
		['192.0.2.129', 'pass'],
		['203.0.113.7', 'pass'],
		['192.0.2.140', 'fail'],
	])('A.2: %s by way of a redirect and includes gives %s', async (ip, wanted) => {
		expect(await resultOf(MULTIPLE, { ip, sender: 'a@la.example.org' })).toBe(wanted);
	});

	const MOBILE: Zone = {
		...APPENDIX_A,
		'example.com TXT': ['v=spf1 mx include:mobile-users._spf.%{d} -all'],
		'mobile-users._spf.example.com TXT': ['v=spf1 exists:%{l1r+}.%{d}'],
		'mary.mobile-users._spf.example.com A': ['127.0.0.2'],
	};
	it.each([
		['mary@example.com', 'pass'],
		['mary+list@example.com', 'pass'],
		['fred@example.com', 'fail'],
	])('A.3: %s gives %s', async (sender, wanted) => {
		expect(await resultOf(MOBILE, { sender })).toBe(wanted);
	});

	const COMBINED: Zone = {
		...APPENDIX_A,
		'example.com TXT': ['v=spf1 -include:ip4._spf.%{d} -include:ptr._spf.%{d} +all'],
		'ip4._spf.example.com TXT': ['v=spf1 -ip4:192.0.2.0/24 +all'],
		'ptr._spf.example.com TXT': ['v=spf1 -ptr:example.com +all'],
	};
	it.each([
		['192.0.2.65', 'pass'],
		['192.0.2.140', 'fail'],
		['198.51.100.1', 'fail'],
	])('A.4: %s gives %s', async (ip, wanted) => {
		expect(await resultOf(COMBINED, { ip })).toBe(wanted);
	});
});

describe('before a record is evaluated (RFC 7208 §4.3 to §4.6)', () => {
	it.each([
		['a single label', 'a@localhost'],
		['a domain literal', 'a@[192.0.2.1]'],
		['an empty label', 'a@x..example.com'],
		['a label of 64 characters', `a@${'x'.repeat(64)}.example.com`],
		['a name of 254 characters', `a@x${'x.'.repeat(121)}example.com`],
		['no domain at all', 'a@'],
		['bytes that are no ASCII', 'a@\u00fc.example.com'],
	])('§4.3: %s gives none, and is not asked', async (_, sender) => {
		const { result, steps } = await check({ '*.example.com TXT': ['v=spf1 -all'] }, { sender });
		expect(result).toBe('none');
		expect(steps).toMatchObject([{ kind: 'record', asked: [] }]);
	});

	it.each([
		['a label of 63 characters', `a@${'x'.repeat(63)}.example.com`, 'fail'],
		['a final dot', 'a@w.example.com.', 'fail'],
		['an underscore', 'a@_x.example.com', 'fail'],
		['a local part with an @', '"a@b"@w.example.com', 'fail'],
		['a name that does not exist', 'a@w.example.net', 'none'],
	])('§4.3: %s', async (_, sender, wanted) => {
		expect(await resultOf({ '*.example.com TXT': ['v=spf1 -all'] }, { sender })).toBe(wanted);
	});

	it.each(['servfail', 'refused', 'other-error', 'no-response', 'malformed'] as const)(
		'§4.4: %s is temperror',
		async (status) => {
			expect(await resultOf({ 'example.com TXT': status })).toBe('temperror');
		},
	);

	it('§4.4: what stops us from looking is temperror, too', async () => {
		const client = spfClient('192.0.2.1');
		if (client === null) throw new Error('an address');
		const question = {
			client,
			sender: 'a@example.com',
			helo: null,
			receiver: 'x',
			now: new Date(0),
		};
		const { result, reason } = await evaluateSpf(question, async () =>
			unknown('timeout', 'too late'),
		);
		expect({ result, reason }).toEqual({
			result: 'temperror',
			reason: 'example.com TXT: too late',
		});
	});

	it.each([
		['§4.5 capitals', ['V=SPF1 -ALL'], 'fail'],
		['§4.5 the version alone', ['v=spf1'], 'neutral'],
		['§4.5 the version and a space', ['v=spf1 '], 'neutral'],
		['§4.5 another version', ['v=spf10 -all'], 'none'],
		['§4.5 a tab after the version', ['v=spf1\t-all'], 'none'],
		['§4.5 a space before the version', [' v=spf1 -all'], 'none'],
		['§4.5 other records beside it', ['hello', 'v=spf1 -all', 'v=spf10'], 'fail'],
		['§4.5 two records', ['v=spf1 -all', 'V=SPF1'], 'permerror'],
		['§3.3 strings are joined without a space', [['v=spf1 -a', 'll']], 'fail'],
		['§3.3 strings that join to no version', [['v=spf1', '-all']], 'none'],
	] as [string, (string | string[])[], string][])('%s: %j gives %s', async (_, texts, wanted) => {
		expect(await resultOf({ 'example.com TXT': texts })).toBe(wanted);
	});

	it.each([
		'v=spf1 +all foo',
		'v=spf1 +all redirect=a.example redirect=b.example',
		'v=spf1 +all exp=a.example exp=b.example',
		'v=spf1 +all exists:%{c}.example',
		'v=spf1 +all moo=%{z}',
		'v=spf1 +all moo=\u00e9',
		'v=spf1 +all a:x.example/33',
		'v=spf1 +all\tmx',
		'v=spf1 +all\u0000',
		'v=spf1 +all -redirect=a.example',
	])('§4.6: a fault anywhere is permerror, whatever matches before it: %j', async (record) => {
		expect(await resultOf(spf(record))).toBe('permerror');
	});

	it.each([
		['include=a.example is an unknown modifier', 'v=spf1 include=a.example -all', 'fail'],
		['unknown modifiers may repeat', 'v=spf1 moo=1 moo=2 all=3 -all', 'fail'],
		['an unknown modifier may be empty', 'v=spf1 moo= -all', 'fail'],
		['what looks glued and is a name', 'v=spf1 a:gone.example.com-all', 'neutral'],
		['what looks glued and is a modifier', 'v=spf1 moo=cow~all', 'neutral'],
		['a top-level domain with a hyphen', 'v=spf1 include:gone.example.com-all', 'permerror'],
		['several spaces', 'v=spf1   -all  ', 'fail'],
	])('§4.6.1: %s', async (_, record, wanted) => {
		expect(await resultOf(spf(record))).toBe(wanted);
	});
});

describe('mechanisms (RFC 7208 §5)', () => {
	it.each([
		['+', 'pass'],
		['', 'pass'],
		['-', 'fail'],
		['~', 'softfail'],
		['?', 'neutral'],
	])('§4.6.2: %sall gives %s', async (sign, wanted) => {
		expect(await resultOf(spf(`v=spf1 ${sign}all`))).toBe(wanted);
	});

	it.each([
		['v=spf1 +all', 'pass'],
		['v=spf1 -all', 'fail'],
		['v=spf1 ~all', 'fail'],
		['v=spf1 ?all', 'fail'],
		['v=spf1 foo', 'permerror'],
		['hello', 'permerror'],
		['servfail', 'temperror'],
		['nxdomain', 'permerror'],
	])('§5.2: an include of %s gives %s', async (below, wanted) => {
		const target = below === 'servfail' || below === 'nxdomain' ? below : [below];
		const zone = spf('v=spf1 include:a.test -all', { 'a.test TXT': target as Zone[string] });
		expect(await resultOf(zone)).toBe(wanted);
	});

	it('§5.2: an include of what is no multi-label name is permerror', async () => {
		expect(await resultOf(spf('v=spf1 include:%{l} -all'))).toBe('permerror');
	});

	const HOSTS: Zone = {
		'both.test A': ['192.0.2.65'],
		'both.test AAAA': ['2001:db8::65'],
		'six.test AAAA': ['2001:db8::65'],
		'alias.test CNAME': ['both.test'],
		'bad.test A': 'servfail',
		'many.test MX': ['20 bad.test', '10 both.test'],
		'order.test MX': ['10 bad.test', '20 both.test'],
		'null.test MX': ['0 .'],
	};
	it.each([
		['a:both.test', '192.0.2.65', 'pass'],
		['a:alias.test', '192.0.2.65', 'pass'],
		['a:both.test', '2001:db8::65', 'pass'],
		['a:both.test', '::ffff:192.0.2.65', 'pass'],
		['a:six.test', '192.0.2.65', 'fail'],
		['a:both.test//64', '2001:db8::1', 'pass'],
		['a:both.test/24', '192.0.2.1', 'pass'],
		['a:both.test/24', '2001:db8::1', 'fail'],
		['a:both.test/0', '203.0.113.1', 'pass'],
		['a:gone.test/0', '203.0.113.1', 'fail'],
		['a:bad.test', '192.0.2.65', 'temperror'],
		['a:x..test', '192.0.2.65', 'fail'],
		['mx:many.test', '192.0.2.65', 'pass'],
		['mx:many.test', '192.0.2.66', 'temperror'],
		['mx:order.test', '192.0.2.65', 'temperror'],
		['mx:null.test', '192.0.2.65', 'fail'],
		['mx:both.test', '192.0.2.65', 'fail'],
		['exists:both.test', '2001:db8::1', 'pass'],
		['exists:six.test', '2001:db8::65', 'fail'],
		['exists:bad.test', '192.0.2.65', 'temperror'],
		['ip4:192.0.2.0/24', '::ffff:192.0.2.65', 'pass'],
		['ip6:::ffff:192.0.2.65', '192.0.2.65', 'fail'],
		['ip6:::/0', '192.0.2.65', 'fail'],
		['ip6:::/0', '2001:db8::65', 'pass'],
	])('§5.3 to §5.7: %s for %s gives %s', async (term, ip, wanted) => {
		expect(await resultOf(spf(`v=spf1 ${term} -all`, HOSTS), { ip })).toBe(wanted);
	});

	const REVERSE = '65.2.0.192.in-addr.arpa PTR';
	it.each([
		['the domain itself', ['example.com'], 'pass'],
		['a name below it, in capitals', ['MAIL.Example.Com'], 'pass'],
		['a name that ends like it', ['notexample.com'], 'fail'],
		['a name that leads elsewhere', ['elsewhere.example.com'], 'fail'],
		['a name that fails, then a good one', ['bad.test', 'mail.example.com'], 'pass'],
		['none', [], 'fail'],
	])('§5.5: ptr with %s', async (_, names, wanted) => {
		const zone = spf('v=spf1 ptr -all', {
			...HOSTS,
			[REVERSE]: names.map((name) => name.toLowerCase()),
			'example.com A': ['192.0.2.65'],
			'mail.example.com A': ['192.0.2.65'],
			'notexample.com A': ['192.0.2.65'],
			'elsewhere.example.com A': ['192.0.2.1'],
		});
		expect(await resultOf(zone)).toBe(wanted);
	});

	it('§5.5: a failing reverse look-up is no match, and no temperror', async () => {
		expect(await resultOf(spf('v=spf1 ptr -all', { [REVERSE]: 'servfail' }))).toBe('fail');
	});

	it('§4.6.4: of more than ten reverse names the first ten count', async () => {
		const names = Array.from({ length: 11 }, (_, index) => `n${index}.example.com`);
		const at = (index: number): Zone => ({
			[REVERSE]: names,
			'*.example.com A': ['192.0.2.1'],
			[`n${index}.example.com A`]: ['192.0.2.65'],
		});
		expect(await resultOf(spf('v=spf1 ptr -all', at(9)))).toBe('pass');
		expect(await resultOf(spf('v=spf1 ptr -all', at(10)))).toBe('fail');
	});

	it('asks for a backslash as a byte of its label (§4.8)', async () => {
		const { steps } = await check(spf('v=spf1 exists:a\\.b.%{d} -all'));
		expect(steps[1]).toMatchObject({ asked: ['a\\092.b.example.com A: no such name'] });
	});
});

describe('modifiers (RFC 7208 §6)', () => {
	it.each([
		['v=spf1 -all', 'fail'],
		['v=spf1 ~all', 'softfail'],
		['v=spf1', 'neutral'],
		['hello', 'permerror'],
	])('§6.1: a redirect to %s gives %s', async (below, wanted) => {
		expect(await resultOf(spf('v=spf1 redirect=a.test', { 'a.test TXT': [below] }))).toBe(wanted);
	});
	it.each([
		['v=spf1 redirect=a.test -all', 'fail'],
		['v=spf1 redirect=a.test ip4:192.0.2.65', 'pass'],
		['v=spf1 redirect=%{l}', 'permerror'],
		['v=spf1 redirect=a.test.', 'softfail'],
	])('§6.1: %s gives %s', async (record, wanted) => {
		expect(await resultOf(spf(record, { 'a.test TXT': ['v=spf1 ~all'] }))).toBe(wanted);
	});

	const exp = (text: string | string[] | 'servfail', more: Zone = {}): Zone =>
		spf('v=spf1 -all exp=why.%{d}', {
			'why.example.com TXT': text === 'servfail' ? text : [text],
			...more,
		});
	it.each([
		['plain text', exp('Please do not.'), 'Please do not.'],
		['joined strings', exp(['Please ', 'do not.']), 'Please do not.'],
		[
			'macros',
			exp('%{c} %{r} %{t} %{s} %{h} %{p}'),
			'192.0.2.65 mx.test 1767323045 strong-bad@example.com mx.example.org unknown',
		],
		['URL escapes', exp('http://%{d}/?s=%{S}'), 'http://example.com/?s=strong-bad%40example.com'],
		['escapes', exp('100%%%_of%-it'), '100% of%20it'],
		['a final dot', exp('No.'), 'No.'],
		['no ASCII', exp('n\u00f6'), ''],
		['a tab', exp('a\tb'), ''],
		['a bad macro', exp('%{q}'), ''],
		['a lone percent sign', exp('100 %'), ''],
		['a server that fails', exp('servfail'), ''],
		['no record', spf('v=spf1 -all exp=gone.%{d}'), ''],
		['two records', exp('x', { 'why.example.com TXT': ['one', 'two'] }), ''],
		['no exp', spf('v=spf1 -all'), ''],
	])('§6.2: an explanation of %s', async (_, zone, wanted) => {
		expect(await check(zone)).toMatchObject({ result: 'fail', explanation: wanted });
	});

	it('§6.2: is for a fail alone', async () => {
		const zone = spf('v=spf1 ~all exp=why.%{d}', { 'why.example.com TXT': ['x'] });
		expect(await check(zone)).toMatchObject({ result: 'softfail', explanation: '' });
	});

	it('§6.2: is taken from the target of a redirect, and not of an include', async () => {
		const zone: Zone = {
			'why.a.test TXT': ['of %{d}'],
			'why.example.com TXT': ['of %{d}'],
			'a.test TXT': ['v=spf1 -all exp=why.a.test'],
			'b.test TXT': ['v=spf1 +all exp=why.a.test'],
		};
		const explanation = async (record: string) =>
			(await check({ ...zone, 'example.com TXT': [record] })).explanation;
		expect(await explanation('v=spf1 redirect=a.test exp=why.example.com')).toBe('of a.test');
		expect(await explanation('v=spf1 -include:b.test exp=why.example.com')).toBe('of example.com');
		expect(await explanation('v=spf1 -include:b.test')).toBe('');
		expect(await explanation('v=spf1 include:a.test -all')).toBe('');
	});

	it('§6.2: is never longer than a reply of SMTP can be', async () => {
		const { explanation } = await check(exp('%{s}'.repeat(5_000)));
		expect(explanation).toHaveLength(2_000);
	});
});

describe('macros of a message (RFC 7208 §7)', () => {
	const asks = async (spec: string, delivery?: Delivery, more: Zone = {}) => {
		const { steps } = await check(spf(`v=spf1 exists:${spec} -all`, more), delivery);
		return steps
			.flatMap(({ asked }) => asked)
			.find((each) => / A: /.test(each) && !/PTR/.test(each));
	};
	it.each([
		['%{s}.x.test', 'strong-bad@example.com.x.test'],
		['%{l}.%{o}.x.test', 'strong-bad.example.com.x.test'],
		['%{ir}.%{v}.x.test', '65.2.0.192.in-addr.x.test'],
		['%{h}.x.test', 'mx.example.org.x.test'],
		['%{H2}.x.test', 'example.org.x.test'],
	])('%s asks for %s', async (spec, name) => {
		expect(await asks(spec)).toBe(`${name} A: no such name`);
	});

	it('%{o} stays and %{d} changes in an include (§7.2)', async () => {
		const { steps } = await check(
			spf('v=spf1 include:a.test -all', { 'a.test TXT': ['v=spf1 exists:%{d}.%{o}.x.test'] }),
		);
		expect(steps.flatMap(({ asked }) => asked)).toContain(
			'a.test.example.com.x.test A: no such name',
		);
	});

	it('§7.3: %{p} is the domain, else a name below it, else any name that leads back', async () => {
		const reverse = (...names: string[]): Zone => ({
			'65.2.0.192.in-addr.arpa PTR': names,
			'other.test A': ['192.0.2.65'],
			'mail.example.com A': ['192.0.2.65'],
			'example.com A': ['192.0.2.65'],
			'liar.example.com A': ['192.0.2.1'],
		});
		const p = async (...names: string[]) => {
			const { steps } = await check(spf('v=spf1 exists:%{p}.x.test -all', reverse(...names)));
			return steps[1]?.asked.at(-1);
		};
		expect(await p('other.test', 'mail.example.com', 'example.com')).toMatch(
			/^example\.com\.x\.test /,
		);
		expect(await p('other.test', 'mail.example.com')).toMatch(/^mail\.example\.com\.x\.test /);
		expect(await p('liar.example.com', 'other.test')).toMatch(/^other\.test\.x\.test /);
		expect(await p('liar.example.com')).toMatch(/^unknown\.x\.test /);
		expect(await p()).toMatch(/^unknown\.x\.test /);
	});

	it('says that HELO was needed where nobody told it', async () => {
		expect(await check(spf('v=spf1 exists:%{h}.x.test -all'), { helo: null })).toMatchObject({
			lacksHelo: true,
		});
		expect(await check(spf('v=spf1 exists:%{i}.x.test -all'), { helo: null })).toMatchObject({
			lacksHelo: false,
		});
	});
});

describe('limits (RFC 7208 §4.6.4)', () => {
	const includes = (count: number): Zone =>
		Object.fromEntries(
			Array.from({ length: count }, (_, index) => [`i${index}.test TXT`, ['v=spf1 ?all']]),
		);
	const terms = (count: number) =>
		Array.from({ length: count }, (_, index) => `include:i${index}.test`).join(' ');

	it('ten terms that ask are fine, and eleven a permerror', async () => {
		const ten = await check(spf(`v=spf1 ${terms(10)} -all`, includes(10)));
		expect(ten).toMatchObject({ result: 'fail', lookups: 10 });
		expect(await resultOf(spf(`v=spf1 ${terms(11)} -all`, includes(11)))).toBe('permerror');
	});

	it('a match before the eleventh hides the overrun', async () => {
		const zone = spf(`v=spf1 ${terms(5)} ip4:192.0.2.65 ${terms(11)} -all`, includes(11));
		expect(await check(zone)).toMatchObject({ result: 'pass', lookups: 5 });
	});

	it('redirect counts; all, ip4, ip6, exp and modifiers do not', async () => {
		const zone = (count: number) =>
			spf(`v=spf1 ip4:10.0.0.1 ip6:::1 moo=cow ${terms(count)} redirect=r.test`, {
				...includes(10),
				'r.test TXT': ['v=spf1 -all exp=why.r.test'],
				'why.r.test TXT': ['No.'],
			});
		expect(await check(zone(9))).toMatchObject({ result: 'fail', lookups: 10, explanation: 'No.' });
		expect(await resultOf(zone(10))).toBe('permerror');
	});

	it('counts the whole recursion together, and ends loops', async () => {
		const zone = spf('v=spf1 include:a.test -all', {
			'a.test TXT': ['v=spf1 include:example.com'],
		});
		expect(await check(zone)).toMatchObject({ result: 'permerror', lookups: 11 });
		expect(await resultOf(spf('v=spf1 redirect=example.com'))).toBe('permerror');
	});

	it('two terms may find nothing, and the third is a permerror', async () => {
		const two = await check(spf('v=spf1 a:x.test exists:y.test -all'));
		expect(two).toMatchObject({ result: 'fail', voids: 2 });
		expect(await resultOf(spf('v=spf1 a:x.test mx:y.test ptr -all'))).toBe('permerror');
	});

	it('a term that finds nothing several times counts once', async () => {
		const zone = spf('v=spf1 mx ptr:x.test -all', {
			'example.com MX': ['1 a.test', '2 b.test', '3 c.test', '4 d.test'],
		});
		expect(await check(zone)).toMatchObject({ result: 'fail', voids: 2 });
	});

	it.each([
		[10, 'fail'],
		[11, 'permerror'],
	])('an mx with %i hosts gives %s', async (count, wanted) => {
		const zone = spf('v=spf1 mx -all', {
			'example.com MX': Array.from({ length: count }, (_, index) => `10 m${index}.mx.test`),
			'*.mx.test A': ['192.0.2.1'],
		});
		expect(await resultOf(zone)).toBe(wanted);
	});

	it('tells every step, with its counters', async () => {
		const zone = spf('v=spf1 include:a.test mx -all', {
			'a.test TXT': ['v=spf1 ip4:10.0.0.1 ~all'],
		});
		const { steps, reason } = await check(zone);
		expect(reason).toBe('192.0.2.65 matches -all in the record of example.com');
		expect(steps).toEqual([
			{
				kind: 'record',
				depth: 0,
				domain: 'example.com',
				record: 'v=spf1 include:a.test mx -all',
				says: '',
				asked: ['example.com TXT: v=spf1 include:a.test mx -all'],
			},
			{
				kind: 'record',
				depth: 1,
				domain: 'a.test',
				record: 'v=spf1 ip4:10.0.0.1 ~all',
				says: '',
				asked: ['a.test TXT: v=spf1 ip4:10.0.0.1 ~all'],
			},
			term(1, 'a.test', 'ip4:10.0.0.1', 'no match', '', [], 1, 0),
			term(1, 'a.test', '~all', 'match', 'everybody', [], 1, 0),
			term(
				0,
				'example.com',
				'include:a.test',
				'no match',
				'the included record gives softfail',
				[],
				1,
				0,
			),
			term(0, 'example.com', 'mx', 'no match', '', ['example.com MX: no such record'], 2, 1),
			term(0, 'example.com', '-all', 'match', 'everybody', [], 2, 1),
		]);
	});
});

function term(
	depth: number,
	domain: string,
	text: string,
	outcome: string,
	says: string,
	asked: string[],
	lookups: number,
	voids: number,
) {
	return { kind: 'term', depth, domain, term: text, asked, outcome, says, lookups, voids };
}

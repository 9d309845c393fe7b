import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withDot } from '../../../src/facts/zone-file/master-name.ts';
import { masterText } from '../../../src/facts/zone-file/rdata.ts';
import {
	LARGEST_ZONE,
	parseZoneFile,
	rdataFromText,
	type ZoneFile,
	type ZoneRecord,
} from '../../../src/facts/zone-file/zone-file.ts';
import { zoneTypeNumber } from '../../../src/facts/zone-file/zone-type.ts';
import { readRdata } from '../../../src/net/dns/rdata.ts';
import { typeName } from '../../../src/net/dns/record-type.ts';
import { WireReader } from '../../../src/net/dns/wire-reader.ts';
import { cpuMs } from '../../cpu-time.ts';

const parsed = (text: string, origin = 'example.com') => parseZoneFile(text, origin);

/** `owner ttl type text`, a record each; fails where anything could not be read. */
function lines(text: string, origin?: string): string[] {
	const file = parsed(text, origin);
	expect(file.faults).toEqual([]);
	return shown(file);
}

const shown = ({ records }: ZoneFile) =>
	records.map(({ owner, ttl, type, text }) => `${owner} ${ttl} ${type} ${text}`);

const faults = (text: string) => parsed(text).faults.map(({ line, says }) => `${line}: ${says}`);

/** One record's presentation form, after `x 300 IN`. */
const rdata = (text: string) => lines(`x 300 IN ${text}`).map((line) => line.slice(18))[0];

describe('the standards’ own examples', () => {
	it('RFC 1035 §5.3', () => {
		const text = `$TTL 3600
@   IN  SOA     VENERA      Action\\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM

        NS      A.ISI.EDU.
        NS      VENERA
        NS      VAXA
        MX      10      VENERA
        MX      20      VAXA

A       A       26.3.0.103

VENERA  A       10.1.0.52
        A       128.9.0.32

VAXA    A       10.2.0.27
        A       128.9.0.33
`;
		expect(lines(text, 'isi.edu')).toEqual([
			'isi.edu 3600 SOA venera.isi.edu action\\046domains.isi.edu 20 7200 600 3600000 60',
			'isi.edu 3600 NS a.isi.edu',
			'isi.edu 3600 NS venera.isi.edu',
			'isi.edu 3600 NS vaxa.isi.edu',
			'isi.edu 3600 MX 10 venera.isi.edu',
			'isi.edu 3600 MX 20 vaxa.isi.edu',
			'a.isi.edu 3600 A 26.3.0.103',
			'venera.isi.edu 3600 A 10.1.0.52',
			'venera.isi.edu 3600 A 128.9.0.32',
			'vaxa.isi.edu 3600 A 10.2.0.27',
			'vaxa.isi.edu 3600 A 128.9.0.33',
		]);
	});

	it('RFC 2308 §4: $TTL holds from where it stands', () => {
		const text = `$TTL 86400
www A 192.0.2.1
$TTL 600
ftp A 192.0.2.2
gone 60 A 192.0.2.3
mail A 192.0.2.4`;
		expect(lines(text).map((line) => line.split(' ')[1])).toEqual(['86400', '600', '60', '600']);
	});

	it('RFC 3597 §5: unknown types, and known ones in the generic form', () => {
		const text = `$TTL 300
a.example.   CLASS1  TYPE731         \\# 6 abcdef (
                                            01 23 45 )
b.example.   IN      TYPE62347       \\# 0
e.example.   IN      A               \\# 4 0A000001
e.example.   IN      TYPE1           10.0.0.2
f.example.   IN      TYPE15          \\# 5 000a 0161 00`;
		expect(lines(text)).toEqual([
			'a.example 300 TYPE731 \\# 6 abcdef012345',
			'b.example 300 TYPE62347 \\# 0',
			'e.example 300 A 10.0.0.1',
			'e.example 300 A 10.0.0.2',
			'f.example 300 MX 10 a',
		]);
	});

	it.each([
		['HTTPS 0 foo.example.com.', '0 foo.example.com'],
		['SVCB 1 .', '1 .'],
		['SVCB 16 foo.example.com. port=53', '16 foo.example.com port=53'],
		['SVCB 1 foo.example.com. key667=hello', '1 foo.example.com key667=hello'],
		['SVCB 1 foo.example.com. key667="hello\\210qoo"', '1 foo.example.com key667=hello\\210qoo'],
		[
			'SVCB 1 foo.example.com. ( ipv6hint="2001:db8::1,2001:db8::53:1" )',
			'1 foo.example.com ipv6hint=2001:db8::1,2001:db8::53:1',
		],
		[
			'SVCB 1 example.com. ( ipv6hint="2001:db8:122:344::192.0.2.33" )',
			'1 example.com ipv6hint=2001:db8:122:344::c000:221',
		],
		[
			'SVCB 16 foo.example.org. ( alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1 )',
			'16 foo.example.org mandatory=alpn,ipv4hint alpn=h2,h3-19 ipv4hint=192.0.2.1',
		],
		[
			'SVCB 16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
			'16 foo.example.org alpn=f\\\\\\\\oo\\\\,bar,h2',
		],
		[
			'SVCB 16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2',
			'16 foo.example.org alpn=f\\\\\\\\oo\\\\,bar,h2',
		],
	])('RFC 9460 D.1 and D.2: %s', (written, text) => {
		expect(rdata(written)?.replace(/^(?:HTTPS|SVCB) /, '')).toBe(text);
	});

	it.each([
		['key123=abc key123=def', 'the key key123 stands twice'],
		['mandatory', 'mandatory has no value'],
		['alpn', 'alpn has no value'],
		['port', 'port has no value'],
		['ipv4hint', 'ipv4hint has no value'],
		['ipv6hint', 'ipv6hint has no value'],
		['no-default-alpn=abc', 'no-default-alpn takes no value'],
		['mandatory=key123', 'mandatory lists key123, which is not there'],
		['mandatory=mandatory', 'mandatory lists itself'],
		['mandatory=key123,key123 key123=abc', 'mandatory lists a key twice'],
	])('RFC 9460 D.3 refuses %s', (params, says) => {
		expect(faults(`x 300 SVCB 1 foo.example.com. ${params}`)).toEqual([`1: ${says}`]);
	});

	it('RFC 4034 §2.3, §3.3, §4.3, §5.4', () => {
		const key = 'AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no';
		expect(
			lines(`$TTL 86400
example.com. 86400 IN DNSKEY 256 3 5 ( AQPSKmynfzW4kyBv015MUG2DeIQ3
                                          Cbl+BBZH4b/0PY1kxkmvHjcZc8no )
host.example.com. 86400 IN RRSIG A 5 3 86400 20030322173103 (
                                  20030220173103 2642 example.com.
                                  oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr )
alfa.example.com. 86400 IN NSEC host.example.com. (
                                   A MX RRSIG NSEC TYPE1234 )
dskey.example.com. 86400 IN DS 60485 5 1 ( 2BB183AF5F22588179A53B0A
                                              98631FAD1A292118 )`),
		).toEqual([
			`example.com 86400 DNSKEY 256 3 5 ${key}`,
			'host.example.com 86400 RRSIG A 5 3 86400 20030322173103 20030220173103 2642 example.com oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr',
			'alfa.example.com 86400 NSEC host.example.com A MX RRSIG NSEC TYPE1234',
			'dskey.example.com 86400 DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
		]);
	});

	it('RFC 1876 §4: locations, as octets', () => {
		expect(rdata('LOC 42 21 54 N 71 06 18 W -24m 30m')).toBe(
			'LOC \\# 16 0033161389172dd070be15f000988d20',
		);
		expect(rdata('LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m')).toBe(
			rdata('LOC 52 22 23 N 4 53 32 E -2 0'),
		);
	});
});

describe('owners, classes and TTLs', () => {
	it('takes class and TTL in either order, units, and what came before', () => {
		const text = `$TTL 1h30m
a IN 2w A 192.0.2.1
b 1D IN A 192.0.2.2
  A 192.0.2.3
\tIN AAAA 2001:DB8::0:1
c A 192.0.2.4`;
		expect(lines(text)).toEqual([
			'a.example.com 1209600 A 192.0.2.1',
			'b.example.com 86400 A 192.0.2.2',
			'b.example.com 5400 A 192.0.2.3',
			'b.example.com 5400 AAAA 2001:db8::1',
			'c.example.com 5400 A 192.0.2.4',
		]);
	});

	it('takes the last TTL stated where there is no $TTL, and the SOA’s minimum before that', () => {
		const text = `@ SOA ns1 admin 1 2 3 4 5
@ NS ns1.example.net.
a 60 A 192.0.2.1
b A 192.0.2.2`;
		expect(lines(text).map((line) => line.split(' ')[1])).toEqual(['5', '5', '60', '60']);
	});

	it('asks for a TTL where there is none, once', () => {
		expect(faults('a A 192.0.2.1\nb A 192.0.2.2')).toEqual([
			'1: no TTL: begin the file with one for all records, like "$TTL 3600"',
		]);
		expect(parsed('a A 192.0.2.1\nb A 192.0.2.2').records).toHaveLength(2);
	});

	it('follows $ORIGIN, also a relative one, and completes names in data too', () => {
		const text = `$TTL 60
$ORIGIN sub
@ MX 10 mail
x CNAME y.
$ORIGIN example.net.
z SRV 1 2 443 @`;
		expect(lines(text)).toEqual([
			'sub.example.com 60 MX 10 mail.sub.example.com',
			'x.sub.example.com 60 CNAME y',
			'z.example.net 60 SRV 1 2 443 example.net',
		]);
	});

	it('refuses other classes, by any name', () => {
		expect(faults('$TTL 1\na CH TXT x\nb CLASS3 TXT x\nc HS A 192.0.2.1\nd A 192.0.2.1')).toEqual([
			'2: class CH: only records of class IN are published',
			'3: class CLASS3: only records of class IN are published',
			'4: class HS: only records of class IN are published',
		]);
	});

	it('reads an owner that looks like a TTL, a class or a type', () => {
		expect(lines('$TTL 1\n300 A 192.0.2.1\nIN IN A 192.0.2.2\nMX MX 10 MX')).toEqual([
			'300.example.com 1 A 192.0.2.1',
			'in.example.com 1 A 192.0.2.2',
			'mx.example.com 1 MX 10 mx.example.com',
		]);
	});

	it('knows the zone by its SOA, and by the origin without one', () => {
		const soa = 'shop.test. 60 SOA a. b. 1 2 3 4 5';
		expect(parsed(soa)).toMatchObject({ apex: 'shop.test', hasSoa: true });
		expect(parsed('@ 60 A 192.0.2.1')).toMatchObject({ apex: 'example.com', hasSoa: false });
		expect(faults(`${soa}\n${soa}\n@ 60 SOA a. b. 1 2 3 4 5`)).toEqual([
			'2: a second SOA record; the first is on line 1',
			'3: an SOA record of another zone (example.com); that of shop.test is on line 1',
		]);
	});
});

describe('the text of a file', () => {
	it('is read from Windows, from an editor that marks UTF-8, and without a last line end', () => {
		expect(lines('\u00ef\u00bb\u00bf$TTL 60\r\na\tA\t192.0.2.1\r\n\tTXT ( "x"\r\n "y" )')).toEqual([
			'a.example.com 60 A 192.0.2.1',
			'a.example.com 60 TXT "x" "y"',
		]);
	});

	it('keeps every octet of a string, and what is quoted or escaped in it', () => {
		const text = '$TTL 1\na TXT "a;b (c)" "\\"\\\\\\007\\255\u00e9" plain\\;word \\065 ""';
		expect(lines(text)).toEqual([
			'a.example.com 1 TXT "a;b (c)" "\\"\\\\\\007\\255\\233" "plain;word" "A" ""',
		]);
		expect(parsed(text).records[0]?.data).toEqual({
			type: 'TXT',
			strings: ['a;b (c)', '"\\\u0007\u00ff\u00e9', 'plain;word', 'A', ''],
		});
	});

	it('writes escaped names as answers do', () => {
		expect(lines('$TTL 1\na\\.b\\032C\\200 CNAME x\\046y.')).toEqual([
			'a\\046b\\032c\\200.example.com 1 CNAME x\\046y',
		]);
	});

	it('keeps the line of each record and fault, also inside parentheses', () => {
		const text = '; one\n$TTL 60\n\na A 192.0.2.1\nb MX ( 10\n\n mail )\nc MX ( 10\n mail\n 3 )';
		const file = parsed(text);
		expect(file.records.map(({ owner, line }) => [owner, line])).toEqual([
			['a.example.com', 4],
			['b.example.com', 5],
		]);
		expect(file.faults).toMatchObject([
			{ line: 10, column: 2, says: 'the MX record ends before "3"' },
		]);
	});

	it('knows what Cloudflare’s export proxies, and what providers call an alias', () => {
		const file = parsed(`example.com. 1 IN CNAME pages.example.net. ; cf_tags=cf-proxied:true
www 1 IN A 192.0.2.1 ; cf_tags=cf-proxied:false
@ 60 ALIAS lb
@ 60 ANAME lb.example.net.`);
		expect(file.records.map(({ type, text, proxied }) => [type, text, proxied])).toEqual([
			['CNAME', 'pages.example.net', true],
			['A', '192.0.2.1', false],
			['ALIAS', 'lb.example.com', false],
			['ALIAS', 'lb.example.net', false],
		]);
	});
});

describe('faults', () => {
	it.each([
		['x 60 Q 1', '"Q" is no record type'],
		['x 60 ANY 1', 'class ANY: only records of class IN are published'],
		['x 60 AXFR 1', '"AXFR" is no record type'],
		['x 60 TYPE65536 \\# 0', '"TYPE65536" is no record type'],
		['x 60', 'no record type'],
		['x 60 IN', 'no record type'],
		[' 60 A 192.0.2.1', 'the first record must begin with its owner, in the first column'],
		['x 60 A', 'the A record has no IPv4 address'],
		['x 60 A 1.2.3', '"1.2.3" is no IPv4 address'],
		['x 60 A 192.0.2.01', '"192.0.2.01" is no IPv4 address'],
		['x 60 A 192.0.2.1 2', 'the A record ends before "2"'],
		['x 60 AAAA 192.0.2.1', '"192.0.2.1" is no IPv6 address'],
		['x 60 AAAA fe80::1%eth0', '"fe80::1%eth0" is no IPv6 address'],
		['x 60 MX mail', '"mail" is no preference (0 to 65535)'],
		['x 60 MX 10', 'the MX record has no host name'],
		['x 60 MX 65536 mail', '"65536" is no preference (0 to 65535)'],
		['x 60 CNAME a..b', '"a..b" has an empty label'],
		['x 60 CNAME \\300', '"\\300" is no octet: \\DDD goes from \\000 to \\255'],
		[`x 60 CNAME ${'a'.repeat(64)}`, `"${'a'.repeat(64)}" has a label of 64 octets; 63 at most`],
		['x 60 TXT', 'the TXT record has no text'],
		['x 60 TXT k="v"', 'a quotation mark inside a word: put the whole string in quotes'],
		[
			`x 60 TXT "${'a'.repeat(256)}"`,
			'a string has 256 octets; 255 at most: split it into several, each in quotes',
		],
		['x 60 TXT "open', 'a string is not closed on its line'],
		['x 60 TXT \\', 'a "\\" ends the line'],
		['x 60 A 192.0.2.1 )', '")" closes a parenthesis that nothing opened'],
		['x 60 SRV 1 2 mail', '"mail" is no port (0 to 65535)'],
		['x 60 CAA 256 issue "ca.example"', '"256" is no flags (0 to 255)'],
		['x 60 CAA 0 is-sue "ca.example"', '"is-sue" is no tag: letters and digits only'],
		['x 60 CAA 0 issue', 'the CAA record has no value'],
		['x 60 TLSA 3 1 1 xyz', 'the certificate data is not hex, two digits an octet'],
		['x 60 DS 1 13 2 abcd', 'the digest has 2 octets; its type has 32'],
		['x 60 DNSKEY 256 3 13 ab', 'the public key is not base64'],
		['x 60 NSEC3PARAM 1 0 0 xyz', '"xyz" is no salt: hex, or - for none'],
		['x 60 NSEC y Q', '"Q" is no record type'],
		[
			'x 60 RRSIG A 8 2 60 20301301000000 1 1 y AAAA',
			'"20301301000000" is no expiration (0 to 4294967295)',
		],
		['x 60 HTTPS 1 . foo=1', '"foo" is no parameter of HTTPS and SVCB records'],
		['x 60 LOC 91 N 0 E 0', 'over 90 degrees'],
		['x 60 LOC 1 N 1 0', 'the LOC record has no longitude'],
		['x 60 TYPE7777 \\# 3 abcd', 'there are 2 octets of hex, not 3'],
		['x 60 A \\# 3 abcdef', 'no A record: the data is too short'],
		['x 60 A \\# 5 abcdefabcd', 'no A record: the data has 1 octets too many'],
		['x 99999999999 A 192.0.2.1', '"99999999999" is no record type'],
		['$TTL soon', '"soon" is no TTL'],
		['$TTL', '$TTL is without a time'],
		['$TTL 1 2', '"2" is too much'],
		['$ORIGIN', '$ORIGIN is without a name'],
		['$DATE now', '"$DATE" is no directive'],
		[
			'$INCLUDE other.zone',
			'$INCLUDE is not followed, so the records of "other.zone" are missing: give one file that holds the whole zone',
		],
		['$GENERATE 1-x a A 192.0.2.1', '"1-x" is no range like 1-10 or 0-100/5'],
		['$GENERATE 1-99999 a$ A 192.0.2.1', '$GENERATE would make 99999 records; 65536 more are read'],
	])('%s: %s', (line, says) => {
		expect(faults(line)).toEqual([`1: ${says}`]);
		expect(shown(parsed(`${line}\ngood 60 A 192.0.2.9`))).toEqual([
			'good.example.com 60 A 192.0.2.9',
		]);
	});

	it('says the column', () => {
		expect(parsed('x 60 IN A 1.2.3').faults).toMatchObject([
			{ line: 1, column: 11, text: 'x 60 IN A 1.2.3' },
		]);
	});

	it('loses no record after a parenthesis that nobody closes', () => {
		const text = `$TTL 60
@ SOA ns1 admin (
    2024010101 ; serial
    7200 1800 1209600 300
    NS ns1
www A 192.0.2.1
    TXT ( "a"
      "b" )`;
		const file = parsed(text);
		expect(file.faults).toMatchObject([
			{ line: 2, column: 17, says: 'a parenthesis opened here is never closed' },
			{ line: 5, column: 5, says: 'its owner is that of line 2, which cannot be read' },
		]);
		expect(shown(file)).toEqual([
			'www.example.com 60 A 192.0.2.1',
			'www.example.com 60 TXT "a" "b"',
		]);
	});

	it('loses none either where a later parenthesis closes it', () => {
		const text = `$TTL 60
@ SOA ns1 admin ( 1 2 3 4 5
ns1 A 192.0.2.1
www A 192.0.2.2 )
ftp A 192.0.2.3`;
		expect(faults(text)).toEqual([
			'3: the SOA record ends before "ns1"',
			'4: ")" closes a parenthesis that nothing opened',
		]);
		expect(shown(parsed(text))).toEqual([
			'ns1.example.com 60 A 192.0.2.1',
			'ftp.example.com 60 A 192.0.2.3',
		]);
	});

	it('gives no record to an owner that cannot be read', () => {
		expect(faults('$TTL 1\na A 192.0.2.1\nb..c A 192.0.2.2\n  A 192.0.2.3\nd A 192.0.2.4')).toEqual(
			['3: "b..c" has an empty label', '4: its owner is that of line 3, which cannot be read'],
		);
	});

	it('refuses what is too large, or no text', () => {
		expect(faults('x'.repeat(LARGEST_ZONE + 1))).toEqual([
			'1: the file is larger than 16 MiB, and is not read',
		]);
		expect(faults('\u00ff\u00fe@\0')).toEqual(['1: the file is in UTF-16: save it as UTF-8']);
	});

	it('lists as many as anybody reads, and counts the rest', () => {
		const file = parsed(`{"not": "a zone"}\n`.repeat(1_000));
		expect(file.faults).toHaveLength(200);
		expect(file.moreFaults).toBe(800);
	});
});

describe('$GENERATE', () => {
	it('makes records as BIND does', () => {
		const text = `$TTL 60
$GENERATE 1-3 host$ A 192.0.2.$
$GENERATE 0-20/10 h\${5,4} 300 IN CNAME x-\${0,2,x}-\\$.y.
$GENERATE 10-11 \${0,4,n} PTR host-$$.example.net.`;
		expect(lines(text)).toEqual([
			'host1.example.com 60 A 192.0.2.1',
			'host2.example.com 60 A 192.0.2.2',
			'host3.example.com 60 A 192.0.2.3',
			'h0005.example.com 300 CNAME x-00-$.y',
			'h0015.example.com 300 CNAME x-0a-$.y',
			'h0025.example.com 300 CNAME x-14-$.y',
			'a.0.example.com 60 PTR host-$.example.net',
			'b.0.example.com 60 PTR host-$.example.net',
		]);
	});

	it('is bounded over the whole file', () => {
		const file = parsed(
			'$TTL 60\n$GENERATE 1-60000 a$ A 192.0.2.1\n$GENERATE 1-6000 b$ A 192.0.2.1',
		);
		expect(file.records).toHaveLength(60_000);
		expect(file.faults[0]?.says).toBe('$GENERATE would make 6000 records; 5536 more are read');
	});
});

/** One record of each type, in the form that a zone file gives it. */
const EVERY_TYPE = [
	'A 192.0.2.1',
	'AAAA 2001:0DB8:0:0:1:0:0:1',
	'AAAA ::ffff:192.0.2.1',
	'AAAA ::',
	'AAAA 1:0:0:2::',
	'NS Ns1.Example.NET.',
	'CNAME x',
	'DNAME y.example.net.',
	'PTR Host.',
	'MX 10 Mail',
	'MX 0 .',
	'TXT "a b" c "\\"\\\\\\009"',
	'SPF "v=spf1 -all"',
	'SOA ns1 hostmaster.example.com. 1 2h 30m 2w 1h',
	'SRV 1 2 443 host',
	'CAA 128 IssueWild "ca.example.net; account=1"',
	'CAA 0 issue ""',
	'NAPTR 100 50 "s" "http+I2L+I2C+I2R" "" _http._tcp.gatech.edu.',
	'TLSA 3 1 1 0123456789ABCDEF',
	'SMIMEA 3 0 0 30 82 01',
	'SSHFP 4 2 123456789abcdef67890123456789abcdef67890123456789abcdef123456789',
	`DS 60485 ECDSAP256SHA256 2 ${'ab'.repeat(32)}`,
	'CDS 0 0 0 00',
	'DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=',
	'CDNSKEY 0 3 0 AA==',
	'RRSIG TYPE65280 13 2 3600 20300101000000 1893456000 60485 example.com. AAECAwQ=',
	'NSEC \\000.x A MX TYPE65280 CAA',
	'NSEC3 1 1 12 aabbccdd 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG',
	'NSEC3 1 0 0 - 2vptu5timamqttgl4luu9kg21e0aor3s',
	'NSEC3PARAM 1 0 0 -',
	'HTTPS 1 . alpn=h2,h3 ech=AAEC ipv4hint=192.0.2.1,192.0.2.2 dohpath=/q{?dns} ohttp',
	'SVCB 2 svc no-default-alpn alpn=x port=8443 key65000=a\\ b',
	'URI 10 1 "https://example.com/a?b=c"',
	'LOC 51 30 12.748 N 0 7 39.612 W 0m 1m 2m 3m',
	'HINFO "PC" Linux',
	'RP admin.example.com. info',
	'AFSDB 1 db',
	'CERT PKIX 1 8 AAECAw==',
	'OPENPGPKEY AAECAwQF',
	'ZONEMD 2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE',
	'CSYNC 66 3 A NS AAAA',
	'DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=',
	'KX 10 kx',
	'RT 10 relay',
	'PX 10 a b',
	'MINFO a b',
	'TYPE65534 \\# 2 beef',
];

describe('every type', () => {
	it.each(EVERY_TYPE)('%s looks like the same record in an answer', (written) => {
		const [record] = parsed(`x 60 ${written}`).records as [ZoneRecord];
		const octets = Buffer.from(record.octets ?? '', 'hex');
		const type = typeName(zoneTypeNumber(record.type) ?? 0);
		const answered = readRdata(type, new WireReader(octets));
		expect({ type: record.type, text: record.text, data: record.data }).toEqual({
			type,
			...answered,
		});
		expect(rdataFromText(type, answered.text)?.toString('hex')).toBe(record.octets);
	});

	it.each(EVERY_TYPE)('%s is the same after it was printed and read again', (written) => {
		const [record] = parsed(`x 60 ${written}`).records as [ZoneRecord];
		expect(lines(printed(record))).toEqual(shown(parsed(`x 60 ${written}`)));
	});

	it('keeps the words of a type whose form is not known here', () => {
		expect(parsed('x 60 IPSECKEY 10 1 2 192.0.2.38 AQNRU3mG').records[0]).toMatchObject({
			type: 'TYPE45',
			text: '10 1 2 192.0.2.38 AQNRU3mG',
			octets: null,
		});
	});
});

function printed({ owner, ttl, type, octets }: ZoneRecord): string {
	return `${withDot(owner)} ${ttl} IN ${type} ${masterText(type, Buffer.from(octets ?? '', 'hex'))}`;
}

describe('whatever a file holds', () => {
	const word = fc.oneof(
		fc.constantFrom(
			...EVERY_TYPE.flatMap((one) => one.split(' ')),
			...['(', ')', ';', '"', '\\', '@', '$', '$TTL', '$ORIGIN', '$GENERATE', '1-9', '\n', '\r\n'],
			...['\t', ' ', '', '\\#', '1h', 'IN', 'CH', '\u0000', '\u00ff', '..', '"x"', '*'],
		),
		fc.string({ unit: 'binary', maxLength: 6 }),
	);
	const latin1 = (text: string) => Buffer.from(text).toString('latin1');

	it('it never throws, and every record can be printed and read again', () => {
		fc.assert(
			fc.property(fc.array(word, { maxLength: 60 }), (words) => {
				const file = parsed(latin1(words.join(' ')));
				for (const record of file.records) {
					expect(Number.isInteger(record.ttl) && record.line > 0).toBe(true);
					if (record.octets === null) continue;
					const again = parsed(printed(record));
					expect(again.faults).toEqual([]);
					expect(again.records[0]).toMatchObject({
						owner: record.owner,
						text: record.text,
						octets: record.octets,
					});
				}
			}),
			{ numRuns: 3_000 },
		);
	});

	it.each([
		['open parentheses', '('.repeat(200_000)],
		['lines that open one', '( a\n'.repeat(200_000)],
		['lines that look like records in one', 'a A ( 192.0.2.1\n'.repeat(100_000)],
		['one long word', 'a'.repeat(4_000_000)],
		['backslashes', '\\'.repeat(2_000_000)],
		['quotation marks', '"a" '.repeat(500_000)],
		['empty lines', '\n'.repeat(2_000_000)],
		['labels', `${'a.'.repeat(100_000)} A 192.0.2.1`],
		['a range', '$GENERATE 0-2147483647 a A 192.0.2.1\n'.repeat(10_000)],
	])('%s are done with in time', (_, text) => {
		const began = cpuMs();
		parsed(text);
		expect(cpuMs() - began).toBeLessThan(4_000);
	});
});

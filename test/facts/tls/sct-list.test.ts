import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSctList } from '../../../src/facts/tls/sct-list.ts';

const log = (octet: number) => Buffer.alloc(32, octet);

/** SignedCertificateTimestamp (RFC 6962 §3.2). */
function sct(id: Buffer, { version = 0, extensions = Buffer.alloc(0) } = {}): Buffer {
	const signature = Buffer.alloc(71, 9);
	return Buffer.concat([
		Buffer.of(version),
		id,
		Buffer.alloc(8, 1),
		Buffer.of(0, extensions.length),
		extensions,
		Buffer.of(4, 3, 0, signature.length),
		signature,
	]);
}

function list(...items: readonly Buffer[]): Buffer {
	const body = Buffer.concat(items.flatMap((one) => [Buffer.of(0, one.length), one]));
	return Buffer.concat([Buffer.of(body.length >> 8, body.length & 0xff), body]);
}

test('each log counts once (RFC 6962 §3.3)', () => {
	const [a, b] = [log(1), log(2)];
	expect(parseSctList(list(sct(a), sct(b), sct(a)))).toEqual({
		logs: [a.toString('hex'), b.toString('hex')],
		unreadable: 0,
	});
});

test('a timestamp may have extensions; one of another version does not count', () => {
	const [a, b] = [log(1), log(2)];
	const extended = sct(a, { extensions: Buffer.from('more') });
	expect(parseSctList(list(extended, sct(b, { version: 1 })))).toEqual({
		logs: [a.toString('hex')],
		unreadable: 1,
	});
});

test('an empty list is a list, and one that is cut is none', () => {
	expect(parseSctList(list())).toEqual({ logs: [], unreadable: 0 });
	const whole = list(sct(log(1)));
	expect(parseSctList(whole.subarray(0, -1))).toBeNull();
	expect(parseSctList(Buffer.concat([whole, Buffer.of(0)]))).toBeNull();
	expect(parseSctList(Buffer.alloc(0))).toBeNull();
});

test('hostile bytes never throw', () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
			const parsed = parseSctList(bytes);
			expect(parsed === null || parsed.logs.length * 34 <= bytes.length).toBe(true);
		}),
	);
});

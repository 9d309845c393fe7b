import { createHmac } from 'node:crypto';
import type { SecretRule } from './secret-rule.ts';

/** HMAC-SHA-256 of family and value (latin1) under the user's key, hex: 16 digits of it. */
export function fingerprintOf(key: string, { id }: SecretRule, value: string): string {
	return createHmac('sha256', Buffer.from(key, 'hex'))
		.update(`${id}\0`)
		.update(value, 'latin1')
		.digest('hex')
		.slice(0, 16);
}

/** Of the value alone: equal wherever it stands, whatever rule knows it there. */
export function fingerprintOfValue(key: string, value: string): string {
	return createHmac('sha256', Buffer.from(key, 'hex'))
		.update('\0value\0')
		.update(value, 'latin1')
		.digest('hex')
		.slice(0, 16);
}

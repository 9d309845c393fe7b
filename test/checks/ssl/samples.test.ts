import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import addresses from '../../../checks/ssl/addresses.ts';
import caa from '../../../checks/ssl/caa.ts';
import certificate from '../../../checks/ssl/certificate.ts';
import chain from '../../../checks/ssl/chain.ts';
import https from '../../../checks/ssl/https.ts';
import keys from '../../../checks/ssl/keys.ts';
import lifetime from '../../../checks/ssl/lifetime.ts';
import origin from '../../../checks/ssl/origin.ts';
import revocation from '../../../checks/ssl/revocation.ts';
import transparency from '../../../checks/ssl/transparency.ts';
import { verifyCheck } from '../../../src/engine/verify-check.ts';
import { makeSamples, samplesSource } from './make-samples.ts';

const SAMPLES = new URL('../../../checks/ssl/_samples.ts', import.meta.url);

test.runIf(process.env['WRITE_SAMPLES'] === '1')('writes the samples anew', () => {
	writeFileSync(SAMPLES, samplesSource());
	expect(readFileSync(SAMPLES, 'utf8')).toContain('CERTIFICATES');
});

test('the samples in the examples are those that the maker makes', () => {
	const kept = readFileSync(SAMPLES, 'utf8');
	const { chains } = makeSamples();
	for (const [key, { length }] of Object.entries(chains)) {
		const list = new RegExp(`^\\t${key}: \\[([^\\]]*)\\]`, 'm').exec(kept)?.[1];
		expect([key, list?.split(',').length]).toEqual([key, length]);
	}
});

describe('the examples of ssl', () => {
	test.each([
		https,
		addresses,
		caa,
		certificate,
		chain,
		keys,
		lifetime,
		origin,
		revocation,
		transparency,
	])('$id says what it claims', (check) => {
		expect(verifyCheck(check)).toEqual([]);
	});
});

import { expect, it } from 'vitest';
import { type FactRef, type GetFact, known } from '../../../src/core/fact.ts';
import type { SmtpOutcome } from '../../../src/core/io.ts';
import { smtpSurvey } from '../../../src/facts/mail/smtp-survey.ts';

/** A mail host that refuses STARTTLS, which a network in between might have done. */
const REFUSING: SmtpOutcome = {
	kind: 'session',
	greeting: '220 mx.shop.test ESMTP',
	extensions: ['STARTTLS'],
	starttls: 454,
	tls: null,
};
const SILENT: SmtpOutcome = { kind: 'failed', how: 'silent', phase: 'connect', detail: '' };

/** Addresses whose port 25 is asked, each time. */
async function askedFor(address: string): Promise<readonly string[]> {
	const asked: string[] = [];
	const host = { exchange: 'mx.shop.test', preference: 10, provider: null, v4: [address], v6: [] };
	const facts: Readonly<Record<string, (params: { address: string }) => unknown>> = {
		'mx.reading': () => ({ kind: 'records', hosts: [host] }),
		'network.scope': () => ({ roots: [], publicClasses: ['loopback', 'documentation'] }),
		'tls.trust-store': () => ({ node: '', publicPem: '', privatePem: '' }),
		'smtp.session': (params) => {
			asked.push(params.address);
			return params.address === address ? REFUSING : SILENT;
		},
	};
	const get = (async (ref: FactRef<unknown>) => {
		const answer = facts[ref.source.name];
		if (answer === undefined) throw new Error(`${ref.source.name} was not expected`);
		return known(answer(ref.params as { address: string }));
	}) as GetFact;
	const { source, params } = smtpSurvey({ domain: 'shop.test' });
	if (source.kind !== 'derivation') throw new Error('the survey is a derivation');
	expect(await source.derive(params as never, get)).toMatchObject({ status: 'known' });
	return asked;
}

it('holds a refusal of encryption against port 25 of an address where nothing is', async () => {
	expect(await askedFor('203.0.113.25')).toEqual(['203.0.113.25', '203.0.113.25', '192.0.2.1']);
});

it('looks for nobody in between where the mail host is this machine', async () => {
	expect(await askedFor('127.0.0.25')).toEqual(['127.0.0.25', '127.0.0.25']);
});

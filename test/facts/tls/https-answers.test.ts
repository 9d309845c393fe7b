import { describe, expect, test } from 'vitest';
import { type Fact, type FactRef, known, unknown } from '../../../src/core/fact.ts';
import type { TlsOutcome } from '../../../src/core/io.ts';
import { type HttpsAnswer, httpsAnswers } from '../../../src/facts/tls/https-answers.ts';

const completed = (protocol: string): TlsOutcome => ({
	kind: 'completed',
	protocol,
	cipher: 'ECDHE-RSA-AES128-GCM-SHA256',
	alpn: null,
	chain: [],
});

const failed = (
	how: Extract<TlsOutcome, { kind: 'failed' }>['how'],
	phase: 'connect' | 'tls' = 'tls',
): TlsOutcome => ({ kind: 'failed', how, phase, alert: null, detail: `it was ${how}` });

type Reply = TlsOutcome | 'unknown';

/** One address that answers the ordinary hello, the limited one, and the ordinary one once more. */
async function answer(first: Reply, limited?: Reply, again?: Reply) {
	const asked: string[] = [];
	const replies = { first, limited, again };
	const get = async ({ source, params }: FactRef<unknown>): Promise<Fact<unknown>> => {
		if (source.name === 'dns.addresses') return known({ v4: ['203.0.113.1'], v6: [] });
		if (source.name !== 'tls.handshake') return unknown('timeout', 'silent');
		const { maxVersion, again: second } = params as { maxVersion?: string; again?: number };
		const which = maxVersion === 'TLSv1.2' ? 'limited' : second === 1 ? 'again' : 'first';
		asked.push(which);
		const reply = replies[which];
		if (reply === undefined) throw new Error(`nobody should ask for ${which}`);
		return reply === 'unknown' ? unknown('budget', 'spent') : known(reply);
	};
	const { source, params } = httpsAnswers({ host: 'example.com', beside: 'example.com' });
	if (source.kind !== 'derivation') throw new Error('no derivation');
	const fact = (await source.derive(params as never, get as never)) as Fact<HttpsAnswer[]>;
	if (fact.status !== 'known') throw new Error(fact.detail);
	return { asked, answer: fact.value[0] };
}

describe('a hello limited to TLS 1.2', () => {
	test('is not sent where the ordinary one completes', async () => {
		const { asked, answer: one } = await answer(completed('TLSv1.3'));
		expect(asked).toEqual(['first']);
		expect(one).not.toHaveProperty('intolerance');
	});

	test('is not sent where nothing connects, or where there is no TLS', async () => {
		for (const outcome of [failed('refused', 'connect'), failed('not-tls')]) {
			expect((await answer(outcome)).asked).toEqual(['first']);
		}
	});

	test.each(['reset', 'alert', 'handshake-failed', 'silent'] as const)(
		'shows intolerance where it completes and the ordinary one is %s twice',
		async (how) => {
			const { answer: one } = await answer(failed(how), completed('TLSv1.2'), failed(how));
			expect(one).toMatchObject({
				kind: 'completed',
				tls: { protocol: 'TLSv1.2' },
				intolerance: `it was ${how}`,
			});
		},
	);

	test('shows nothing where it fails too, or could not be sent', async () => {
		for (const limited of [failed('alert'), failed('refused', 'connect'), 'unknown'] as const) {
			const { asked, answer: one } = await answer(failed('reset'), limited);
			expect(asked).toEqual(['first', 'limited']);
			expect(one).toMatchObject({ kind: 'failed', how: 'reset', phase: 'tls' });
		}
	});

	test('shows nothing where the ordinary one completes the second time', async () => {
		const { answer: one } = await answer(
			failed('alert'),
			completed('TLSv1.2'),
			completed('TLSv1.3'),
		);
		expect(one).toMatchObject({ kind: 'completed', tls: { protocol: 'TLSv1.3' } });
		expect(one).not.toHaveProperty('intolerance');
	});

	test('shows nothing where the ordinary one could not be sent again', async () => {
		for (const again of [failed('silent', 'connect'), 'unknown'] as const) {
			const { answer: one } = await answer(failed('reset'), completed('TLSv1.2'), again);
			expect(one).toMatchObject({ kind: 'failed', how: 'reset' });
		}
	});
});

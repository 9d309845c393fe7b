import { z } from 'zod';
import { defineDerivation, type Fact, known, unknown } from '../../core/fact.ts';
import { type HttpsAnswer, httpsAnswers } from './https-answers.ts';
import { noAnswer } from './served-chains.ts';
import { type TlsSurvey, tlsSurvey } from './tls-survey.ts';

export interface TlsSurveys {
	readonly surveys: readonly TlsSurvey[];
	/** Addresses that answer, and were not asked: as far as a handshake shows, they are like the others. */
	readonly passedOver: readonly string[];
}

/** Twenty hellos each. */
const MOST_ADDRESSES = 3;

/**
 * What a host speaks at port 443: at the first address of each family, and at those that show another
 * certificate or other terms than these. As `servedChains` where nothing answers.
 */
export const tlsSurveys = defineDerivation({
	name: 'tls.surveys',
	params: z.object({ host: z.string(), beside: z.string() }),
	async derive(params, get): Promise<Fact<TlsSurveys>> {
		const answers = await get(httpsAnswers(params));
		if (answers.status !== 'known') return answers;
		const speaking = answers.value.flatMap((one) => {
			const shown = shownBy(one);
			return shown === null ? [] : [{ ...shown, address: one.address, family: one.family }];
		});
		if (speaking.length === 0) return noAnswer(params.host, answers.value);
		const isFirst = (one: (typeof speaking)[number], index: number) =>
			speaking.findIndex((other) => other.terms === one.terms) === index ||
			speaking.findIndex((other) => other.family === one.family) === index;
		const asked = speaking.filter(isFirst);
		const chosen = asked.slice(0, MOST_ADDRESSES).map(({ address }) => address);
		const facts = await Promise.all(
			chosen.map((address) => get(tlsSurvey({ host: params.host, address }))),
		);
		const surveys = facts.flatMap((fact) => (fact.status === 'known' ? [fact.value] : []));
		const [open] = facts.filter((fact) => fact.status !== 'known');
		if (surveys.length === 0) return open ?? unknown('inconclusive', 'no address could be asked');
		const done = surveys.map(({ address }) => address);
		const passedOver = speaking.map(({ address }) => address);
		return known({ surveys, passedOver: passedOver.filter((one) => !done.includes(one)) });
	},
});

/** What sets one server apart from another; `null` where nothing answers. */
function shownBy(answer: HttpsAnswer): { readonly terms: string } | null {
	if (answer.kind === 'completed') {
		const { protocol, cipher, alpn, chain } = answer.tls;
		return { terms: [protocol, cipher, alpn ?? '', chain[0] ?? ''].join(' ') };
	}
	// A plan goes on as if it had been.
	if (answer.kind === 'unknown') return answer.because === 'not-asked' ? { terms: '' } : null;
	if (answer.raw === undefined) return null;
	const { version, suite, chain } = answer.raw;
	return { terms: [version, suite, chain[0] ?? ''].join(' ') };
}

import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { httpsAnswers } from './https-answers.ts';
import { type CertificateSummary, certificateSummary } from './served-chains.ts';
import { tlsHandshake } from './tls.ts';

/** What a host's first address shows to a client that names no host. */
export interface NamelessAnswer {
	readonly address: string;
	/** Of the handshake with the name. */
	readonly named: CertificateSummary;
	/** `null` where the handshake without a name does not complete, or shows nothing that can be read. */
	readonly nameless: CertificateSummary | null;
}

/** One handshake without SNI, at the first address that completes one with it; `null` where none does. */
export const namelessAnswer = defineDerivation({
	name: 'https.nameless-answer',
	params: z.object({ host: z.string(), beside: z.string() }),
	async derive(params, get): Promise<Fact<NamelessAnswer | null>> {
		const answers = await get(httpsAnswers(params));
		if (answers.status !== 'known') return answers;
		const first = answers.value.find(({ kind }) => kind === 'completed');
		if (first?.kind !== 'completed') return known(null);
		const named = certificateSummary(first.tls.chain[0] ?? '');
		if (named === null) return known(null);
		const { address } = first;
		const bare = await get(tlsHandshake({ host: params.host, address, withoutName: true }));
		if (bare.status !== 'known') return bare;
		const chain = bare.value.kind === 'completed' ? bare.value.chain : [];
		return known({ address, named, nameless: certificateSummary(chain[0] ?? '') });
	},
});

import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { caaOf, type RelevantCaa } from '../zone/caa.ts';
import { coversName } from './host-match.ts';
import { type ServedCertificate, servedCertificates } from './served-certificates.ts';

/** The CAA records that bind the renewal of a host's certificate. */
export interface HostCaa {
	/** The name in the certificate that stands for the host, as it will be asked for; the host without one. */
	readonly name: string;
	readonly caa: RelevantCaa;
	/** The first that the host sends; `null` where none was seen. */
	readonly certificate: ServedCertificate | null;
}

/** RFC 8659 §3: for a wildcard name, the climb begins at the part behind `*.`. */
export const hostCaa = defineDerivation({
	name: 'https.host-caa',
	params: z.object({ host: z.string(), beside: z.string() }),
	async derive(params, get): Promise<Fact<HostCaa>> {
		const served = await get(servedCertificates(params));
		const certificates = served.status === 'known' ? served.value : [];
		const certificate = certificates[0] ?? null;
		const name =
			certificate?.names.find((one) => one === params.host) ??
			certificate?.names.find((one) => coversName(one, params.host)) ??
			params.host;
		const caa = await get(caaOf({ host: name.replace(/^\*\./, '') }));
		return caa.status === 'known' ? known({ name, caa: caa.value, certificate }) : caa;
	},
});

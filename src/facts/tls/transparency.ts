import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { CURVES, OFFERS } from './cipher-suites.ts';
import { parseSctList } from './sct-list.ts';
import { type ServedCertificate, servedCertificates } from './served-certificates.ts';
import { tlsHello } from './tls-hello.ts';

/** What shows that a certificate is logged (RFC 6962 §3.3). */
export interface TransparencyView extends ServedCertificate {
	/** Distinct logs that have to vouch inside the certificate. */
	readonly needed: number;
	/**
	 * Distinct logs of the timestamps that come with the handshake; `null` where they could not be seen, or
	 * nothing hangs on them.
	 */
	readonly extensionLogs: readonly string[] | null;
	/** Why they could not be seen. */
	readonly unseen: string | null;
}

/** Chrome's policy: two logs up to 180 days, three above; two by TLS extension, however long. */
const SHORT_SECONDS = 180 * 86_400;
export const LOGS_BY_EXTENSION = 2;

/**
 * For every certificate at a host that hangs on a public root: which logs it names itself, and, where
 * those are too few, which come by TLS extension, for which the server has to agree to TLS 1.2, because
 * later versions encrypt it. OCSP responses carry none any more.
 */
export const transparencyViews = defineDerivation({
	name: 'https.transparency',
	params: z.object({ host: z.string(), beside: z.string() }),
	async derive(params, get): Promise<Fact<readonly TransparencyView[]>> {
		const served = await get(servedCertificates(params));
		if (served.status !== 'known') return served;
		const isPublic = ({ standing }: ServedCertificate) => standing === 'public';
		return known(
			await Promise.all(
				served.value.filter(isPublic).map(async (certificate): Promise<TransparencyView> => {
					const needed = logsNeeded(certificate.lifetimeSeconds);
					const embedded = certificate.embeddedLogs?.length ?? 0;
					const seen =
						embedded >= needed
							? { extensionLogs: null, unseen: null }
							: await byExtension(params.host, certificate, get);
					return { ...certificate, needed, ...seen };
				}),
			),
		);
	},
});

function logsNeeded(lifetimeSeconds: number): number {
	return lifetimeSeconds <= SHORT_SECONDS ? 2 : 3;
}

async function byExtension(
	host: string,
	{ addresses }: ServedCertificate,
	get: GetFact,
): Promise<Pick<TransparencyView, 'extensionLogs' | 'unseen'>> {
	const unseen = (why: string) => ({ extensionLogs: null, unseen: why });
	const hello = await get(
		tlsHello({
			host,
			address: addresses[0] ?? '',
			version: 'TLSv1.2',
			suites: [...OFFERS.usual],
			groups: [...CURVES],
			timestamps: true,
		}),
	);
	if (hello.status !== 'known') return unseen(hello.detail);
	if (hello.value.kind === 'failed') return unseen(`no TLS 1.2: ${hello.value.detail}`);
	const { timestamps } = hello.value;
	return { extensionLogs: logsIn(timestamps), unseen: null };
}

/** The same reader as for the embedded list. */
function logsIn(timestamps: readonly string[]): readonly string[] {
	const items = timestamps.map((one) => Buffer.from(one, 'base64'));
	const body = Buffer.concat(items.flatMap((one) => [lengthOf(one), one]));
	return parseSctList(Buffer.concat([lengthOf(body), body]))?.logs ?? [];
}

function lengthOf({ length }: Buffer): Buffer {
	const octets = Buffer.alloc(2);
	octets.writeUInt16BE(Math.min(length, 0xffff));
	return octets;
}

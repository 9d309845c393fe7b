import { createHash, X509Certificate } from 'node:crypto';
import type { Issued } from './certificates.ts';
import { type MailHost, type SettledWorld, textOf } from './world.ts';

/** `{{tlsa HOST SELECTOR MATCHING}}`, and with a number more, that place of the chain instead of 0. */
const PLACE = /\{\{tlsa (\S+) ([01]) ([012])(?: (\d))?\}\}/g;

/**
 * Certificates are made when the lab starts, so that a zone cannot hold their digests before. Throws
 * RangeError for a host or a place in its chain that there is not.
 */
export function withTlsaData(
	world: SettledWorld,
	issued: (host: MailHost) => Issued,
): SettledWorld['zones'] {
	const filled = (text: string): string =>
		text.replace(PLACE, (_, name: string, selector: string, matching: string, at = '0') => {
			const host = world.mail.find((each) => each.name === name);
			const certificate = host && issued(host).chain[Number(at)];
			if (certificate === undefined) throw new RangeError(`tlsa: no certificate ${at} of ${name}`);
			return associationOf(certificate, Number(selector), Number(matching));
		});
	return Object.fromEntries(
		Object.entries(world.zones).map(([apex, zone]) => [
			apex,
			{ ...zone, records: filled(textOf(zone.records)) },
		]),
	);
}

/** RFC 6698 §2.1: the certificate or its key, whole or as a digest; hex. */
function associationOf(certificate: Buffer, selector: number, matching: number): string {
	const selected =
		selector === 0
			? certificate
			: new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
	const digest = [null, 'sha256', 'sha512'][matching];
	return digest ? createHash(digest).update(selected).digest('hex') : selected.toString('hex');
}

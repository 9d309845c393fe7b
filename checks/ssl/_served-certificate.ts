import type { Evidence, ServedCertificate } from '../../src/sdk.ts';

/** A certificate at a host, as a finding's wording wants it. */
export interface Shown {
	readonly host: string;
	readonly address: string;
	/** Every address that sends it. */
	readonly where: string;
	readonly subject: string;
	readonly issuer: string;
	readonly names: readonly string[];
	/** ISO 8601. */
	readonly notBefore: string;
	readonly notAfter: string;
	readonly sha256: string;
}

export function shown(host: string, certificate: ServedCertificate): Shown {
	const { addresses, subject, issuer, names, notBefore, notAfter, sha256 } = certificate;
	const where = addresses.join(', ');
	const [address = ''] = addresses;
	return { host, address, where, subject, issuer, names, notBefore, notAfter, sha256 };
}

export function evidenceOf(a: Shown, ...more: readonly Evidence[]): Evidence[] {
	const shownNames = a.names.slice(0, 20).join(', ') || 'none';
	return [
		{
			kind: 'tls',
			summary: `the certificate that ${a.host} sends at ${a.where}`,
			detail: [
				`subject ${a.subject}, issuer ${a.issuer}`,
				`names ${shownNames}`,
				`valid from ${a.notBefore} to ${a.notAfter}`,
				`SHA-256 ${a.sha256}`,
			].join('\n'),
		},
		...more,
	];
}

/** `2026-11-25 07:28 UTC` of ISO 8601. */
export function minuteOf(iso: string): string {
	return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** The first of each key, so that a verdict is said once about a host. */
export function firstOfEach<T extends readonly [string, ...unknown[]]>(pairs: readonly T[]): T[] {
	return pairs.filter(([key], i) => pairs.findIndex(([one]) => one === key) === i);
}

/** For the examples: an ordinary certificate of a public authority. */
export const SAMPLE_CERTIFICATE: ServedCertificate = {
	addresses: ['203.0.113.1'],
	sha256: 'ab'.repeat(32),
	standing: 'public',
	subject: 'example.com',
	issuer: 'R10',
	authority: { name: "Let's Encrypt", caa: ['letsencrypt.org'], renewal: 'acme' },
	names: ['example.com', 'www.example.com'],
	notBefore: '2029-12-01T00:00:00.000Z',
	notAfter: '2030-01-14T23:59:59.000Z',
	lifetimeSeconds: 45 * 86_400,
	embeddedLogs: ['01'.repeat(32), '02'.repeat(32)],
	mustStaple: false,
	ocspUrls: [],
	crlUrls: ['http://crl.example.net/1.crl'],
	renewalId: 'aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE',
};

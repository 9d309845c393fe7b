import type { DistinguishedName } from './x509-name.ts';
import { attributeText } from './x509-name.ts';

/** A public authority, as far as its customers have to know it. */
export interface KnownIssuer {
	readonly name: string;
	/** What names it in a CAA record (RFC 8659 §4.2); the first is the one to publish. */
	readonly caa: readonly [string, ...string[]];
	/**
	 * How its certificates are renewed: by ACME alone; by whoever manages the platform that they come
	 * with; or by hand for most of its customers, though some of them use ACME.
	 */
	readonly renewal: 'acme' | 'managed' | 'by-hand';
	/** ACME directory that names a renewalInfo resource (RFC 9773 §4). */
	readonly directory?: string;
}

const ORGANISATION = '2.5.4.10';

/** By the organisation in the issuer's name. General knowledge of November 2026. */
const KNOWN: readonly (readonly [organisation: RegExp, issuer: KnownIssuer])[] = [
	[
		/^(?:Let's Encrypt|ISRG|Internet Security Research Group)$/i,
		{
			name: "Let's Encrypt",
			caa: ['letsencrypt.org'],
			renewal: 'acme',
			directory: 'https://acme-v02.api.letsencrypt.org/directory',
		},
	],
	[
		/^Google Trust Services(?: LLC)?$/i,
		{
			name: 'Google Trust Services',
			caa: ['pki.goog'],
			renewal: 'acme',
			directory: 'https://dv.acme-v02.api.pki.goog/directory',
		},
	],
	[/^ZeroSSL(?: GmbH)?$/i, { name: 'ZeroSSL', caa: sectigo(), renewal: 'acme' }],
	[
		/^(?:Sectigo|COMODO|The USERTRUST Network|GEANT Vereniging|Gandi|Internet2|Trust Provider B\.V\.)/i,
		{ name: 'Sectigo', caa: sectigo(), renewal: 'by-hand' },
	],
	[
		/^(?:DigiCert|GeoTrust|thawte|Symantec|RapidSSL|Cybertrust|Baltimore|QuoVadis|Cloudflare,? Inc)/i,
		{
			name: 'DigiCert',
			caa: [
				'digicert.com',
				'www.digicert.com',
				'digicert.ne.jp',
				'cybertrust.ne.jp',
				'symantec.com',
				'thawte.com',
				'geotrust.com',
				'rapidssl.com',
				'quovadisglobal.com',
			],
			renewal: 'by-hand',
		},
	],
	[
		/^Amazon(?:\.com)?(?:,? Inc\.?)?$/i,
		{
			name: 'Amazon',
			caa: ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com'],
			renewal: 'managed',
		},
	],
	[
		/^Microsoft Corporation$/i,
		{ name: 'Microsoft', caa: ['microsoft.com', 'digicert.com'], renewal: 'managed' },
	],
	[/^GlobalSign/i, { name: 'GlobalSign', caa: ['globalsign.com'], renewal: 'by-hand' }],
	[
		/^(?:GoDaddy|Starfield Technologies)/i,
		{ name: 'GoDaddy', caa: ['godaddy.com', 'starfieldtech.com'], renewal: 'by-hand' },
	],
	[/^SSL Corp/i, { name: 'SSL.com', caa: ['ssl.com'], renewal: 'by-hand' }],
	[/^Buypass/i, { name: 'Buypass', caa: ['buypass.com', 'buypass.no'], renewal: 'by-hand' }],
	[
		/^(?:Unizeto|Asseco Data Systems|Certum)/i,
		{ name: 'Certum', caa: ['certum.pl', 'certum.eu'], renewal: 'by-hand' },
	],
	[/^Actalis/i, { name: 'Actalis', caa: ['actalis.it'], renewal: 'by-hand' }],
	[/^(?:Hellenic Academic|HARICA)/i, { name: 'HARICA', caa: ['harica.gr'], renewal: 'by-hand' }],
	[/^Entrust/i, { name: 'Entrust', caa: ['entrust.net', 'sectigo.com'], renewal: 'by-hand' }],
	[/^IdenTrust/i, { name: 'IdenTrust', caa: ['identrust.com'], renewal: 'by-hand' }],
	[/^SwissSign/i, { name: 'SwissSign', caa: ['swisssign.com'], renewal: 'by-hand' }],
	[
		/^(?:Deutsche Telekom|T-Systems)/i,
		{ name: 'Telekom Security', caa: ['telesec.de'], renewal: 'by-hand' },
	],
	[/^Certainly/i, { name: 'Certainly', caa: ['certainly.com'], renewal: 'managed' }],
];

function sectigo(): readonly [string, ...string[]] {
	return ['sectigo.com', 'comodoca.com', 'usertrust.com', 'trust-provider.com', 'comodo.com'];
}

/** `null` where we do not know how it is named elsewhere. */
export function issuerNamed(name: DistinguishedName): KnownIssuer | null {
	const organisation = attributeText(name, ORGANISATION);
	return KNOWN.find(([sign]) => sign.test(organisation))?.[1] ?? null;
}

/** All that are ever asked. */
export const ACME_DIRECTORIES: readonly string[] = KNOWN.flatMap(
	([, { directory }]) => directory ?? [],
);

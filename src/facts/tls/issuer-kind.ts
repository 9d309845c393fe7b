import type { DistinguishedName } from './x509-name.ts';

/** Makers of certificates that no public client trusts, known by name. */
type IssuerKind =
	| 'mkcert'
	| 'cloudflare-origin'
	| 'kubernetes'
	| 'letsencrypt-staging'
	| 'plesk'
	| 'cpanel'
	| 'fortinet'
	| 'traefik'
	| 'caddy'
	| 'inspection'
	| 'other';

const SIGNS: readonly (readonly [kind: IssuerKind, sign: RegExp])[] = [
	['mkcert', /mkcert development CA|CN=mkcert /i],
	['cloudflare-origin', /cloudflare origin/i],
	['kubernetes', /Kubernetes Ingress Controller Fake Certificate/i],
	['letsencrypt-staging', /\(STAGING\)|Fake LE (?:Root|Intermediate)/i],
	['plesk', /\b(?:CN|O)=(?:Plesk|Parallels Panel)\b/i],
	['cpanel', /\bO=cPanel\b/i],
	['fortinet', /\b(?:O=Fortinet|CN=FG[A-Z0-9]{6,})\b/i],
	['traefik', /CN=TRAEFIK DEFAULT CERT/i],
	['caddy', /Caddy Local Authority/i],
	[
		'inspection',
		/\b(?:Zscaler|Netskope|Palo Alto Networks|Blue Coat|Sophos|Umbrella|Forcepoint|McAfee Web Gateway|Kaspersky|Avast|Bitdefender|ESET SSL Filter)\b/i,
	],
];

/** By the subject of the topmost certificate, or the issuer of the leaf. */
export function issuerKind(...names: readonly DistinguishedName[]): IssuerKind {
	const text = names.map((name) => name.text).join('\n');
	return SIGNS.find(([, sign]) => sign.test(text))?.[0] ?? 'other';
}

import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { zoneOf } from './zone-of.ts';

/** Whose panel edits a zone, by the names of its servers. Seen in public zones; not exhaustive. */
const PANELS: readonly (readonly [servers: RegExp, panel: string])[] = [
	[/\.ns\.cloudflare\.com$/, 'Cloudflare'],
	[/(?:^|\.)awsdns-[^.]+\.(?:com|net|org|co\.uk)$/, 'Amazon Route 53'],
	[/\.domaincontrol\.com$/, 'GoDaddy'],
	[/\.registrar-servers\.com$/, 'Namecheap'],
	[/\.googledomains\.com$/, 'Google Cloud DNS or Squarespace Domains'],
	[/\.azure-dns\.(?:com|net|org|info)$/, 'Azure DNS'],
	[/\.vercel-dns\.com$/, 'Vercel'],
	[/\.nsone\.net$/, 'NS1 (Netlify DNS uses it)'],
	[/\.digitalocean\.com$/, 'DigitalOcean'],
	[/\.ui-dns\.(?:com|net|org|de|biz|info)$/, 'IONOS'],
	[/\.ovh\.(?:net|ca)$/, 'OVHcloud'],
	[/\.gandi\.net$/, 'Gandi'],
	[/\.porkbun\.com$/, 'Porkbun'],
	[/\.dns-parking\.com$/, 'Hostinger'],
];

/** The DNS provider that every one of these name servers belongs to; `null` where not all do. */
export function panelFor(servers: readonly string[]): string | null {
	const panels = new Set(
		servers.map((server) => {
			const name = server.toLowerCase().replace(/\.$/, '');
			return PANELS.find(([suffix]) => suffix.test(name))?.[1] ?? null;
		}),
	);
	const [only = null] = panels;
	return panels.size === 1 ? only : null;
}

/** In whose panel the records of a name are edited; `null` where the name servers do not tell. */
export const dnsPanel = defineDerivation({
	name: 'dns.panel',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<string | null>> {
		const zone = await get(zoneOf({ name: domain }));
		return zone.status === 'known' ? known(panelFor(zone.value.servers)) : known(null);
	},
});

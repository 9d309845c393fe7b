import { expect, it } from 'vitest';
import { panelFor } from '../../../src/facts/dns/dns-panel.ts';

it.each([
	[['ada.ns.cloudflare.com', 'bob.ns.cloudflare.com'], 'Cloudflare'],
	[['ns-1.awsdns-00.com', 'ns-2.awsdns-01.co.uk', 'ns-3.awsdns-02.org'], 'Amazon Route 53'],
	[['ns1.vercel-dns.com.', 'NS2.Vercel-DNS.com'], 'Vercel'],
	[['ns01.domaincontrol.com'], 'GoDaddy'],
	[['ns1.dns-parking.com'], 'Hostinger'],
	[['ada.ns.cloudflare.com', 'ns1.digitalocean.com'], null],
	[['ada.ns.cloudflare.com', 'ns1.example.com'], null],
	[['evilns.cloudflare.com.example.com'], null],
	[[], null],
])('says of %j whose panel it is', (servers, panel) => {
	expect(panelFor(servers)).toBe(panel);
});

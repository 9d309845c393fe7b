import { type Fix, perPlatform } from '../../src/sdk.ts';

/** Mozilla's guideline 6.0, "intermediate": every client since about 2015, and nothing weak. */
const CIPHERS = [
	'ECDHE-ECDSA-AES128-GCM-SHA256',
	'ECDHE-RSA-AES128-GCM-SHA256',
	'ECDHE-ECDSA-AES256-GCM-SHA384',
	'ECDHE-RSA-AES256-GCM-SHA384',
	'ECDHE-ECDSA-CHACHA20-POLY1305',
	'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

const OF_TLS_13 = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';

export const NGINX = [
	'ssl_protocols TLSv1.2 TLSv1.3;',
	`ssl_ciphers ${CIPHERS};`,
	'ssl_ecdh_curve X25519:prime256v1:secp384r1;',
	'ssl_prefer_server_ciphers off;',
].join('\n');

export const APACHE = [
	'SSLProtocol -all +TLSv1.2 +TLSv1.3',
	`SSLCipherSuite ${CIPHERS}`,
	'SSLOpenSSLConfCmd Curves X25519:prime256v1:secp384r1',
	'SSLHonorCipherOrder off',
	'SSLCompression off',
].join('\n');

export const LOOK = 'Reload the server, and look again with the command above.';

/** Versions, suites and groups at once, for whoever has the configuration open anyway. */
export function intermediate(host: string, summary: string, ...steps: string[]): Fix {
	return perPlatform(
		summary,
		{
			nginx: NGINX,
			apache: APACHE,
			caddy: `# These are Caddy's defaults: "protocols", "ciphers" and "curves" lines that say otherwise go out.\n${host} {\n  tls {\n    protocols tls1.2 tls1.3\n  }\n}`,
			express: `https.createServer({\n  minVersion: 'TLSv1.2',\n  ciphers: '${OF_TLS_13}:${CIPHERS}',\n  ecdhCurve: 'X25519:P-256:P-384',\n  key, cert,\n}, app).listen(443);`,
			cloudflare:
				'SSL/TLS > Edge Certificates\nMinimum TLS Version: TLS 1.2\nTLS 1.3: on\nCipher suites: Modern (Advanced Certificate Manager)',
			cloudfront:
				'Distribution > General > Settings > Edit\nSecurity policy: TLSv1.2_2021 (MinimumProtocolVersion in templates)',
			alb: 'Load balancer > Listeners > HTTPS:443 > Edit > Security policy\nELBSecurityPolicy-TLS13-1-2-2021-06',
		},
		...steps,
		'HAProxy: ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets, and the ciphers of the nginx lines in ssl-default-bind-ciphers. Azure App Service: az webapp config set --min-tls-version 1.2. Others: the Mozilla SSL Configuration Generator, profile "intermediate".',
		LOOK,
	);
}

/** What only a newer TLS library can do. */
export function update(summary: string, ...steps: string[]): Fix {
	const upgrade = (name: string) =>
		`# sudo apt update && sudo apt install --only-upgrade ${name} openssl && sudo systemctl restart ${name}`;
	return perPlatform(
		summary,
		{
			nginx: `${upgrade('nginx')}\nssl_protocols TLSv1.2 TLSv1.3;`,
			apache: `${upgrade('apache2')}\nSSLProtocol -all +TLSv1.2 +TLSv1.3`,
		},
		...steps,
		"An appliance or load balancer that ends TLS needs its maker's current firmware; until there is one, let something newer end TLS in front of it.",
		LOOK,
	);
}

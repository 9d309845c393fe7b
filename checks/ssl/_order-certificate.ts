import { type Fix, seconds } from '../../src/sdk.ts';

/** An ACME order with its validation; a CA that works by hand takes longer and says so. */
export const ISSUANCE = seconds(300);

/** Orders one certificate for these names of the target, on whatever serves them. */
export function orderCertificate(
	summary: string,
	names: readonly string[],
	...steps: string[]
): Fix {
	const wanted = names.map((name) => `-d ${name}`).join(' ');
	return {
		summary,
		steps,
		snippets: [
			{
				platform: 'any',
				language: 'shell',
				text: `sudo certbot certonly --webroot -w /var/www/html ${wanted}`,
			},
			{ platform: 'nginx', language: 'shell', text: `sudo certbot --nginx ${wanted}` },
			{ platform: 'apache', language: 'shell', text: `sudo certbot --apache ${wanted}` },
			{
				platform: 'caddy',
				language: 'caddy',
				text: `${names.join(', ')} {\n  reverse_proxy localhost:3000\n}`,
			},
		],
	};
}

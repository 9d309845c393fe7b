import { type Fix, type PolicyText, policyText, type Snippet } from '../../src/sdk.ts';
import { txtLine } from './_lines.ts';

/** Where a policy is served, and what is to be served. */
interface Served {
	readonly domain: string;
	readonly policy: PolicyText;
	/** A TXT record with this id beside it; none where the record stays as it is. */
	readonly id: string | null;
}

const FILE = '/.well-known/mta-sts.txt';
/** Nothing that a configuration would interpret. */
const PLAIN = /^[a-z0-9][a-z0-9.-]*$/i;

/** The policy file, how common servers serve it, and the record. */
export function servePolicy(summary: string, served: Served, ...steps: string[]): Fix {
	const { domain, id, policy } = served;
	const record = id === null ? [] : [recordSnippet(domain, id)];
	const file = { platform: 'any', language: 'text', text: policyText(policy) } as const;
	return { summary, steps, snippets: [file, ...record, ...serverSnippets(served)] };
}

/** The file and a new id, where the server that serves it is in order. */
export function changePolicy(summary: string, served: Served, ...steps: string[]): Fix {
	const { domain, id, policy } = served;
	const record = id === null ? [] : [recordSnippet(domain, id)];
	const file = { platform: 'any', language: 'text', text: policyText(policy) } as const;
	return { summary, steps, snippets: [file, ...record] };
}

/** Servers that serve the file as they should, without the file's own text. */
function serverSnippets({ domain, policy }: Served): readonly Snippet[] {
	const host = `mta-sts.${domain}`;
	if (!PLAIN.test(host)) return [];
	const lines = policyText(policy).trimEnd().split('\n');
	const headers = { source: FILE, headers: [{ key: 'Content-Type', value: 'text/plain' }] };
	return [
		{ platform: 'nginx', language: 'nginx', text: nginx(host, lines) },
		{
			platform: 'caddy',
			language: 'caddy',
			text: `${host} {\n\troot * /var/www/mta-sts\n\tfile_server\n}\n# the policy goes to /var/www/mta-sts${FILE}`,
		},
		{ platform: 'cloudflare', language: 'javascript', text: worker(host, lines) },
		{
			platform: 'vercel',
			language: 'json',
			text: JSON.stringify({ headers: [headers] }, null, 2),
		},
		{
			platform: 'netlify',
			language: 'toml',
			text: `# the policy goes to public${FILE}; add ${host} as a domain of the site\n[[headers]]\n  for = "${FILE}"\n  [headers.values]\n    Content-Type = "text/plain"`,
		},
	];
}

function nginx(host: string, lines: readonly string[]): string {
	const folder = `/etc/letsencrypt/live/${host}`;
	return [
		'server {',
		'  listen 443 ssl;',
		'  listen [::]:443 ssl;',
		`  server_name ${host};`,
		`  ssl_certificate ${folder}/fullchain.pem;`,
		`  ssl_certificate_key ${folder}/privkey.pem;`,
		`  location = ${FILE} {`,
		'    default_type text/plain;',
		`    return 200 "${lines.map((line) => `${line}\\n`).join('')}";`,
		'  }',
		'}',
	].join('\n');
}

function worker(host: string, lines: readonly string[]): string {
	return [
		`// Worker with the custom domain ${host}; on Pages, put the policy into public${FILE} instead.`,
		`const POLICY = ${JSON.stringify(`${lines.join('\n')}\n`)};`,
		'export default {',
		'  fetch(request) {',
		`    if (new URL(request.url).pathname !== '${FILE}') return new Response('Not found', { status: 404 });`,
		"    return new Response(POLICY, { headers: { 'content-type': 'text/plain' } });",
		'  },',
		'};',
	].join('\n');
}

function recordSnippet(domain: string, id: string): Snippet {
	const text = txtLine(`_mta-sts.${domain}`, `v=STSv1; id=${id}`);
	return { platform: 'any', language: 'dns', text };
}

/** What a policy should name: the mail hosts in use, where each is a name that a policy may hold. */
export function patternsFor(hosts: readonly string[]): readonly string[] {
	return [...new Set(hosts.filter((host) => PLAIN.test(host) && host.includes('.')))];
}

/** What to do, in order, and the text to paste for each platform that has one. */
export interface Fix {
	readonly summary: string;
	readonly steps: readonly string[];
	readonly snippets: readonly Snippet[];
}

export interface Snippet {
	readonly platform: Platform;
	/** What the text is written in: `nginx`, `dns` (a zone-file line), `shell`, `json`, … */
	readonly language: string;
	readonly text: string;
}

/** Who serves the site, for snippets. `any` suits every platform. */
export const PLATFORMS = [
	'any',
	'nginx',
	'apache',
	'caddy',
	'cloudflare',
	'vercel',
	'netlify',
	'nextjs',
	'express',
	'cloudfront',
	'alb',
	'azure',
	'github-pages',
	'fly',
	'heroku',
	'firebase',
	'wordpress',
] as const;
export type Platform = (typeof PLATFORMS)[number];

/** A fix that is not a matter of pasting. */
export function advice(summary: string, ...steps: string[]): Fix {
	return { summary, steps, snippets: [] };
}

/** Publishes, changes or deletes DNS records; each line as a zone file writes it. */
export function records(summary: string, lines: readonly string[], ...steps: string[]): Fix {
	const text = lines.join('\n');
	return { summary, steps, snippets: [{ platform: 'any', language: 'dns', text }] };
}

/** Commands to type. Never with text that came from the target: it is quoted by nobody here. */
export function commands(summary: string, lines: readonly string[], ...steps: string[]): Fix {
	const text = lines.join('\n');
	return { summary, steps, snippets: [{ platform: 'any', language: 'shell', text }] };
}

/** One text a platform, where the platforms have nothing in common. */
export function perPlatform(
	summary: string,
	text: Partial<Record<Platform, string>>,
	...steps: string[]
): Fix {
	const snippets = PLATFORMS.flatMap((platform) => {
		const one = text[platform];
		return one === undefined ? [] : [{ platform, language: LANGUAGE[platform], text: one }];
	});
	return { summary, steps, snippets };
}

/** Sends a response header, on every platform that can. Refuses characters that a server's configuration would interpret. */
export function header(name: string, value: string, ...steps: string[]): Fix {
	if (/["\\$%\p{Cc}]/u.test(name + value)) throw new RangeError(`Cannot quote ${name}: ${value}`);
	const text: Record<Exclude<Platform, 'any' | 'alb' | 'github-pages' | 'heroku'>, string> = {
		apache: `Header always set ${name} "${value}"`,
		caddy: `header ${name} "${value}"`,
		azure: `<httpProtocol><customHeaders>\n  <add name="${name}" value="${value.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}" />\n</customHeaders></httpProtocol>`,
		cloudflare: `Rules > Transform Rules > Modify Response Header > Set static:\n${name}: ${value}`,
		cloudfront: `Policies > Response headers > Custom headers, override origin: on\n${name}: ${value}`,
		express: `app.use((req, res, next) => { res.setHeader('${name}', "${value}"); next(); });`,
		firebase: `{ "hosting": { "headers": [{ "source": "**", "headers": [{ "key": "${name}", "value": "${value}" }] }] } }`,
		fly: `[http_service.http_options.response.headers]\n  ${name} = "${value}"`,
		netlify: `[[headers]]\n  for = "/*"\n  [headers.values]\n    ${name} = "${value}"`,
		nextjs: `async headers() {\n  return [{ source: '/(.*)', headers: [{ key: '${name}', value: "${value}" }] }];\n}`,
		nginx: `add_header ${name} "${value}" always;`,
		vercel: `{ "headers": [{ "source": "/(.*)", "headers": [{ "key": "${name}", "value": "${value}" }] }] }`,
		wordpress: `add_action('send_headers', function () { header("${name}: ${value}"); });`,
	};
	return perPlatform(`Send ${name}: ${value}`, text, ...steps);
}

const LANGUAGE: Readonly<Record<Platform, string>> = {
	alb: 'text',
	any: 'text',
	apache: 'apache',
	azure: 'xml',
	caddy: 'caddy',
	cloudflare: 'text',
	cloudfront: 'text',
	express: 'javascript',
	firebase: 'json',
	fly: 'toml',
	'github-pages': 'text',
	heroku: 'text',
	netlify: 'toml',
	nextjs: 'javascript',
	nginx: 'nginx',
	vercel: 'json',
	wordpress: 'php',
};

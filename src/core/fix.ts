/** What to do, in order, and the text to paste for each platform that has one. */
export interface Fix {
	readonly summary: string;
	readonly steps: readonly string[];
	readonly snippets: readonly Snippet[];
	/** Response headers that it sets: those of one host's findings are pasted as one block. */
	readonly headers?: readonly HeaderField[];
}

export interface HeaderField {
	readonly name: string;
	readonly value: string;
	/** What the host sends today, where `value` is a repair of it: several repairs add up. */
	readonly from?: string;
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

import type { Fix } from '../../src/sdk.ts';

/** A name server's software, with the file or tool that the text belongs to. */
const SOFTWARE = {
	bind: 'BIND, named.conf',
	nsd: 'NSD, nsd.conf',
	knot: 'Knot DNS, knot.conf',
	powerdns: 'PowerDNS, pdns.conf',
} as const;

type Software = keyof typeof SOFTWARE;

/**
 * One text for whoever runs name servers, each program's part under its name; which program it is, nobody
 * outside can be sure of.
 */
export function perSoftware(
	summary: string,
	parts: Readonly<Record<Software, string>>,
	...steps: string[]
): Fix {
	const names = Object.keys(SOFTWARE) as Software[];
	const text = names.map((name) => `# ${SOFTWARE[name]}\n${parts[name]}`).join('\n\n');
	return { summary, steps, snippets: [{ platform: 'any', language: 'text', text }] };
}

/** What to do where somebody else runs the servers; nothing where that is not known. */
export function askProvider(panel: string | null, what: string): readonly string[] {
	return panel === null ? [] : [`${panel} runs these servers: ${what}`];
}

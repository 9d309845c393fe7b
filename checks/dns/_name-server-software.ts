import { advice, type Fix } from '../../src/sdk.ts';

/** A name server's software, with the file or tool that the text belongs to. */
const SOFTWARE = {
	bind: 'BIND, named.conf',
	nsd: 'NSD, nsd.conf',
	knot: 'Knot DNS, knot.conf',
	powerdns: 'PowerDNS, pdns.conf',
} as const;

export type Software = keyof typeof SOFTWARE;

/** How each gives itself away in `version.bind`; BIND alone begins with a number. */
const VERSIONS: readonly (readonly [says: RegExp, Software])[] = [
	[/^NSD\b/i, 'nsd'],
	[/^Knot\b/i, 'knot'],
	[/PowerDNS/i, 'powerdns'],
	[/^(?:BIND )?9\.\d/i, 'bind'],
];

/** The one program that these versions speak of; `null` for none that is known, and for several. */
export function softwareIn(versions: readonly string[]): Software | null {
	const found = new Set(
		versions.map((version) => VERSIONS.find(([says]) => says.test(version))?.[1] ?? null),
	);
	const [only = null] = found;
	return found.size === 1 ? only : null;
}

/** Who runs a zone's servers, and with what, as far as that is known. */
export type Operator = {
	readonly panel: string | null;
	readonly software: Software | null;
};

/**
 * For who runs these servers: a provider is asked, there is nothing to configure; a program that gave
 * itself away gets its own part; else each program's part stands under its name.
 */
export function forOperator(
	summary: string,
	{ panel, software }: Operator,
	parts: Readonly<Record<Software, string>>,
	ask: string,
	...steps: string[]
): Fix {
	if (panel !== null) return advice(summary, ...askProvider(panel, ask), ...steps);
	if (software === null) return perSoftware(summary, parts, ...steps);
	const text = `# ${SOFTWARE[software]}\n${parts[software]}`;
	return { summary, steps, snippets: [{ platform: 'any', language: 'text', text }] };
}

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

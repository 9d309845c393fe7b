import type { Fix, FoundSecret, Severity } from '../../src/sdk-repository.ts';
import { type Leak, leakOf } from './_leak.ts';
import { severityOf } from './_severity.ts';

/** The same value in an env or CI file of the repository, or in its tree. */
export type Twin = {
	/** Empty where the tree has it in another way than as a variable. */
	variable: string;
	file: string;
	line: number;
};

/** A leak in what browsers download. */
export type OutputLeak = Leak & { host: string; twin: Twin | null };

export function outputLeak(
	secret: FoundSecret,
	{ host, severity, twin, now }: { host: string; severity: Severity; twin: Twin | null; now: Date },
): OutputLeak {
	return { ...leakOf(secret, severity, now), host, twin };
}

export function twinOf({ equals }: FoundSecret): Twin | null {
	return equals === undefined ? null : { ...equals };
}

/** Days in which what was given to one visitor has ended by itself. */
const SHORT_LIFE = 30;

/** Made for the one who asks, though it has the form of a key. */
const OF_VISITORS: ReadonlySet<string> = new Set([
	'stripe-client-secret',
	'google-oauth-access-token',
	'salesforce-session-id',
]);

/** A signed address, a session: it ends before anybody could collect it. */
export function isPassing({ rule, tier, expiresAt }: FoundSecret, now: Date): boolean {
	if (OF_VISITORS.has(rule)) return true;
	if (tier !== 'generic' && tier !== 'restricted') return false;
	return expiresAt !== null && expiresAt * 1000 < now.getTime() + SHORT_LIFE * 86_400_000;
}

/** Of a value that a server variable has: what it opens counts, and no doubt is left that it is one. */
export function severityOfTwin(secret: FoundSecret, now: Date): Severity {
	if (secret.tier === 'publishable' || secret.tier === 'identifier') return 'info';
	if (secret.tier === 'test') return 'later';
	const whole = severityOf({ ...secret, tier: 'server', state: 'none' }, now);
	return whole ?? 'info';
}

/** Several findings of one verdict in one file are told apart by their order. */
export function placeNames(): (verdict: string, file: string) => string {
	const seen = new Map<string, number>();
	return (verdict, file) => {
		const key = `${verdict}\0${file}`;
		const before = seen.get(key) ?? 0;
		seen.set(key, before + 1);
		return before === 0 ? file : `${file}#${before + 1}`;
	};
}

/** `https://…/app.js.map (src/pay.ts):3`; a bundle of one line needs no number. */
export function placeOfLeak({ file, line }: Leak): string {
	return line > 1 ? `${file}:${line}` : file;
}

/** ` and 2 more places`. */
export function furtherPlaces({ more }: Leak): string {
	return more === 0 ? '' : ` and ${more} more ${more === 1 ? 'place' : 'places'}`;
}

export function remarksOf({ remarks }: Leak): string {
	return remarks === '' ? '' : ` ${remarks}`;
}

/** A path that a shell reads as it is. */
const isPlain = (path: string): boolean => /^[\w./-]+$/.test(path);

/**
 * Counts or names files, so that the terminal does not show the secret either. Without a provider's own
 * beginning the value is taken from the env file itself.
 */
export function lookFor({ file, anchor, twin }: OutputLeak): string {
	const place = file.replace(/ \(.*$/, '');
	const isByValue = twin !== null && twin.variable !== '' && isPlain(twin.file);
	const value = isByValue
		? `v=$(sed -n 's/^\\(export \\)*${twin.variable}=//p' ${twin.file} | tr -d ""'"); `
		: '';
	const wanted = isByValue ? '"$v"' : `'${anchor.replaceAll("'", "'\\''")}'`;
	const options = isByValue ? 'F' : 'iF';
	if (URL.canParse(place)) {
		return `${value}curl -sSL '${place.replaceAll("'", '%27')}' | grep -c${options} -e ${wanted}`;
	}
	const where = isPlain(place) ? place : '.';
	return `${value}grep -rl${options} -e ${wanted} ${where}`;
}

const EXPRESS = (variable: string) =>
	[
		"app.get('/api/quote', async (req, res) => {",
		`	const headers = { authorization: \`Bearer \${process.env.${variable}}\` };`,
		"	const answer = await fetch('https://api.provider.example/quote', { headers });",
		'	res.status(answer.status).json(await answer.json());',
		'});',
	].join('\n');

const NEXTJS = (variable: string) =>
	[
		'// app/api/quote/route.ts: runs on the server alone',
		"import 'server-only';",
		'',
		'export async function GET() {',
		`	const headers = { authorization: \`Bearer \${process.env.${variable}}\` };`,
		"	return fetch('https://api.provider.example/quote', { headers });",
		'}',
	].join('\n');

/** The request goes through a route of one's own, which has the key. */
export function throughServer(variable: string): Fix['snippets'] {
	return [
		{ platform: 'nextjs', language: 'javascript', text: NEXTJS(variable) },
		{ platform: 'express', language: 'javascript', text: EXPRESS(variable) },
	];
}

/** Commands that give the platform the new value. */
export function settingOf(variable: string): Fix['snippets'] {
	const shell = (
		platform: 'vercel' | 'netlify' | 'cloudflare' | 'fly' | 'heroku',
		text: string,
	) => ({
		platform,
		language: 'shell',
		text,
	});
	return [
		shell(
			'vercel',
			`vercel env rm ${variable} production && vercel env add ${variable} production`,
		),
		shell('netlify', `netlify env:set ${variable} "$NEW_VALUE" --secret`),
		shell('cloudflare', `npx wrangler secret put ${variable}`),
		shell('fly', `fly secrets set ${variable}="$NEW_VALUE"`),
		shell('heroku', `heroku config:set ${variable}="$NEW_VALUE"`),
	];
}

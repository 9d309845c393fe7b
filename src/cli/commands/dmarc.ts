import { z } from 'zod';
import { BadDmarcCase, discoverPolicy } from '../../discover-dmarc.ts';
import type { DmarcDiscovered } from '../../facts/mail/dmarc-discovered.ts';
import { safeJson, toAscii, visibleLines } from '../../report/visible-text.ts';
import { openCases, type Told, tellCases } from '../case-lines.ts';
import { dmarcText } from '../dmarc-text.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { interruptible } from '../interruptible.ts';
import { createResolvers, type Resolvers } from '../resolvers.ts';
import { type ColorChoice, colorLevel, needsAscii } from '../terminal.ts';
import { Usage } from '../usage.ts';
import { writeStdout } from '../write-output.ts';

interface DmarcOptions {
	readonly batch?: string;
	readonly resolver?: string;
	readonly json?: boolean;
	readonly color: ColorChoice;
	readonly ascii?: boolean;
}

/** Discovers the policy of each domain, or of each line's. */
export async function dmarc(domains: readonly string[], options: DmarcOptions): Promise<ExitCode> {
	const { batch, resolver } = options;
	if (batch !== undefined && domains.length > 0) {
		throw new Usage('dmarc: with --batch, the cases come from the file alone');
	}
	if (batch !== undefined) return dmarcBatch(batch, resolver);
	if (domains.length === 0) {
		throw new Usage('dmarc: give a domain, such as launch-ready dmarc example.com');
	}
	const { result, interrupted } = await withResolvers((resolvers) => {
		const dns = resolvers.at(resolver);
		return Promise.all(domains.map((domain) => discoverPolicy(domain, dns)));
	});
	if (interrupted) return EXIT.interrupted;
	await writeStdout(await rendered(result, options));
	return result.some(isFailed) ? EXIT.cannotSay : EXIT.fine;
}

function isFailed({ result }: DmarcDiscovered): boolean {
	return result === 'temperror';
}

function withResolvers<R>(work: (resolvers: Resolvers, signal: AbortSignal) => Promise<R>) {
	return interruptible(async (signal) => {
		const resolvers = createResolvers(signal);
		try {
			return await work(resolvers, signal);
		} finally {
			await resolvers.close();
		}
	});
}

async function rendered(
	found: readonly DmarcDiscovered[],
	{ json, color, ascii }: DmarcOptions,
): Promise<string> {
	if (json === true) return `${safeJson(found.length === 1 ? found[0] : found, 2)}\n`;
	const { Chalk } = await import('chalk');
	const chalk = new Chalk({ level: colorLevel(color, process.stdout, process.env) });
	const text = `${found.map((one) => dmarcText(one, chalk)).join('\n\n')}\n`;
	return needsAscii(ascii === true, process.env) ? toAscii(text) : text;
}

const CaseSchema = z.object({ domain: z.string(), resolver: z.string().nullish() });

/**
 * One JSON line out for each line in. A line that is no case is told on standard error, too, and keeps
 * its place with `{"error"}`; empty lines are passed over.
 */
async function dmarcBatch(batch: string, resolver: string | undefined): Promise<ExitCode> {
	const source = await openCases(batch);
	const { result, interrupted } = await withResolvers((resolvers, signal) =>
		tellCases(
			source,
			(text, place) => tell(text, place, (own) => resolvers.at(own ?? resolver)),
			signal,
		),
	);
	return interrupted ? EXIT.interrupted : result;
}

async function tell(
	text: string,
	place: string,
	dnsAt: (resolver: string | undefined) => ReturnType<Resolvers['at']>,
): Promise<Told> {
	try {
		const { domain, resolver } = caseIn(text);
		const found = await discoverPolicy(domain, dnsAt(resolver ?? undefined));
		return { code: isFailed(found) ? EXIT.cannotSay : EXIT.fine, line: safeJson(found, 0) };
	} catch (error) {
		// A `RangeError` is a resolver that is none.
		if (!(error instanceof BadDmarcCase || error instanceof RangeError)) throw error;
		process.stderr.write(`launch-ready: ${visibleLines(`${place}: ${error.message}`)}\n`);
		return { code: EXIT.usage, line: safeJson({ error: error.message }, 0) };
	}
}

function caseIn(text: string): z.infer<typeof CaseSchema> {
	let value: unknown;
	try {
		value = JSON.parse(text.replace(/^\ufeff/, ''));
	} catch {
		throw new BadDmarcCase('this line is no JSON');
	}
	const read = CaseSchema.safeParse(value);
	if (read.success) return read.data;
	throw new BadDmarcCase('no case such as {"domain": "mail.example.com"}');
}

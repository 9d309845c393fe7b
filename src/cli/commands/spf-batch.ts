import { z } from 'zod';
import { BadSpfCase, checkSpf } from '../../check-spf.ts';
import { safeJson, visibleLines } from '../../report/visible-text.ts';
import { openCases, type Told, tellCases } from '../case-lines.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { interruptible } from '../interruptible.ts';
import { createResolvers, type Resolvers } from '../resolvers.ts';
import { Usage } from '../usage.ts';

const CaseSchema = z.object({
	ip: z.string(),
	mailFrom: z.string().default(''),
	helo: z.string().nullish(),
	resolver: z.string().nullish(),
});

interface BatchOptions {
	readonly batch: string;
	readonly resolver?: string;
	readonly ip?: string;
	readonly mailFrom?: string;
	readonly helo?: string;
	readonly checkHelo?: boolean;
}

/**
 * One JSON line out for each line in. A line that is no case is told on standard error, too, and keeps
 * its place with `{"error"}`; empty lines are passed over.
 */
export async function spfBatch({ batch, resolver, ...single }: BatchOptions): Promise<ExitCode> {
	const { ip, mailFrom, helo, checkHelo } = single;
	if ([ip, mailFrom, helo, checkHelo].some((given) => given !== undefined)) {
		throw new Usage('spf: with --batch, the cases come from the file alone');
	}
	const source = await openCases(batch);
	const { result, interrupted } = await interruptible(async (signal) => {
		const resolvers = createResolvers(signal);
		try {
			return await tellCases(
				source,
				(text, place) => tell(text, place, resolvers, resolver),
				signal,
			);
		} finally {
			await resolvers.close();
		}
	});
	return interrupted ? EXIT.interrupted : result;
}

async function tell(
	text: string,
	place: string,
	resolvers: Resolvers,
	resolver: string | undefined,
): Promise<Told> {
	try {
		const { ip, mailFrom, helo, resolver: own } = caseIn(text);
		const dns = resolvers.at(own ?? resolver);
		const judged = await checkSpf({ ip, mailFrom, helo: helo ?? null }, dns);
		const code = judged.result === 'temperror' ? EXIT.cannotSay : EXIT.fine;
		return { code, line: safeJson(judged, 0) };
	} catch (error) {
		// A `RangeError` is a resolver that is none.
		if (!(error instanceof BadSpfCase || error instanceof RangeError)) throw error;
		process.stderr.write(`launch-ready: ${visibleLines(`${place}: ${error.message}`)}\n`);
		return { code: EXIT.usage, line: safeJson({ error: error.message }, 0) };
	}
}

function caseIn(text: string): z.infer<typeof CaseSchema> {
	const read = CaseSchema.safeParse(jsonIn(text));
	if (read.success) return read.data;
	const [issue] = read.error.issues;
	const field = issue?.path.join('.') ?? '';
	throw new BadSpfCase(
		`no case such as {"ip": "203.0.113.5", "mailFrom": "a@example.com"}: ${field === '' ? '' : `${field}: `}${issue?.message ?? 'not read'}`,
	);
}

function jsonIn(text: string): unknown {
	try {
		return JSON.parse(text.replace(/^\ufeff/, ''));
	} catch {
		throw new BadSpfCase('this line is no JSON');
	}
}

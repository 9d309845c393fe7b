import { checkSpf, type SpfCase, type SpfJudged } from '../../check-spf.ts';
import { safeJson, toAscii } from '../../report/visible-text.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { interruptible } from '../interruptible.ts';
import { createResolvers } from '../resolvers.ts';
import { spfText } from '../spf-text.ts';
import { type ColorChoice, colorLevel, needsAscii } from '../terminal.ts';
import { Usage } from '../usage.ts';
import { writeStdout } from '../write-output.ts';

interface SpfOptions {
	readonly ip?: string;
	readonly mailFrom?: string;
	readonly helo?: string;
	readonly checkHelo?: boolean;
	readonly resolver?: string;
	readonly json?: boolean;
	readonly color: ColorChoice;
	readonly ascii?: boolean;
}

/** Evaluates SPF for one delivery. */
export async function spf(options: SpfOptions): Promise<ExitCode> {
	const cases = casesOf(options);
	const { result, interrupted } = await interruptible((signal) =>
		judgeAll(cases, options.resolver, signal),
	);
	if (interrupted) return EXIT.interrupted;
	await writeStdout(await rendered(result, options));
	return result.some(({ result: one }) => one === 'temperror') ? EXIT.cannotSay : EXIT.fine;
}

/** MAIL FROM first; HELO where it is asked for, or alone. */
function casesOf({ ip, mailFrom, helo, checkHelo }: SpfOptions): readonly SpfCase[] {
	if (ip === undefined) {
		throw new Usage('spf: say which server sends: launch-ready spf --ip 203.0.113.5 --mail-from …');
	}
	const isBounce = mailFrom === undefined || mailFrom === '' || mailFrom === '<>';
	if (helo === undefined && (isBounce || checkHelo === true)) {
		throw new Usage(
			isBounce
				? 'spf: give --mail-from ADDRESS, or --helo NAME, by which a bounce is judged'
				: 'spf: --check-helo needs --helo NAME',
		);
	}
	const name = helo ?? null;
	const cases = [{ ip, mailFrom: mailFrom ?? '', helo: name }];
	return checkHelo === true && !isBounce ? [...cases, { ip, mailFrom: '', helo: name }] : cases;
}

async function judgeAll(
	cases: readonly SpfCase[],
	resolver: string | undefined,
	signal: AbortSignal,
): Promise<readonly SpfJudged[]> {
	const resolvers = createResolvers(signal);
	try {
		const dns = resolvers.at(resolver);
		return await Promise.all(cases.map((one) => checkSpf(one, dns)));
	} finally {
		await resolvers.close();
	}
}

async function rendered(
	[first, byHelo]: readonly SpfJudged[],
	{ json, color, ascii }: SpfOptions,
): Promise<string> {
	if (first === undefined) throw new Error('there is one case at least');
	if (json === true) {
		return `${safeJson(byHelo === undefined ? first : { ...first, heloCheck: byHelo }, 2)}\n`;
	}
	const { Chalk } = await import('chalk');
	const chalk = new Chalk({ level: colorLevel(color, process.stdout, process.env) });
	const parts = byHelo === undefined ? [first] : [first, byHelo];
	const text = `${parts.map((one) => spfText(one, chalk)).join('\n\n')}\n`;
	return needsAscii(ascii === true, process.env) ? toAscii(text) : text;
}

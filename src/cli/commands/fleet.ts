import { readFile } from 'node:fs/promises';
import type { AuditOptions } from '../../audit-options.ts';
import { openResultFile, type ResultFile } from '../../fleet/result-file.ts';
import { type Fleet, runFleet } from '../../fleet/run-fleet.ts';
import { isInShard, parseShard, type Shard, WHOLE } from '../../fleet/shard.ts';
import { type Listed, parseTargetList } from '../../fleet/target-list.ts';
import { visible, visibleLines } from '../../report/visible-text.ts';
import { EXIT, type ExitCode, exitCodeOf, type FailOn, gravest } from '../exit-code.ts';
import { requireFile } from '../given-paths.ts';
import { interruptible } from '../interruptible.ts';
import { Usage } from '../usage.ts';
import { NotWritten, writeStdout } from '../write-output.ts';
import { type CliOptions, given } from './audit.ts';

/** What is said on the way is said this often, in milliseconds. */
const EVERY_MS = 10_000;

/**
 * `audit --targets FILE`: one report a line, written as each domain ends, in any order. An output file
 * that holds reports already is gone on with.
 */
export async function fleet(
	domains: readonly string[],
	cli: CliOptions & { readonly targets: string },
): Promise<ExitCode> {
	const shard = shardOf(cli.shard);
	const output = outputOf(cli);
	refuseWhatIsForOne(domains, cli);
	const { config, options } = await given(cli);
	const listed = await readTargets(cli.targets);
	const ours = listed.filter((one) => isInShard(one, shard));
	const file = output === null ? null : await opened(output);
	const failOn = cli.failOn ?? config.failOn ?? 'blocker';
	try {
		const tally = createTally(failOn);
		const names = new Set(ours.map(({ domain }) => domain));
		const before = (file?.ended ?? []).filter(({ domain }) => names.has(domain));
		for (const one of before) tally.count(one);
		const done = new Set(before.map(({ domain }) => domain));
		const left = ours.map(({ domain }) => domain).filter((domain) => !done.has(domain));
		const say = cli.quiet === true ? () => {} : (line: string) => process.stderr.write(`${line}\n`);
		for (const line of beginning({ listed, ours, shard, file, output, done })) say(line);
		const started = performance.now();
		const progress = everySoOften(() => say(`${tally.text()}, ${left.length} to do in all`));
		const { interrupted } = await interruptible((signal) =>
			runFleet({
				domains: left,
				options: forEach(options),
				shards: shard.count,
				signal,
				async onReport(ended) {
					await (file === null ? writeStdout(ended.line) : written(file, ended.line, output));
					tally.count(ended);
					progress();
				},
				onFailure(domain, error) {
					tally.fail();
					const text = visibleLines(error.stack ?? error.message);
					process.stderr.write(`launch-ready: ${domain}: a bug in launch-ready.\n${text}\n`);
				},
			}),
		);
		const seconds = (performance.now() - started) / 1_000;
		const now = tally.counted() - done.size;
		say(
			`${tally.text()}; ${now} in ${seconds.toFixed(1)} s, ${(now / seconds).toFixed(1)} a second`,
		);
		const open = left.length - now;
		if (interrupted && open > 0) say(`Stopped: ${open} left. ${advice(output)}`);
		return gravest([...tally.codes(), ...(interrupted ? [EXIT.interrupted] : [])]);
	} finally {
		await file?.close();
	}
}

function shardOf(text: string | undefined): Shard {
	const shard = text === undefined ? WHOLE : parseShard(text);
	if (shard !== null) return shard;
	throw new Usage(`--shard "${visible(text ?? '')}": write I/N, from 1/N to N/N, as in 3/10`);
}

/** The file to write to; `null` for standard output. */
function outputOf({ format, output = [] }: CliOptions): string | null {
	if (format !== undefined && format !== 'ndjson') {
		throw new Usage(`--targets gives one report a line: write --format ndjson, not ${format}`);
	}
	const [first, ...more] = output;
	if (more.length > 0) throw new Usage('--targets writes one file: give -o once');
	if (first === undefined || first === '-') return null;
	const file = first.replace(/^ndjson=/, '');
	if (file !== first || file.endsWith('.ndjson')) return file;
	throw new Usage(`-o "${visible(first)}": --targets writes .ndjson, or ndjson=FILE`);
}

/** What says something of one domain, and not of each. */
const FOR_ONE = [
	'repo',
	'env',
	'host',
	'endpoint',
	'openapi',
	'health',
	'oldUrls',
	'zone',
	'drift',
	'dkimSelector',
	'dmarcReports',
	'sendingIp',
	'message',
	'log',
	'login',
	'origin',
	'record',
	'replay',
	'plan',
] as const;

function refuseWhatIsForOne(domains: readonly string[], cli: CliOptions): void {
	if (domains.length > 0) {
		throw new Usage(`"${visible(domains[0] ?? '')}": with --targets all domains are in the list`);
	}
	const asked = FOR_ONE.find((name) => cli[name] !== undefined && cli[name] !== false);
	if (asked === undefined) return;
	const option = asked.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
	throw new Usage(`--${option} is for one domain: leave it out beside --targets`);
}

/** What the config says of its own domain holds for no other. */
function forEach(options: AuditOptions): Fleet['options'] {
	const { only, skip, profile, accept, severity, options: ofChecks, ...rest } = options;
	const { deadlineSeconds, timeoutSeconds, resolver, resolve, dnsPort, caFiles } = rest;
	const { bulk, sends, active, deep, rdap, rootHints, asOf, configFolder } = rest;
	return {
		...{ only, skip, profile, accept, severity, options: ofChecks },
		...{ deadlineSeconds, timeoutSeconds, resolver, resolve, dnsPort, caFiles },
		...{ bulk, sends, active, deep, rdap, rootHints, asOf, configFolder },
		env: { ...process.env },
	};
}

async function readTargets(from: string): Promise<readonly Listed[]> {
	if (from !== '-') {
		await requireFile(from, '--targets');
		return parseTargetList(await readFile(from, 'utf8'), from);
	}
	const pieces: Buffer[] = [];
	for await (const piece of process.stdin) pieces.push(piece as Buffer);
	return parseTargetList(Buffer.concat(pieces).toString('utf8'), 'standard input');
}

async function opened(path: string): Promise<ResultFile> {
	try {
		return await openResultFile(path);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === undefined) throw error;
		throw new NotWritten(`${path}: ${message}`);
	}
}

async function written(file: ResultFile, line: string, path: string | null): Promise<void> {
	try {
		await file.append(line);
	} catch (error) {
		throw new NotWritten(`${path}: ${(error as Error).message}`);
	}
}

function beginning({
	listed,
	ours,
	shard,
	file,
	output,
	done,
}: {
	listed: readonly Listed[];
	ours: readonly Listed[];
	shard: Shard;
	file: ResultFile | null;
	output: string | null;
	done: ReadonlySet<string>;
}): readonly string[] {
	const { index, count } = shard;
	const part = count === 1 ? '' : `Shard ${index}/${count}: ${ours.length} of `;
	const torn = file === null || file.torn === 0 ? [] : [tornLine(file.torn, output ?? '')];
	const before = done.size === 0 ? [] : [`${done.size} are in ${output} already and are left out.`];
	return [`${part}${listed.length} domains.`, ...torn, ...before].map((line) => visible(line, 400));
}

function tornLine(bytes: number, output: string): string {
	return `The last line of ${output} was not written to its end: ${bytes} bytes were cut off, its domain is audited again.`;
}

function advice(output: string | null): string {
	return output === null
		? 'With -o FILE.ndjson a further run would go on from here.'
		: 'The same command goes on from here.';
}

type Counted = Parameters<typeof exitCodeOf>[0];

/** How the domains fared, and what that means to the caller. */
function createTally(failOn: FailOn) {
	const launches = new Map<string, number>();
	const codes = new Set<ExitCode>();
	let counted = 0;
	return {
		count({ launch, severities }: { launch: Counted['decision']['launch'] } & SeveritiesOf) {
			counted += 1;
			launches.set(launch, (launches.get(launch) ?? 0) + 1);
			const risks = severities.map((severity) => ({ severity }));
			codes.add(exitCodeOf({ risks, decision: { launch } }, failOn));
		},
		fail() {
			codes.add(EXIT.bug);
		},
		counted: () => counted,
		codes: (): readonly ExitCode[] => [...codes],
		text() {
			const each = ORDER.flatMap((launch) => {
				const count = launches.get(launch);
				return count === undefined ? [] : [`${count} ${launch}`];
			});
			return `${counted} reports${each.length > 0 ? `: ${each.join(', ')}` : ''}`;
		},
	};
}

interface SeveritiesOf {
	readonly severities: readonly Counted['risks'][number]['severity'][];
}

const ORDER: readonly Counted['decision']['launch'][] = [
	'NO_GO',
	'CANNOT_SAY',
	'GO_WITH_CONDITIONS',
	'GO',
];

function everySoOften(then: () => void): () => void {
	let last = performance.now();
	return () => {
		if (performance.now() - last < EVERY_MS) return;
		last = performance.now();
		then();
	};
}

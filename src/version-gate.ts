import type { AuditOptions } from './audit-options.ts';
import { Unobserved } from './core/fact.ts';
import type { HttpOutcome } from './core/io.ts';
import type { ReportSmoke } from './core/report.ts';
import type { Target } from './core/target.ts';
import { createNet, type NetSettings } from './net/io.ts';
import { wait } from './net/wait.ts';
import { showsVersion, versionSeen } from './shown-version.ts';
import { USER_AGENT } from './version.ts';

/** What tells whether the new release is live. */
export interface VersionQuestion {
	readonly url: string;
	/** A commit or release; `null` where an answer is enough. */
	readonly expected: string | null;
	/** Seconds to go on asking while the old release answers. */
	readonly waitSeconds: number;
}

/** Behind a load balancer the old and the new release take turns. */
const LIVE_IN_A_ROW = 3;
const NOT_LIVE_IN_A_ROW = 2;
const BETWEEN_GOOD_MS = 200;
const BETWEEN_BAD_MS = 1_000;
/** Versions stand near the beginning, of a page too. */
const MOST_BYTES = 262_144;

interface Try {
	readonly state: 'live' | 'not-live' | 'unknown';
	readonly seen: string;
}

type Verdict = NonNullable<ReportSmoke['version']>;

/**
 * Asks for the version until three answers in a row show it, or until the time is up and two in a row did
 * not. Each try has connections and DNS of its own, so that it may meet any server behind the name.
 */
export async function askVersion(
	question: VersionQuestion,
	{ target, options, signal }: { target: Target; options: AuditOptions; signal: AbortSignal },
): Promise<Verdict> {
	const settings = settingsOf(question, { target, options, signal });
	const began = performance.now();
	const seconds = () => Math.round((performance.now() - began) / 100) / 10;
	let tries = 0;
	let inARow = 0;
	let last: Try = { state: 'unknown', seen: 'not asked' };
	const enough = () => {
		if (last.state === 'live') return inARow >= LIVE_IN_A_ROW;
		return inARow >= NOT_LIVE_IN_A_ROW && seconds() >= question.waitSeconds;
	};
	do {
		if (tries > 0) await pause(last.state === 'live' ? BETWEEN_GOOD_MS : BETWEEN_BAD_MS, signal);
		if (signal.aborted) break;
		const now = await oneTry(question, settings);
		inARow = (now.state === 'live') === (last.state === 'live') && tries > 0 ? inARow + 1 : 1;
		tries += 1;
		last = now;
	} while (!enough());
	const state = enough() ? last.state : 'unknown';
	const told = { ...question, tries, seconds: seconds(), state, seen: last.seen };
	const { url, expected } = question;
	return {
		url,
		expected,
		state,
		tries,
		seconds: told.seconds,
		seen: last.seen,
		sentence: sentenceOf(told),
	};
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
	await wait(ms, signal).catch(() => undefined);
}

function settingsOf(
	{ url }: VersionQuestion,
	{ target, options, signal }: { target: Target; options: AuditOptions; signal: AbortSignal },
): NetSettings {
	return {
		resolver: options.resolver,
		resolve: options.resolve,
		dnsPort: options.dnsPort,
		addressMap: options.addressMap,
		registrable: target.registrable,
		named: [...target.hosts, new URL(url).hostname],
		caFiles: options.caFiles,
		env: options.env ?? {},
		userAgent: USER_AGENT,
		signal,
	};
}

async function oneTry({ url, expected }: VersionQuestion, settings: NetSettings): Promise<Try> {
	const net = createNet(settings);
	try {
		const headers = [['Cache-Control', 'no-cache']] as const;
		const outcome = await net.io.http.exchange({
			url,
			method: 'GET',
			headers,
			maxBytes: MOST_BYTES,
		});
		return judge(outcome, expected);
	} catch (error) {
		if (error instanceof Unobserved) return { state: 'unknown', seen: error.message };
		throw error;
	} finally {
		await net.close();
	}
}

function judge(outcome: HttpOutcome, expected: string | null): Try {
	if (outcome.kind === 'failed') {
		const { how, detail } = outcome;
		// Silence may be a filter on our side; everything else is an answer of theirs, or of their DNS.
		const isOurs = how === 'silent' || how === 'unreachable';
		return { state: isOurs ? 'unknown' : 'not-live', seen: detail || how };
	}
	const { status } = outcome;
	if (status < 200 || status > 299) return { state: 'not-live', seen: `status ${status}` };
	if (expected === null) return { state: 'live', seen: `status ${status}` };
	const seen = versionSeen(outcome);
	return { state: showsVersion(outcome, expected) ? 'live' : 'not-live', seen };
}

function sentenceOf({
	url,
	expected,
	state,
	tries,
	seconds,
	seen,
}: VersionQuestion &
	Pick<Verdict, 'state' | 'tries' | 'seconds'> & { readonly seen: string }): string {
	const after = `${tries} tries in ${seconds} s`;
	if (expected === null) {
		return state === 'live'
			? `${url} answers.`
			: `${url} ${state === 'unknown' ? 'could not be asked' : 'does not answer as it should'} (${after}): ${seen}.`;
	}
	if (state === 'live') return `${url} shows ${expected}: the new release is live (${after}).`;
	return state === 'unknown'
		? `${url} could not be asked for ${expected} (${after}): ${seen}.`
		: `${url} does not show ${expected}, so the new release is not live (${after}): ${seen}.`;
}

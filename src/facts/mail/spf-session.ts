import type { Fact } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { type Found, readAnswer } from './mail-lookups.ts';
import type { SpfClient } from './spf-client.ts';
import { MOST_LOOKUPS, MOST_VOIDS } from './spf-walk.ts';

/** RFC 7208 §2.6. */
export type SpfResult =
	| 'none'
	| 'neutral'
	| 'pass'
	| 'fail'
	| 'softfail'
	| 'temperror'
	| 'permerror';

/** Who asks, one character a byte. */
export interface SpfQuestion {
	readonly client: SpfClient;
	/** `local-part@domain`. */
	readonly sender: string;
	/** Name of HELO or EHLO; `null` where nobody said. */
	readonly helo: string | null;
	/** `%{r}`: the host that judges. */
	readonly receiver: string;
	/** `%{t}`. */
	readonly now: Date;
}

/** What was found on the way, in order. */
export type SpfStep = SpfRecordStep | SpfTermStep;

interface SpfRecordStep {
	readonly kind: 'record';
	/** Includes above it. */
	readonly depth: number;
	readonly domain: string;
	/** The record; empty where there is none. */
	readonly record: string;
	/** `name TYPE: what came back`, one a question. */
	readonly asked: readonly string[];
	/** Why it is not evaluated; empty where it is. */
	readonly says: string;
}

interface SpfTermStep {
	readonly kind: 'term';
	readonly depth: number;
	/** Whose record has the term. */
	readonly domain: string;
	readonly term: string;
	/** `name TYPE: what came back`, one a question. */
	readonly asked: readonly string[];
	readonly outcome: SpfOutcome;
	readonly says: string;
	/** Counted so far, this term included (RFC 7208 §4.6.4). */
	readonly lookups: number;
	readonly voids: number;
}

export type SpfOutcome = 'match' | 'no match' | 'followed' | 'temperror' | 'permerror';

/** An answer of DNS, or the reason of ours why there is none. */
export type AskDns = (name: string, type: string) => Promise<Fact<DnsAnswer>>;

/** Ends the whole evaluation, however deep (RFC 7208 §5, §5.2). */
export class SpfHalt extends Error {
	readonly result: 'temperror' | 'permerror';

	constructor(result: 'temperror' | 'permerror', why: string) {
		super(why);
		this.result = result;
	}
}

/** A hostile tree has more terms than anybody reads. */
const MOST_STEPS = 1_000;

/** One evaluation: its counters and what it saw. */
export class SpfSession {
	readonly question: SpfQuestion;
	readonly steps: SpfStep[] = [];
	/** Beyond those that are listed. */
	moreSteps = 0;
	lookups = 0;
	voids = 0;
	/** `%{h}` was needed, and there is none. */
	lacksHelo = false;
	#asked: string[] = [];
	/** The term that is being evaluated has met a void look-up already. */
	#isVoid = false;
	readonly #ask: AskDns;

	constructor(question: SpfQuestion, ask: AskDns) {
		this.question = question;
		this.#ask = ask;
	}

	/** Begins a term. Those that ask DNS are counted, and one too many ends it all. */
	begin(asksDns: boolean): void {
		this.#asked = [];
		this.#isVoid = false;
		if (!asksDns) return;
		this.lookups += 1;
		if (this.lookups <= MOST_LOOKUPS) return;
		throw new SpfHalt(
			'permerror',
			`more than ${MOST_LOOKUPS} terms that need DNS look-ups (RFC 7208 §4.6.4)`,
		);
	}

	/** Asks at once; what comes back counts when `use` takes it. `name` is in presentation form. */
	ask(name: string, type: string): SpfLook {
		return {
			name,
			type,
			found: this.#ask(name, type).then((fact) => readAnswer(name, type, fact)),
		};
	}

	/** What a look-up gives. A void one counts once a term, and one too many ends it all. */
	async use({ name, type, found }: SpfLook, { countsVoid }: Counting = COUNTED): Promise<Used> {
		const read = await found;
		this.#asked.push(`${name} ${type}: ${inWords(read)}`);
		if (read.kind !== 'answered')
			return { answer: null, failure: `${name} ${type}: ${inWords(read)}` };
		if (read.absent !== null && countsVoid) this.#countVoid();
		return { answer: read.answer, failure: '' };
	}

	/** The same where a failure of DNS is a temperror (RFC 7208 §5). */
	async must(look: SpfLook): Promise<DnsAnswer> {
		const { answer, failure } = await this.use(look);
		if (answer === null) throw new SpfHalt('temperror', failure);
		return answer;
	}

	sawRecord(step: Omit<SpfRecordStep, 'kind' | 'asked'>): void {
		this.#add({ kind: 'record', ...step, asked: this.#takeAsked() });
	}

	sawTerm(step: Omit<SpfTermStep, 'kind' | 'asked' | 'lookups' | 'voids'>): void {
		const { lookups, voids } = this;
		this.#add({ kind: 'term', ...step, asked: this.#takeAsked(), lookups, voids });
	}

	#takeAsked(): readonly string[] {
		const asked = this.#asked;
		this.#asked = [];
		return asked;
	}

	#countVoid(): void {
		if (this.#isVoid) return;
		this.#isVoid = true;
		this.voids += 1;
		if (this.voids <= MOST_VOIDS) return;
		throw new SpfHalt(
			'permerror',
			`more than ${MOST_VOIDS} terms whose look-ups find nothing (RFC 7208 §4.6.4)`,
		);
	}

	#add(step: SpfStep): void {
		if (this.steps.length < MOST_STEPS) this.steps.push(step);
		else this.moreSteps += 1;
	}
}

export interface SpfLook {
	readonly name: string;
	readonly type: string;
	readonly found: Promise<Found>;
}

interface Used {
	/** `null` where DNS failed. */
	readonly answer: DnsAnswer | null;
	readonly failure: string;
}

export interface Counting {
	readonly countsVoid: boolean;
}

const COUNTED: Counting = { countsVoid: true };
/** For what is no term: a domain's record, and explanations. */
export const UNCOUNTED: Counting = { countsVoid: false };

function inWords(found: Found): string {
	if (found.kind === 'pending') return 'not asked';
	if (found.kind === 'failed') return found.detail.replace(/^\S+ \S+: /, '');
	if (found.absent !== null) return found.absent === 'nxdomain' ? 'no such name' : 'no such record';
	return found.answer.records.map(({ text }) => text).join(', ');
}

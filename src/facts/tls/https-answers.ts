import { z } from 'zod';
import {
	blocked,
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type UnknownReason,
} from '../../core/fact.ts';
import type { TlsCompleted, TlsOutcome } from '../../core/io.ts';
import { addressesOf } from '../dns/dns.ts';
import { httpExchange } from '../web/http.ts';
import { tlsHandshake } from './tls.ts';
import { type RawAnswer, rawLook } from './version-hello.ts';

/** What port 443 did at one address. */
export type HttpsAnswer = { readonly address: string; readonly family: 4 | 6 } & (
	| {
			readonly kind: 'completed';
			readonly tls: TlsCompleted;
			/**
			 * How every hello that offers TLS 1.3 fails here, where `tls` is what one limited to TLS 1.2
			 * shows; absent where the ordinary hello completes.
			 */
			readonly intolerance?: string | undefined;
	  }
	| (Omit<Extract<TlsOutcome, { kind: 'failed' }>, 'kind'> & {
			readonly kind: 'failed';
			/** What shows that the silence or the missing route is theirs; `null` where nothing does. */
			readonly control: string | null;
			/**
			 * What a hello written by hand is answered with, where no handshake of our library completes: the
			 * server speaks, but nothing that clients of today do.
			 */
			readonly raw?: RawAnswer | undefined;
	  })
	| { readonly kind: 'unknown'; readonly because: UnknownReason; readonly detail: string }
);

type Failed = Extract<HttpsAnswer, { kind: 'failed' }>;
type Completed = Extract<HttpsAnswer, { kind: 'completed' }>;

/** A name with more addresses is looked at in part. */
const MOST_ADDRESSES = 8;

/**
 * One handshake with every address of a host, IPv4 first, at most eight. Where an address says
 * nothing at all, a control follows, once: port 80 of the same address, then port 443 of another
 * address and of the host given as `beside`. Where a handshake fails, one that offers TLS 1.2 at most
 * follows, and where that completes, the ordinary one again. Blocked by `dns/resolution` without an address.
 */
export const httpsAnswers = defineDerivation({
	name: 'https.answers',
	params: z.object({
		host: z.string(),
		/** Another host of the target, to show that port 443 can be reached from here. */
		beside: z.string(),
	}),
	async derive({ host, beside }, get): Promise<Fact<readonly HttpsAnswer[]>> {
		const found = await get(addressesOf({ host }));
		if (found.status !== 'known') return found;
		const { v4, v6 } = found.value;
		if (v4.length + v6.length === 0) {
			return blocked({ check: 'dns/resolution', subject: host }, `${host} has no address`);
		}
		const all = [...v4, ...v6].slice(0, MOST_ADDRESSES);
		const answers = await Promise.all(all.map((address) => answerAt(host, address, get)));
		return known(
			await Promise.all(
				answers.map(async (answer) =>
					answer.kind === 'failed' && isDoubtful(answer)
						? { ...answer, control: await controlFor(answer, answers, { host, beside }, get) }
						: answer,
				),
			),
		);
	},
});

async function answerAt(host: string, address: string, get: GetFact): Promise<HttpsAnswer> {
	const family = address.includes(':') ? 6 : 4;
	const fact = await get(tlsHandshake({ host, address }));
	if (fact.status === 'blocked') {
		return { address, family, kind: 'unknown', because: 'cause-not-found', detail: fact.detail };
	}
	if (fact.status === 'unknown') {
		const open = { kind: 'unknown', because: fact.because, detail: fact.detail } as const;
		if (fact.because !== 'unsupported') return { address, family, ...open };
		return { address, family, ...((await withoutLibrary(host, address, get)) ?? open) };
	}
	if (fact.value.kind === 'completed') {
		return { address, family, kind: 'completed', tls: fact.value };
	}
	const second = await secondLook(host, address, fact.value, get);
	if (second !== null) return { address, family, ...second };
	const failed = { address, family, ...fact.value, control: null } as const;
	if (!isBrokenOff(fact.value)) return failed;
	const { answer } = await rawLook({ host, address }, get);
	return answer === null ? failed : { ...failed, raw: answer };
}

/** Something answered, and went no further. */
function isBrokenOff({ how, phase }: Extract<TlsOutcome, { kind: 'failed' }>): boolean {
	return phase === 'tls' && how !== 'not-tls' && how !== 'silent';
}

/** Where our library refuses by itself, what the server makes of other hellos; `null` if that stays open. */
async function withoutLibrary(
	host: string,
	address: string,
	get: GetFact,
): Promise<Omit<Failed, 'address' | 'family'> | null> {
	const { answer, refusal, open } = await rawLook({ host, address }, get);
	if (answer !== null) {
		return {
			kind: 'failed',
			how: 'handshake-failed',
			phase: 'tls',
			alert: null,
			detail: 'the handshake is one that current TLS libraries refuse',
			control: null,
			raw: answer,
		};
	}
	if (refusal === null || open || refusal.phase === 'connect') return null;
	const { how, phase, alert, detail } = refusal;
	const kind = how === 'malformed' ? 'handshake-failed' : how;
	return { kind: 'failed', how: kind, phase, alert, detail, control: null };
}

/**
 * RFC 8446 §4.1.2: a server must pass over what it does not know in a hello. The ordinary hello is
 * sent once more, because a fault that passes is no intolerance. `null` where nothing completes.
 */
async function secondLook(
	host: string,
	address: string,
	{ how, phase, detail }: Extract<TlsOutcome, { kind: 'failed' }>,
	get: GetFact,
): Promise<Pick<Completed, 'kind' | 'tls' | 'intolerance'> | null> {
	if (phase === 'connect' || how === 'not-tls') return null;
	const older = await get(tlsHandshake({ host, address, maxVersion: 'TLSv1.2' }));
	if (older.status !== 'known' || older.value.kind !== 'completed') return null;
	const again = await get(tlsHandshake({ host, address, again: 1 }));
	if (again.status !== 'known') return null;
	if (again.value.kind === 'completed') return { kind: 'completed', tls: again.value };
	if (again.value.phase === 'connect') return null;
	return { kind: 'completed', tls: older.value, intolerance: detail };
}

/** A filter or a missing route may be ours as well as theirs. */
export function isDoubtful({ how, phase }: Pick<Failed, 'how' | 'phase'>): boolean {
	return phase === 'connect' && (how === 'silent' || how === 'unreachable');
}

async function controlFor(
	{ address, family }: HttpsAnswer,
	answers: readonly HttpsAnswer[],
	{ host, beside }: { host: string; beside: string },
	get: GetFact,
): Promise<string | null> {
	const plain = await get(httpExchange({ url: `http://${host}/`, address }));
	if (plain.status === 'known' && plain.value.kind === 'answered') {
		return `Port 80 of ${address} answers from here.`;
	}
	const spoke = answers.find((one) => one.family === family && reached(one));
	if (spoke !== undefined) return `Port 443 of ${spoke.address} answers from here.`;
	if (beside === host) return null;
	const others = await get(addressesOf({ host: beside }));
	if (others.status !== 'known') return null;
	const [other] = family === 4 ? others.value.v4 : others.value.v6;
	if (other === undefined || other === address) return null;
	const answer = await answerAt(beside, other, get);
	return reached(answer) ? `Port 443 of ${beside} (${other}) answers from here.` : null;
}

/** Something came back, if only a refusal. */
function reached(answer: HttpsAnswer): boolean {
	return answer.kind === 'completed' || (answer.kind === 'failed' && !isDoubtful(answer));
}

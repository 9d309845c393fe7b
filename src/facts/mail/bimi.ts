import { z } from 'zod';
import {
	defineDerivation,
	type Fact,
	type GetFact,
	known,
	type UnknownReason,
} from '../../core/fact.ts';
import type { HttpAnswered } from '../../core/io.ts';
import { lookup } from '../dns/dns.ts';
import { type CertificateSummary, certificateSummary } from '../tls/served-chains.ts';
import { firstCertificateIn } from '../tls/x509.ts';
import { fieldValues, isSilence } from '../web/http.ts';
import { strangerExchange } from '../web/stranger.ts';
import { type BimiRecord, isBimiText, looksLikeBimi, parseBimiRecord } from './bimi-record.ts';
import { longestTtl, mailTexts, readAnswer } from './mail-lookups.ts';
import { readSvg, type SvgReading } from './svg-profile.ts';

/** What stands at `default._bimi.`. */
export type BimiRecordView =
	| { readonly kind: 'failed'; readonly detail: string }
	| { readonly kind: 'absent'; readonly negativeTtl: number | null }
	| { readonly kind: 'multiple'; readonly texts: readonly string[]; readonly ttl: number }
	| {
			readonly kind: 'one';
			readonly text: string;
			readonly record: BimiRecord;
			/** Seconds. */
			readonly ttl: number;
	  };

/** A file that the record names. */
type Fetched =
	| { readonly kind: 'unknown'; readonly because: UnknownReason; readonly detail: string }
	| { readonly kind: 'unreachable'; readonly detail: string }
	| { readonly kind: 'answered'; readonly answer: HttpAnswered };

export type BimiLogo =
	| Exclude<Fetched, { kind: 'answered' }>
	| {
			readonly kind: 'fetched';
			/** As sent; more where it was cut. */
			readonly bytes: number;
			readonly truncated: boolean;
			readonly mediaType: string;
			readonly svg: SvgReading;
	  };

export type BimiCertificate =
	| Exclude<Fetched, { kind: 'answered' }>
	| { readonly kind: 'unreadable'; readonly detail: string }
	| { readonly kind: 'fetched'; readonly certificate: CertificateSummary };

export interface BimiSurvey {
	/** Whose record it is: the domain's own or, without one, its organizational domain's. */
	readonly owner: string;
	readonly record: BimiRecordView;
	/** `null` where the record names none. */
	readonly logo: BimiLogo | null;
	readonly certificate: BimiCertificate | null;
}

/** The record, and the logo and the certificate that it names: one DNS question or two, two requests. */
export const bimiSurvey = defineDerivation({
	name: 'bimi.survey',
	params: z.object({
		domain: z.string(),
		/** Where receivers look next; `null` where that is the domain itself, or not known. */
		organizational: z.string().nullable(),
	}),
	async derive({ domain, organizational }, get): Promise<Fact<BimiSurvey>> {
		const own = await recordAt(domain, get);
		const isElsewhere = own.kind === 'absent' && organizational !== null;
		const parent = isElsewhere ? await recordAt(organizational, get) : null;
		const isInherited = parent !== null && parent.kind !== 'absent';
		const record = isInherited ? parent : own;
		const owner = isInherited && organizational !== null ? organizational : domain;
		const { location, authority } =
			record.kind === 'one' ? record.record : { location: null, authority: null };
		const [logo, certificate] = await Promise.all([
			location === null ? null : logoAt(location, domain, get),
			authority === null ? null : certificateAt(authority, domain, get),
		]);
		return known({ owner, record, logo, certificate });
	},
});

async function recordAt(domain: string, get: GetFact): Promise<BimiRecordView> {
	const name = `default._bimi.${domain}`;
	const found = readAnswer(name, 'TXT', await get(lookup({ name, type: 'TXT' })));
	if (found.kind !== 'answered') {
		return { kind: 'failed', detail: found.kind === 'failed' ? found.detail : name };
	}
	const texts = found.absent === null ? mailTexts(found.answer) : [];
	const strict = texts.filter(({ text }) => isBimiText(text));
	const ttl = longestTtl(texts);
	if (strict.length > 1) return { kind: 'multiple', texts: strict.map(({ text }) => text), ttl };
	const one = strict[0] ?? texts.find(({ text }) => looksLikeBimi(text));
	if (one === undefined) return { kind: 'absent', negativeTtl: found.answer.negativeTtl };
	return { kind: 'one', text: one.text, record: parseBimiRecord(one.text), ttl };
}

/** Read to see what is wrong with a file that is too big. */
const MOST_BYTES = 1_048_576;
const MOST_HOPS = 3;
/** They may be turning us away alone. */
const OURS: ReadonlySet<number> = new Set([401, 403, 408, 425, 429]);

async function fetched(url: string, home: string, get: GetFact): Promise<Fetched> {
	let at = url;
	for (let hop = 0; hop <= MOST_HOPS; hop += 1) {
		const exchange = await get(strangerExchange({ url: at, home, maxBytes: MOST_BYTES }));
		if (exchange.status === 'unknown') {
			return { kind: 'unknown', because: exchange.because, detail: exchange.detail };
		}
		if (exchange.status === 'blocked') return { kind: 'unreachable', detail: exchange.detail };
		const outcome = exchange.value;
		if (outcome.kind === 'failed') {
			const isOurs = isSilence(outcome) && outcome.phase === 'connect';
			return isOurs
				? { kind: 'unknown', because: 'timeout', detail: `${at}: ${outcome.detail}` }
				: { kind: 'unreachable', detail: outcome.detail };
		}
		const next = nextUrl(outcome, at);
		if (next === null) return answeredAs(outcome);
		at = next;
	}
	return { kind: 'unreachable', detail: `more than ${MOST_HOPS} redirects` };
}

function nextUrl(answer: HttpAnswered, base: string): string | null {
	const [location] =
		answer.status >= 300 && answer.status < 400 ? fieldValues(answer, 'location') : [];
	if (location === undefined || !URL.canParse(location, base)) return null;
	const url = new URL(location, base);
	return url.protocol === 'https:' ? url.href : null;
}

function answeredAs(answer: HttpAnswered): Fetched {
	const { status } = answer;
	if (status === 200) return { kind: 'answered', answer };
	const detail = `status ${status}`;
	if (OURS.has(status) || status >= 500) return { kind: 'unknown', because: 'denied', detail };
	return { kind: 'unreachable', detail };
}

async function logoAt(url: string, home: string, get: GetFact): Promise<BimiLogo> {
	const file = await fetched(url, home, get);
	if (file.kind !== 'answered') return file;
	const { body } = file.answer;
	return {
		kind: 'fetched',
		bytes: body.bytes.length,
		truncated: body.truncated,
		mediaType: (fieldValues(file.answer, 'content-type')[0] ?? '').split(';', 1)[0] ?? '',
		svg: readSvg(body.bytes),
	};
}

/** PEM, the mark certificate first (RFC 7468; the VMC requirements put it so). */
async function certificateAt(url: string, home: string, get: GetFact): Promise<BimiCertificate> {
	const file = await fetched(url, home, get);
	if (file.kind !== 'answered') return file;
	const mark = firstCertificateIn(file.answer.body.bytes);
	if (mark === null) return { kind: 'unreadable', detail: 'it holds no certificate in PEM' };
	const certificate = certificateSummary(mark);
	return certificate === null
		? { kind: 'unreadable', detail: 'its certificate cannot be read' }
		: { kind: 'fetched', certificate };
}

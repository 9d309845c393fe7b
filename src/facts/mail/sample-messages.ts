import path from 'node:path';
import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known, unknown } from '../../core/fact.ts';
import type { DnsAnswer } from '../../core/io.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import { lookup } from '../dns/dns.ts';
import { type Ask, type Found, mailTexts, readAnswer, settle } from './mail-lookups.ts';
import {
	authenticate,
	type MessageAuthentication,
	type OwnSpf,
	spfIdentity,
} from './message-authentication.ts';
import { messageFile } from './message-file.ts';
import { receptionOf } from './message-trust.ts';
import type { SampleMessage } from './sample-message.ts';
import { spfClient } from './spf-client.ts';
import { evaluateSpf } from './spf-evaluate.ts';
import { isSpfText } from './spf-version.ts';
import { exchangesIn } from './spf-walk.ts';

/** A message that the user saved as a sample of what the product sends. */
export interface SampleFile extends Subject<{ bulk: 'yes' | 'no' }> {
	/** Absolute. */
	readonly path: string;
	/** The registrable domain that is audited: the brand. */
	readonly brand: string;
}

export const sampleFiles = defineSubjects({
	name: 'mail.sample-files',
	params: z.object({
		messages: z.array(z.string()),
		registrable: z.string().nullable(),
		bulk: z.boolean(),
	}),
	from: ({ messages, registrable, bulk }) => ({ messages: [...messages], registrable, bulk }),
	sample: {
		kind: 'file',
		name: 'welcome.eml',
		context: { bulk: 'no' },
		path: '/mail/welcome.eml',
		brand: 'example.com',
	} as SampleFile,
	derive({ messages, registrable, bulk }): Fact<readonly SampleFile[]> {
		if (registrable === null) return known([]);
		return known(
			namedFiles(messages).map(([file, name]) => ({
				kind: 'file',
				name,
				context: { bulk: bulk ? 'yes' : 'no' },
				path: file,
				brand: registrable,
			})),
		);
	},
});

/** Each file once, with the shortest end of its path that no other has. */
function namedFiles(files: readonly string[]): readonly (readonly [file: string, name: string])[] {
	const each = [...new Set(files)];
	return each.map((file) => {
		const parts = file.split(path.sep);
		const ends = parts.map((_, index) => parts.slice(-1 - index).join('/'));
		const isOwn = (end: string) =>
			each.every((other) => other === file || !other.split(path.sep).join('/').endsWith(`/${end}`));
		return [file, ends.find(isOwn) ?? file];
	});
}

/** A message and what is to be made of it. */
export interface JudgedMessage {
	/** Without its folder. */
	readonly file: string;
	readonly message: SampleMessage;
	readonly authentication: MessageAuthentication;
	/** What DNS says of the bounce domain; `null` where there is none to ask about. */
	readonly bounces: BounceDomain | null;
}

export interface BounceDomain {
	readonly domain: string;
	/** A host takes mail for it: an MX that is not null. `null` where DNS gave no answer. */
	readonly hasMx: boolean | null;
	readonly hasSpf: boolean | null;
}

/**
 * A saved message judged as a receiver would judge it today. Asks DNS for the keys of its signatures, the
 * policies of its domains, and SPF of its return path for the server that delivered it. Unknown where the
 * file holds no message.
 */
export const judgedMessage = defineDerivation({
	name: 'mail.judged-message',
	params: z.object({
		path: z.string(),
		/** Authserv-ids that the user knows to be the receiver's. */
		receivers: z.array(z.string()),
	}),
	async derive({ path: file, receivers }, get): Promise<Fact<JudgedMessage>> {
		const read = await get(messageFile({ path: file }));
		if (read.status !== 'known') return read;
		const message = read.value;
		const name = path.basename(file);
		if (message.kind !== 'message') return unknown('unsupported', `${name} ${message.why}`);
		const ownSpf = await evaluatedSpf(message, receivers, get);
		const { authentication, bounces } = await settle(get, (ask) => ({
			authentication: authenticate(message, { ask, ownSpf, receivers }),
			bounces: bounceDomain(message, ask),
		}));
		return known({ file: name, message, authentication, bounces });
	},
});

/** Every message that the user gave and that could be read. */
export const judgedMessages = defineDerivation({
	name: 'mail.judged-messages',
	params: z.object({ paths: z.array(z.string()), receivers: z.array(z.string()) }),
	async derive({ paths, receivers }, get): Promise<Fact<readonly JudgedMessage[]>> {
		const all = await Promise.all(
			[...new Set(paths)].map((file) => get(judgedMessage({ path: file, receivers }))),
		);
		return known(all.flatMap((one) => (one.status === 'known' ? [one.value] : [])));
	},
});

/** Selectors that sign for a domain in the messages given: mail that goes out depends on them. */
export const signingSelectors = defineDerivation({
	name: 'mail.signing-selectors',
	params: z.object({ paths: z.array(z.string()), domain: z.string() }),
	async derive({ paths, domain }, get): Promise<Fact<readonly string[]>> {
		const all = await Promise.all(
			[...new Set(paths)].map((file) => get(messageFile({ path: file }))),
		);
		const signatures = all.flatMap((one) =>
			one.status === 'known' && one.value.kind === 'message' ? one.value.signatures : [],
		);
		const own = signatures.filter((one) => one.domain === domain && isSelector(one.selector));
		return known([...new Set(own.map(({ selector }) => selector))]);
	},
});

/** RFC 6376 §3.1: what DNS can be asked for. */
function isSelector(text: string): boolean {
	return /^[a-z0-9_](?:[a-z0-9._-]{0,120}[a-z0-9_])?$/.test(text);
}

/** By today's records, for the server that delivered the message; `null` where the message hides one of them. */
async function evaluatedSpf(
	message: SampleMessage,
	receivers: readonly string[],
	get: GetFact,
): Promise<OwnSpf | null> {
	const reception = receptionOf(message, receivers);
	const { domain } = spfIdentity(message, reception);
	const client = reception.address === null ? null : spfClient(reception.address);
	if (client === null || domain === '') return null;
	const evaluation = await evaluateSpf(
		{
			client,
			sender: `postmaster@${domain}`,
			helo: reception.border?.helo || null,
			receiver: 'unknown',
			now: new Date(reception.arrivedAt ?? 0),
		},
		(name, type) => get(lookup({ name, type })),
	);
	const needsSender = evaluation.steps.some(
		(step) => step.kind === 'term' && /%\{[ls]/i.test(step.term),
	);
	// The part before the @ is not kept, and decides here.
	if (needsSender || evaluation.lacksHelo) return null;
	return { result: evaluation.result, reason: evaluation.reason };
}

function bounceDomain({ returnPath }: SampleMessage, ask: Ask): BounceDomain | null {
	if (returnPath.kind !== 'address' || returnPath.isForwarders) return null;
	const { domain } = returnPath;
	const [mx, txt] = (['MX', 'TXT'] as const).map((type) =>
		readAnswer(domain, type, ask(domain, type)),
	);
	const there = (found: Found | undefined, isIt: (answer: DnsAnswer) => boolean) =>
		found?.kind === 'answered' ? isIt(found.answer) : null;
	return {
		domain,
		hasMx: there(mx, (answer) => exchangesIn(answer).length > 0),
		hasSpf: there(txt, (answer) => mailTexts(answer).some(({ text }) => isSpfText(text))),
	};
}

import { basename, dirname } from 'node:path';
import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import { LARGEST_MESSAGE } from '../../core/message-budget.ts';
import { DKIM_ALGORITHMS } from './dkim-signature.ts';
import { readMessage, type SampleMessage, type UnreadableMessage } from './sample-message.ts';

const strings = z.array(z.string());
const numberOrNone = z.number().nullable();

const SignatureSchema = z.object({
	domain: z.string(),
	selector: z.string(),
	identity: z.string(),
	algorithm: z.enum(DKIM_ALGORITHMS).nullable(),
	names: strings,
	length: numberOrNone,
	signedAt: numberOrNone,
	expiresAt: numberOrNone,
	faults: strings,
	bodyHash: z.object({ signed: z.string(), seen: z.string() }),
	bodyBytes: numberOrNone,
	headerHash: z.string(),
	signature: z.string(),
});

const HopSchema = z.object({
	at: z.number(),
	helo: z.string(),
	reverse: z.string(),
	address: z.string().nullable(),
	by: z.string(),
	protocol: z.string(),
	encrypted: z.boolean(),
	time: numberOrNone,
});

const ResultsSchema = z.object({
	at: z.number(),
	authservId: z.string().nullable(),
	results: z.array(
		z.object({
			method: z.string(),
			result: z.string(),
			note: z.string(),
			properties: z.array(z.tuple([z.string(), z.string()])),
		}),
	),
});

const MessageSchema: z.ZodType<SampleMessage> = z.object({
	kind: z.literal('message'),
	form: z.string(),
	names: strings,
	from: z.array(z.object({ domain: z.string(), shows: z.string().nullable() })),
	replyTo: strings,
	returnPath: z.discriminatedUnion('kind', [
		z.object({ kind: z.literal('absent') }),
		z.object({ kind: z.literal('null') }),
		z.object({ kind: z.literal('address'), domain: z.string(), isForwarders: z.boolean() }),
	]),
	date: numberOrNone,
	messageId: z.discriminatedUnion('kind', [
		z.object({ kind: z.literal('missing') }),
		z.object({ kind: z.literal('added') }),
		z.object({ kind: z.literal('present'), domain: z.string() }),
	]),
	repeated: strings,
	hops: z.array(HopSchema),
	results: z.array(ResultsSchema),
	receivedSpf: z
		.object({
			at: z.number(),
			result: z.string(),
			address: z.string().nullable(),
			domain: z.string(),
		})
		.nullable(),
	signatures: z.array(SignatureSchema),
	moreSignatures: z.number(),
	list: z.object({
		unsubscribe: z.array(z.object({ scheme: z.string(), host: z.string() })).nullable(),
		post: z.string().nullable(),
		signs: strings,
	}),
	relayed: z.string().nullable(),
	isAutomaticReply: z.boolean(),
	content: z.object({
		plain: numberOrNone,
		html: numberOrNone,
		images: z.number(),
		hasUnsubscribeLink: z.boolean(),
		isReport: z.boolean(),
	}),
});

const UnreadableSchema: z.ZodType<UnreadableMessage> = z.object({
	kind: z.literal('no-message'),
	why: z.string(),
});

/**
 * A saved message, reduced to what is judged: recordings hold no recipient and no text of it. Nothing is
 * sent. A file that holds no message is a value; one that cannot be read is unknown.
 */
export const messageFile = defineProbe({
	name: 'file.message',
	params: z.object({ path: z.string() }),
	value: z.union([MessageSchema, UnreadableSchema]),
	async observe({ path }, io) {
		const text = await io.files.read(dirname(path), basename(path), LARGEST_MESSAGE + 1);
		return text.length > LARGEST_MESSAGE
			? { kind: 'no-message' as const, why: 'is larger than 25 MiB' }
			: readMessage(text);
	},
	describe: ({ path }, value) => ({
		kind: 'file',
		summary: `${basename(path)}: ${value.kind === 'message' ? `${value.names.length} header fields` : value.why}`,
		detail: '',
	}),
	plan: () => null,
	assume: () => ({ kind: 'no-message' as const, why: 'is not read for a plan' }),
});

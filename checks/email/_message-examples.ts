import type {
	JudgedMessage,
	MessageAuthentication,
	SampleFile,
	SampleMessage,
	SignatureReading,
	SpfReading,
} from '../../src/sdk.ts';
import { type Key, LEAST_LETTERS } from './_message-findings.ts';

interface MessageExample {
	readonly name: string;
	readonly judged: JudgedMessage;
	readonly says: Key | 'unknown';
	readonly when?: { readonly subject?: Partial<SampleFile> };
}

/** What differs from a sound message. */
interface Change {
	readonly message?: Partial<SampleMessage>;
	readonly content?: Partial<SampleMessage['content']>;
	readonly list?: Partial<SampleMessage['list']>;
	readonly border?: Partial<SampleMessage['hops'][number]>;
	readonly signatures?: readonly SignatureChange[];
	readonly spf?: Partial<SpfReading>;
	readonly authentication?: Partial<MessageAuthentication>;
	readonly bounces?: Partial<NonNullable<JudgedMessage['bounces']>>;
}

type SignatureChange = Partial<Omit<SignatureReading, 'signature'>> & {
	readonly signature?: Partial<SignatureReading['signature']>;
};

const NOON = Date.UTC(2029, 11, 31, 12);
const NOON_SECONDS = NOON / 1_000;

const BORDER: SampleMessage['hops'][number] = {
	at: 1,
	helo: 'mail.example.com',
	reverse: 'mail.example.com',
	address: '198.51.100.7',
	by: 'mx.google.com',
	protocol: 'ESMTPS',
	encrypted: true,
	time: NOON,
};

const NAMES = ['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'content-type'];

function signature({ signature: changes, ...change }: SignatureChange): SignatureReading {
	return {
		signature: {
			domain: 'example.com',
			selector: 's1',
			identity: 'example.com',
			algorithm: 'rsa-sha256',
			names: [...NAMES, 'list-unsubscribe', 'list-unsubscribe-post'],
			length: null,
			signedAt: NOON_SECONDS,
			expiresAt: null,
			faults: [],
			bodyHash: { signed: 'AAAA', seen: 'AAAA' },
			bodyBytes: 120,
			headerHash: '00',
			signature: 'AAAA',
			...changes,
		},
		standing: { kind: 'fits', bits: 2048 },
		alignment: 'same',
		receiverSays: 'pass',
		isExpired: false,
		isFuture: false,
		signsFrom: true,
		worth: 'passes',
		isVouched: false,
		...change,
	};
}

/** A sound message of example.com with something changed. */
export function sampleMessage(change: Change): JudgedMessage {
	const border = { ...BORDER, ...change.border };
	const signatures = (change.signatures ?? [{}]).map(signature);
	const message: SampleMessage = {
		kind: 'message',
		form: '',
		names: ['return-path', 'received', 'dkim-signature', ...NAMES],
		from: [{ domain: 'example.com', shows: null }],
		replyTo: [],
		returnPath: { kind: 'address', domain: 'bounce.example.com', isForwarders: false },
		date: NOON,
		messageId: { kind: 'present', domain: 'example.com' },
		repeated: [],
		hops: [border],
		results: [],
		receivedSpf: null,
		signatures: signatures.map((each) => each.signature),
		moreSignatures: 0,
		list: { unsubscribe: null, post: null, signs: [], ...change.list },
		relayed: null,
		isAutomaticReply: false,
		content: {
			plain: 200,
			html: 200,
			images: 1,
			hasUnsubscribeLink: false,
			isReport: false,
			...change.content,
		},
		...change.message,
	};
	return {
		file: 'welcome.eml',
		message,
		authentication: {
			from: message.from[0]?.domain ?? '',
			organizational: message.from[0]?.domain ?? '',
			strict: { dkim: false, spf: false },
			reception: {
				receiver: 'Gmail',
				border,
				address: border.address,
				results: null,
				receivedSpf: null,
				distrust: 'it has no Authentication-Results',
				arrivedAt: NOON,
			},
			signatures,
			spf: {
				domain: 'bounce.example.com',
				isByHelo: false,
				own: { result: 'pass', reason: '198.51.100.7 matches a' },
				receiverSays: null,
				alignment: 'organizational',
				worth: 'passes',
				...change.spf,
			},
			dmarc: { result: 'passes', why: 'DKIM passes for example.com (selector s1)' },
			failed: [],
			...change.authentication,
		},
		bounces: { domain: 'bounce.example.com', hasMx: true, hasSpf: true, ...change.bounces },
	};
}

const FAILS: MessageAuthentication['dmarc'] = {
	result: 'fails',
	why: 'neither DKIM nor SPF passes for it',
};
const broken = (standing: SignatureReading['standing']): Change => ({
	signatures: [{ standing, worth: 'fails', receiverSays: null }],
});
const BULK = { subject: { context: { bulk: 'yes' } } } as const;
const ONE_CLICK: Change['list'] = {
	unsubscribe: [{ scheme: 'https', host: 'example.com' }],
	post: 'List-Unsubscribe=One-Click',
	signs: ['a List-Unsubscribe field'],
};
const LISTED: Change['message'] = {
	names: [...NAMES, 'list-unsubscribe', 'list-unsubscribe-post'],
};

const CASES: readonly [
	name: string,
	says: Key | 'unknown',
	change: Change,
	when?: MessageExample['when'],
][] = [
	['signed and aligned', 'passes', {}],
	[
		'neither passes',
		'dmarc-fail',
		{ signatures: [], spf: { worth: 'fails' }, authentication: { dmarc: FAILS } },
	],
	[
		'which of them passes is not known',
		'unknown',
		{ authentication: { dmarc: { result: 'unclear', why: 'it hides its return path' } } },
	],
	[
		'a draft',
		'unknown',
		{ authentication: { dmarc: { result: 'unsent', why: 'it has no Received' } } },
	],
	[
		'through a mailing list',
		'unknown',
		{
			...broken({ kind: 'body-altered', bits: 2048 }),
			message: { relayed: 'the mailing list of lists.example.org' },
			authentication: { dmarc: { result: 'unclear', why: 'it came through a list' } },
		},
	],
	[
		'a bounce without a signature',
		'unknown',
		{ signatures: [], message: { isAutomaticReply: true }, authentication: { dmarc: FAILS } },
	],
	[
		"the return path is the service's",
		'spf-unaligned',
		{ spf: { domain: 'eu-west-1.amazonses.com', alignment: 'none' } },
	],
	[
		"the return path is the service's, which has no other way, and DKIM carries the mail",
		'passes',
		{ spf: { domain: 'mail1.sea31.mcsv.net', alignment: 'none' } },
	],
	[
		"only the service's signature",
		'dkim-unaligned',
		{ signatures: [{ alignment: 'none', signature: { domain: 'amazonses.com' } }] },
	],
	[
		"the service's signature beside the own one",
		'passes',
		{ signatures: [{}, { alignment: 'none' }] },
	],
	['no signature', 'dkim-missing', { signatures: [] }],
	['altered header', 'dkim-broken', broken({ kind: 'header-altered', bits: 2048 })],
	[
		'no key',
		'dkim-broken',
		broken({ kind: 'no-key', says: 's1._domainkey.example.com is revoked (p=)' }),
	],
	['a malformed signature', 'dkim-broken', broken({ kind: 'malformed', says: 'lacks bh=' })],
	['altered body', 'dkim-body-hash', broken({ kind: 'body-altered', bits: 2048 })],
	[
		'altered body, and the receiver had verified it',
		'passes',
		{
			signatures: [{ standing: { kind: 'body-altered', bits: 2048 }, isVouched: true }],
		},
	],
	[
		'rsa-sha1',
		'dkim-sha1',
		{ signatures: [{ signature: { algorithm: 'rsa-sha1' }, worth: 'fails' }] },
	],
	[
		'1023 bits',
		'dkim-weak-key',
		{ signatures: [{ standing: { kind: 'fits', bits: 1023 }, worth: 'fails' }] },
	],
	['1024 bits', 'passes', { signatures: [{ standing: { kind: 'fits', bits: 1024 } }] }],
	[
		'From not covered',
		'dkim-from-unsigned',
		{ signatures: [{ signsFrom: false, worth: 'fails' }] },
	],
	[
		'expired',
		'dkim-expired',
		{ signatures: [{ isExpired: true, worth: 'fails', signature: { expiresAt: NOON_SECONDS } }] },
	],
	[
		'signed tomorrow',
		'dkim-future',
		{ signatures: [{ isFuture: true, signature: { signedAt: NOON_SECONDS + 86_400 } }] },
	],
	['l=', 'dkim-length-tag', { signatures: [{ signature: { length: 100 } }] }],
	['one click', 'passes', { list: ONE_CLICK, message: LISTED }, BULK],
	[
		'the unsubscribe fields are not covered',
		'unsubscribe-unsigned',
		{ list: ONE_CLICK, message: LISTED, signatures: [{ signature: { names: NAMES } }] },
	],
	[
		'a mailing without List-Unsubscribe',
		'unsubscribe-missing',
		{ list: { signs: ['Precedence: bulk'] } },
		BULK,
	],
	['mail to one, without List-Unsubscribe', 'passes', {}, BULK],
	[
		'mailto alone',
		'unsubscribe-no-https',
		{ list: { ...ONE_CLICK, unsubscribe: [{ scheme: 'mailto', host: 'example.com' }] } },
	],
	[
		'List-Unsubscribe without an address',
		'unsubscribe-no-https',
		{ list: { ...ONE_CLICK, unsubscribe: [] } },
	],
	['another value', 'unsubscribe-post-value', { list: { ...ONE_CLICK, post: 'One-Click' } }],
	['no List-Unsubscribe-Post', 'unsubscribe-post-value', { list: { ...ONE_CLICK, post: null } }],
	['no From', 'from-count', { message: { names: ['date'], from: [] } }],
	['two From', 'from-count', { message: { names: ['from', ...NAMES] } }],
	['a From without an address', 'from-count', { message: { from: [{ domain: '', shows: null }] } }],
	[
		'two authors',
		'from-multi-address',
		{
			message: {
				from: [
					{ domain: 'example.com', shows: null },
					{ domain: 'example.com', shows: null },
				],
			},
		},
	],
	[
		'an author at a free provider',
		'from-freemail',
		{ message: { from: [{ domain: 'gmail.com', shows: null }] }, authentication: { dmarc: FAILS } },
	],
	['no date', 'date-missing', { message: { date: null, names: ['from', 'message-id'] } }],
	['a date that is none', 'date-missing', { message: { date: null } }],
	['no Message-ID', 'message-id-missing', { message: { messageId: { kind: 'missing' } } }],
	[
		'a Message-ID by the receiver',
		'message-id-missing',
		{ message: { messageId: { kind: 'added' } } },
	],
	['two subjects', 'header-duplicate', { message: { repeated: ['subject'] } }],
	['bounces without an MX', 'return-path-domain', { bounces: { hasMx: false } }],
	[
		'bounces without MX and SPF, at a service',
		'return-path-domain',
		{ bounces: { domain: 'b.example.net', hasMx: false, hasSpf: false } },
	],
	['bounces that could not be looked up', 'passes', { bounces: { hasMx: null, hasSpf: null } }],
	['no TLS on the way', 'received-plaintext', { border: { protocol: 'ESMTP', encrypted: false } }],
	['TLS told by a comment', 'passes', { border: { protocol: 'ESMTP' } }],
	['HELO localhost', 'localhost-leak', { border: { helo: 'localhost' } }],
	['HELO of a container', 'localhost-leak', { border: { helo: 'app-7d9f.svc.cluster.local' } }],
	[
		'a Message-ID of localhost',
		'localhost-leak',
		{ message: { messageId: { kind: 'present', domain: 'localhost' } } },
	],
	['HTML alone', 'no-text-part', { content: { plain: null } }],
	['text alone', 'passes', { content: { html: null, images: 0 } }],
	[
		'a picture and a few letters',
		'image-only',
		{ content: { html: LEAST_LETTERS - 1, images: 1 } },
	],
	['a picture and a sentence', 'passes', { content: { html: LEAST_LETTERS, images: 1 } }],
	[
		'an address of somebody else as name',
		'display-name-spoof',
		{ message: { from: [{ domain: 'example.com', shows: 'example.org' }] } },
	],
	['answers to a support desk', 'reply-to-domain', { message: { replyTo: ['desk.example.net'] } }],
	['answers to a free mailbox', 'reply-to-domain', { message: { replyTo: ['gmail.com'] } }],
	['answers to a sub-domain', 'passes', { message: { replyTo: ['help.example.com'] } }],
];

export const MESSAGE_EXAMPLES: readonly MessageExample[] = CASES.map(
	([name, says, change, when]) => ({
		name,
		judged: sampleMessage(change),
		says,
		...(when && { when }),
	}),
);

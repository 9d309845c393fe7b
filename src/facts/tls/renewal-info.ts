import { z } from 'zod';
import { defineDerivation, type Fact, type GetFact, known } from '../../core/fact.ts';
import { bodyText } from '../web/http.ts';
import { strangerExchange } from '../web/stranger.ts';
import { servedCertificates } from './served-certificates.ts';

/** When an authority wants a certificate renewed (RFC 9773). */
export interface RenewalWindow {
	/** Of the certificate, hex. */
	readonly sha256: string;
	/** The authority's name. */
	readonly authority: string;
	/** Where it was asked. */
	readonly url: string;
	/** ISO 8601. */
	readonly start: string;
	readonly end: string;
	/** Where the authority explains it; `null` where it does not. */
	readonly explanation: string | null;
}

const MOST_BYTES = 65_536;
/** A host rarely sends more than two: RSA and EC. */
const MOST_CERTIFICATES = 3;

const Directory = z.object({ renewalInfo: z.string() });
const Info = z.object({
	suggestedWindow: z.object({
		start: z.iso.datetime({ offset: true }),
		end: z.iso.datetime({ offset: true }),
	}),
	explanationURL: z.string().optional(),
});

/**
 * The renewal windows that the authorities of a host's certificates suggest. Only authorities that we know
 * are asked, at the directories that we know; nothing that a certificate says leads anywhere. Empty where
 * none of them answers: that is the authority's business and no fault of the host.
 */
export const renewalWindows = defineDerivation({
	name: 'https.renewal-windows',
	params: z.object({
		host: z.string(),
		beside: z.string(),
		/** ACME directories by the authority's name, in the place of those that we know. */
		directories: z.record(z.string(), z.url()),
	}),
	async derive({ directories, ...params }, get): Promise<Fact<readonly RenewalWindow[]>> {
		const served = await get(servedCertificates(params));
		if (served.status !== 'known') return served;
		const asked = served.value.slice(0, MOST_CERTIFICATES).flatMap((certificate) => {
			const { authority, renewalId, sha256 } = certificate;
			const directory = authority === null ? undefined : directoryOf(authority, directories);
			if (authority === null || directory === undefined || renewalId === null) return [];
			return [{ sha256, authority: authority.name, directory, renewalId, home: params.host }];
		});
		const found = await Promise.all(asked.map((one) => windowOf(one, get)));
		return known(found.flatMap((one) => one ?? []));
	},
});

function directoryOf(
	{ name, directory }: { readonly name: string; readonly directory?: string },
	directories: Readonly<Record<string, string>>,
): string | undefined {
	return directories[name] ?? directory;
}

async function windowOf(
	about: { sha256: string; authority: string; directory: string; renewalId: string; home: string },
	get: GetFact,
): Promise<RenewalWindow | null> {
	const { directory, home, renewalId, sha256, authority } = about;
	const named = Directory.safeParse(await jsonAt(directory, home, get));
	if (!named.success) return null;
	const base = named.data.renewalInfo;
	if (!URL.canParse(base) || new URL(base).origin !== new URL(directory).origin) return null;
	const url = `${base.replace(/\/$/, '')}/${renewalId}`;
	const info = Info.safeParse(await jsonAt(url, home, get));
	if (!info.success) return null;
	const { start, end } = info.data.suggestedWindow;
	const explanation = info.data.explanationURL ?? null;
	return { sha256, authority, url, start: isoOf(start), end: isoOf(end), explanation };
}

const isoOf = (text: string) => new Date(text).toISOString();

/** `null` for everything that is no JSON. */
async function jsonAt(url: string, home: string, get: GetFact): Promise<unknown> {
	const answer = await get(strangerExchange({ url, home, maxBytes: MOST_BYTES }));
	if (answer.status !== 'known' || answer.value.kind !== 'answered') return null;
	if (answer.value.status !== 200) return null;
	try {
		return JSON.parse(bodyText(answer.value));
	} catch {
		return null;
	}
}

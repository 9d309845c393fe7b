import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { HttpAnswered, Io } from '../../core/io.ts';
import { bodyText, fieldValues } from '../web/http.ts';
import { parseBootstrap, type RdapServices } from './bootstrap.ts';
import { jsonIn } from './json-in.ts';

const IANA = 'https://data.iana.org/rdap/dns.json';
/** In the user's folder. */
const KEPT = 'rdap-dns.json';

const DAY_MS = 86_400_000;
/** However long IANA says that its file may be kept. */
const LONGEST_MS = 7 * DAY_MS;
const DEADLINE_MS = 5_000;
const MOST_BYTES = 1024 * 1024;

const Kept = z.object({
	until: z.iso.datetime(),
	publication: z.string(),
	bases: z.record(z.string(), z.string()),
});

/**
 * IANA's list of RDAP services, from the user's folder while it is fresh, else from IANA. `null` where
 * neither can be had, which is no failure: the copy that comes with the program is then used. One request
 * to IANA a day at most, and none where a service was named.
 */
export const ianaServices = defineProbe({
	name: 'domain.rdap-services',
	params: z.object({}),
	value: z
		.object({ publication: z.string(), bases: z.record(z.string(), z.string()) })
		.nullable() satisfies z.ZodType<RdapServices | null>,
	async observe(_, io) {
		const now = io.clock.now().getTime();
		const kept = keptList(await io.files.kept(KEPT));
		if (kept !== null && isFresh(kept.until, now)) return listOf(kept);
		const fetched = await fetchList(io);
		if (fetched === null) return kept === null ? null : listOf(kept);
		const longest = freshMs(fetched.answer, now);
		if (longest > 0) {
			const until = new Date(now + longest).toISOString();
			await io.files.keep(KEPT, JSON.stringify({ until, ...fetched.list }));
		}
		return fetched.list;
	},
	describe: (_, list) => ({
		kind: 'http',
		summary: `IANA's list of RDAP services: ${list === null ? 'not to be had' : list.publication}`,
		detail: list === null ? '' : `${Object.keys(list.bases).length} domains`,
	}),
	plan: () => `GET ${IANA}`,
	assume: () => null,
});

/** `null` for whatever we have not written like that: it is fetched again. */
function keptList(text: string | null): z.output<typeof Kept> | null {
	if (text === null) return null;
	const parsed = Kept.safeParse(jsonIn(text));
	return parsed.success && Object.keys(parsed.data.bases).length > 0 ? parsed.data : null;
}

/** Not later than we would ever have written, whatever the clock said then. */
function isFresh(until: string, now: number): boolean {
	const at = Date.parse(until);
	return at > now && at <= now + LONGEST_MS;
}

const listOf = ({ publication, bases }: RdapServices): RdapServices => ({ publication, bases });

async function fetchList(
	io: Pick<Io, 'http'>,
): Promise<{ answer: HttpAnswered; list: RdapServices } | null> {
	const answer = await io.http
		.exchange({
			url: IANA,
			method: 'GET',
			headers: [['Accept', 'application/json']],
			maxBytes: MOST_BYTES,
			totalMs: DEADLINE_MS,
			thirdParty: true,
		})
		.catch(() => null);
	if (answer?.kind !== 'answered' || answer.status !== 200 || answer.body.truncated) return null;
	const list = parseBootstrap(bodyText(answer));
	return list === null ? null : { answer, list };
}

/** Milliseconds for which it may be kept (RFC 9111 §4.2.1, as RFC 9224 §8 asks); a day unless told. */
export function freshMs(answer: HttpAnswered, now: number): number {
	const control = fieldValues(answer, 'cache-control').join(',').toLowerCase();
	if (/(?:^|[,\s])no-(?:store|cache)\b/.test(control)) return 0;
	const age = /(?:^|[,\s])max-age="?(\d{1,9})/.exec(control)?.[1];
	if (age !== undefined) return Math.min(Number(age) * 1_000, LONGEST_MS);
	const expires = Date.parse(fieldValues(answer, 'expires')[0] ?? '');
	if (Number.isNaN(expires)) return DAY_MS;
	return Math.min(Math.max(expires - now, 0), LONGEST_MS);
}

import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { type Ask, readAnswer, settle } from './mail-lookups.ts';
import { type MailProvider, providerOfMx } from './mail-providers.ts';

/** One MX record and what its name leads to. */
export interface MxHost {
	/** Lower case, no final dot; empty for a null MX (RFC 7505). */
	readonly exchange: string;
	readonly preference: number;
	readonly v4: readonly string[];
	readonly v6: readonly string[];
	/** Where its CNAME ends; `null` without one. */
	readonly alias: string | null;
	/** Why there is no address; `null` where there is one. */
	readonly absence: string | null;
	/** The look-up that failed; `null` where none did. */
	readonly failed: string | null;
	readonly provider: MailProvider | null;
}

export type MxReading =
	| { readonly kind: 'failed'; readonly detail: string }
	| {
			readonly kind: 'none';
			/** Mail goes to the domain's own address (RFC 5321 §5.1); `null` where it could not be looked up. */
			readonly hasAddress: boolean | null;
			readonly negativeTtl: number | null;
	  }
	| {
			readonly kind: 'records';
			/** Best preference first. */
			readonly hosts: readonly MxHost[];
			/** Seconds. */
			readonly ttl: number;
	  };

/** Hosts whose addresses are looked up; nobody has more. */
const MOST_HOSTS = 20;

/** Where mail for a domain goes: the MX records and the addresses behind each. */
export const mxReading = defineDerivation({
	name: 'mx.reading',
	params: z.object({ domain: z.string() }),
	async derive({ domain }, get): Promise<Fact<MxReading>> {
		return known(await settle(get, (ask) => readMx(domain, ask)));
	},
});

export function readMx(domain: string, ask: Ask): MxReading {
	const found = readAnswer(domain, 'MX', ask(domain, 'MX'));
	if (found.kind === 'failed') return { kind: 'failed', detail: found.detail };
	if (found.kind === 'pending') return { kind: 'none', hasAddress: false, negativeTtl: null };
	if (found.absent !== null) {
		const { v4, v6, failed } = addressesBehind(domain, ask);
		const { negativeTtl } = found.answer;
		const hasAddress = v4.length + v6.length > 0 || (failed === null ? false : null);
		return { kind: 'none', hasAddress, negativeTtl };
	}
	const hosts = found.answer.records
		.flatMap(({ data }) => (data.type === 'MX' ? [data] : []))
		.sort((a, b) => a.preference - b.preference || (a.exchange < b.exchange ? -1 : 1))
		.map(({ exchange, preference }) => ({
			exchange: exchange.toLowerCase().replace(/\.$/, ''),
			preference,
		}));
	return {
		kind: 'records',
		hosts: hosts.slice(0, MOST_HOSTS).map((host) => ({
			...host,
			...addressesBehind(host.exchange, ask),
			provider: providerOfMx(host.exchange),
		})),
		ttl: Math.max(0, ...found.answer.records.map(({ ttl }) => ttl)),
	};
}

function addressesBehind(
	name: string,
	ask: Ask,
): Pick<MxHost, 'v4' | 'v6' | 'alias' | 'absence' | 'failed'> {
	if (name === '') return { v4: [], v6: [], alias: null, absence: null, failed: null };
	const found = (['A', 'AAAA'] as const).map((type) => readAnswer(name, type, ask(name, type)));
	const [v4 = [], v6 = []] = found.map((each) =>
		each.kind === 'answered'
			? each.answer.records.flatMap(({ data }) => ('address' in data ? [data.address] : []))
			: [],
	);
	const answered = found.flatMap((each) => (each.kind === 'answered' ? [each] : []));
	const alias = answered.flatMap(({ answer }) => answer.chain.at(-1)?.target ?? []).at(0) ?? null;
	const nowhere = answered.length === 2 && v4.length + v6.length === 0;
	const isGone = answered.some(({ absent }) => absent === 'nxdomain');
	return {
		v4,
		v6,
		alias,
		absence: nowhere ? (isGone ? 'does not exist' : 'has no address') : null,
		failed: found.flatMap((each) => (each.kind === 'failed' ? [each.detail] : [])).at(0) ?? null,
	};
}

import { createPace, createSlots, type Pace, type Slots } from './budget.ts';

/**
 * What may be asked of others at once, shared by everything that looks at the same time: one audit, or
 * all audits of a fleet. The waiting that they cause counts towards no time-out of a single exchange.
 */
export interface Limits {
	/** Connections to one address. */
	connectionsTo(address: string): Slots;
	/** Audits that look at one address at once: each needs several connections to get on. */
	visitsTo(address: string): Slots;
	/** Connections in all. */
	readonly connections: Slots;
	/** Questions in flight at the recursive resolver. */
	readonly questions: Slots;
	/** Questions to one authoritative server. */
	paceOf(server: string): Pace;
	/** Runs `close` when somebody waits for a connection to an address, so that idle ones are given up. */
	whenShort(close: (address: string) => void): () => void;
}

const PER_ADDRESS = 6;
const IN_ALL = 128;
/** What an audit holds at one address most of the time. */
const CONNECTIONS_A_VISIT = 2;
/** Questions in flight at a recursive resolver. */
const IN_FLIGHT = 100;
/** An authoritative server gets so many at once, then so many a second. */
const DIRECT = { burst: 100, perSecond: 20 } as const;
/** Addresses and servers that are kept in mind, idle ones included. */
const MOST_KEPT = 2_000;

/** The whole of each limit, or one of several equal `parts` where others run beside; never less than one. */
export function createLimits({
	parts = 1,
	perAddress = PER_ADDRESS,
	inAll = IN_ALL,
}: {
	parts?: number;
	perAddress?: number | undefined;
	inAll?: number;
} = {}): Limits {
	const part = (whole: number) => Math.max(1, Math.floor(whole / parts));
	const short = new Set<(address: string) => void>();
	const perHost = kept<Slots>(
		(address) =>
			createSlots(part(perAddress), () => {
				for (const close of short) close(address);
			}),
		(slots) => slots.isIdle(),
	);
	const visits = kept<Slots>(
		() => createSlots(Math.max(1, Math.floor(part(perAddress) / CONNECTIONS_A_VISIT))),
		(slots) => slots.isIdle(),
	);
	const paces = kept<Pace>(
		() => createPace(part(DIRECT.burst), DIRECT.perSecond / parts),
		(pace) => pace.isIdle(),
	);
	return {
		connectionsTo: perHost,
		visitsTo: visits,
		connections: createSlots(inAll),
		questions: createSlots(part(IN_FLIGHT)),
		paceOf: paces,
		whenShort(close) {
			short.add(close);
			return () => short.delete(close);
		},
	};
}

/** One value a key; idle ones, which a new one equals, are forgotten when there are many. */
function kept<T>(make: (key: string) => T, isIdle: (value: T) => boolean): (key: string) => T {
	const values = new Map<string, T>();
	let sweepAt = MOST_KEPT;
	return (key) => {
		const known = values.get(key);
		if (known !== undefined) return known;
		if (values.size >= sweepAt) {
			for (const [name, value] of values) if (isIdle(value)) values.delete(name);
			sweepAt = Math.max(MOST_KEPT, 2 * values.size);
		}
		const value = make(key);
		values.set(key, value);
		return value;
	};
}

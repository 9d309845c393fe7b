/** Signed certificate timestamps (RFC 6962 §3.3), as far as they can be judged without a list of logs. */
export interface SctList {
	/** Identifiers of the logs, hex, each once. */
	readonly logs: readonly string[];
	/** Items that are no timestamp of version 1. */
	readonly unreadable: number;
}

const LOG_ID = 32;
/** version, log, time, extensions' length, algorithms, signature's length. */
const LEAST = 1 + LOG_ID + 8 + 2 + 2 + 2;

/** `null` where the bytes are no list. Never throws. */
export function parseSctList(bytes: Uint8Array): SctList | null {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	if (bytes.length < 2 || view.getUint16(0) !== bytes.length - 2) return null;
	const logs = new Set<string>();
	let unreadable = 0;
	let at = 2;
	while (at < bytes.length) {
		if (at + 2 > bytes.length) return null;
		const length = view.getUint16(at);
		const from = at + 2;
		if (from + length > bytes.length) return null;
		const log = logOf(bytes.subarray(from, from + length));
		if (log === null) unreadable += 1;
		else logs.add(log);
		at = from + length;
	}
	return { logs: [...logs], unreadable };
}

/** `null` where the item is no timestamp of version 1. */
function logOf(item: Uint8Array): string | null {
	if (item.length < LEAST || item[0] !== 0) return null;
	const view = new DataView(item.buffer, item.byteOffset, item.length);
	const extensions = view.getUint16(1 + LOG_ID + 8);
	const signature = LEAST - 2 + extensions;
	if (signature + 2 > item.length) return null;
	if (signature + 2 + view.getUint16(signature) !== item.length) return null;
	return Buffer.from(item.subarray(1, 1 + LOG_ID)).toString('hex');
}

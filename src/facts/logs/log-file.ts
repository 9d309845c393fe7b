const LOG =
	/(?:^|\/)[^/]*\.log(?:[._-]?\d[\w.-]{0,30})?(?:\.(?:gz|bz2|xz|zst|zip|old|bak|txt|json))?$|(?:^|\/)(?:logs?|\.logs)\/(?:[^/]+\/)*[^/]+\.(?:txt|json|jsonl|ndjson|out|err|csv)(?:\.\d{1,4})?(?:\.gz)?$|(?:^|\/)nohup\.out$|\.(?:access|error)_log$|(?:^|\/)(?:access|error)_log$/i;
/** Code and settings about logs. */
const NOT_A_LOG =
	/(?:^|\/)(?:src|lib|app|components?|locales?|i18n|messages|changelog|blog)\/|(?:^|\/)(?:package|tsconfig|config|schema|index|settings)\.json$/i;

/** By its name: what a program wrote about its own run. */
export function isLogFile(path: string): boolean {
	return LOG.test(path) && (/\.log\b[^/]*$/i.test(path) || !NOT_A_LOG.test(path));
}

const MAGIC: readonly (readonly [string, string])[] = [
	['\x1f\x8b', 'gzip'],
	['\x28\xb5\x2f\xfd', 'zstd'],
	['\xfd7zXZ', 'xz'],
	['BZh', 'bzip2'],
	['PK\x03\x04', 'zip'],
	['\x04\x22\x4d\x18', 'lz4'],
];

/** Why the beginning of a file shows that it cannot be read as a log; empty where it can. */
export function notText(beginning: string): string {
	const packed = MAGIC.find(([magic]) => beginning.startsWith(magic));
	if (packed !== undefined) return `compressed (${packed[1]})`;
	if (/^(?:\xff\xfe|\xfe\xff)/.test(beginning)) return '';
	return beginning.slice(0, 8_192).includes('\0') ? 'not text' : '';
}

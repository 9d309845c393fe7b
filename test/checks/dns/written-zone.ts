import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A zone file of shop.test on the disk, as `--zone` names it. */
export async function writtenZone(text: string, name = 'shop.zone'): Promise<string> {
	const file = path.join(await mkdtemp(path.join(tmpdir(), 'zone-')), name);
	await writeFile(file, text, 'latin1');
	return file;
}

/** What a zone needs to be loaded. */
export const START = `$TTL 300
@ SOA ns1 hostmaster 1 7200 3600 1209600 300
@ NS ns1
@ NS ns2
ns1 A 198.51.100.21
ns2 A 203.0.113.21`;

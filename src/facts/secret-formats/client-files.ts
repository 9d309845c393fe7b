import { createDecipheriv } from 'node:crypto';
import { parseJsonTree } from './json-tree.ts';
import { type Reading, reading } from './reading.ts';
import { entriesOf, mapsIn, textAt, wordsAt } from './tree-node.ts';

/** FileZilla's sites: the password in base64, or plain in old files. */
export function readFileZilla(text: string): readonly Reading[] {
	const found: Reading[] = [];
	for (const match of text.matchAll(
		/<Pass(?: encoding="(base64|plain)")?>([^<]{1,2000})<\/Pass>/g,
	)) {
		const [whole, encoding, written = ''] = match;
		const isEncoded = encoding === 'base64';
		const start = match.index + whole.length - '</Pass>'.length - written.length;
		const value = isEncoded ? Buffer.from(written, 'base64').toString('latin1') : written;
		const host = lastOf(
			text.slice(Math.max(0, match.index - 2_000), match.index),
			/<Host>([^<]{1,255})<\/Host>/g,
		);
		found.push(
			reading({
				name: 'Pass',
				value,
				start,
				end: start + written.length,
				slot: 'login',
				host,
			}),
		);
	}
	return found;
}

/** Of the last match the first group. */
const lastOf = (text: string, pattern: RegExp): string =>
	[...text.matchAll(pattern)].at(-1)?.[1] ?? '';

/** WinSCP's sessions: the password is masked, and whoever has the file can unmask it. */
export function readWinScp(text: string): readonly Reading[] {
	let host = '';
	return [...text.matchAll(/^(HostName|Password(?:Plain)?)=([^\r\n]{1,2000})/gm)].flatMap(
		(match) => {
			const [whole, name = '', value = ''] = match;
			if (name === 'HostName') host = value;
			if (name === 'HostName' || (name === 'Password' && !/^[0-9A-F]{8,}$/i.test(value))) return [];
			const start = match.index + whole.length - value.length;
			return [reading({ name, value, start, end: start + value.length, slot: 'login', host })];
		},
	);
}

/** Settings of editors and clients that keep a password beside its host, in JSON. */
export function readJsonClient(text: string): readonly Reading[] {
	const tree = parseJsonTree(text);
	if (tree === null) return [];
	return [...mapsIn(tree)].flatMap(({ map }) => {
		const host = wordsAt(map, 'host') || wordsAt(map, 'hostname') || wordsAt(map, 'serverHost');
		return map.entries.flatMap(([name, node]) =>
			node.kind === 'text' && CLIENT_KEY.test(name)
				? [
						reading({
							name,
							value: node.value,
							start: node.start,
							end: node.end,
							slot: 'login',
							host,
						}),
					]
				: [],
		);
	});
}

const CLIENT_KEY =
	/^(?:password|passphrase|pass|userPassword|sshUserPassword|sshPassphrase|ssh_password)$/i;

/** JetBrains' servers and data sources: `password` attributes, masked. */
export function readJetBrains(text: string): readonly Reading[] {
	return [...text.matchAll(/\s(password|passphrase)="([^"<>]{4,2000})"/g)].map((match) => {
		const [whole, name = '', value = ''] = match;
		const start = match.index + whole.length - 1 - value.length;
		const tag = text.slice(Math.max(0, match.index - 600), match.index + 600);
		const host = /\shost="([^"]{1,255})"/.exec(tag)?.[1] ?? '';
		return reading({ name, value, start, end: start + value.length, slot: 'login', host });
	});
}

/** The key with which every DBeaver stores what it calls encrypted: it is part of its source. */
const DBEAVER_KEY = Buffer.from('babb4a9f774ab853c96c2d653dfe544a', 'hex');

/** DBeaver's `credentials-config.json`: AES-128-CBC, the vector first. */
export function readDBeaverCredentials(bytes: string): readonly Reading[] {
	const tree = parseJsonTree(decrypted(Buffer.from(bytes, 'latin1')));
	return entriesOf(tree ?? undefined).flatMap(([, source]) => {
		const password = textAt(source, '#connection', 'password');
		if (password === undefined) return [];
		return [
			reading({
				name: 'password',
				value: password.value,
				start: 0,
				end: bytes.length,
				slot: 'database',
			}),
		];
	});
}

function decrypted(bytes: Buffer): string {
	try {
		const cipher = createDecipheriv('aes-128-cbc', DBEAVER_KEY, bytes.subarray(0, 16));
		return Buffer.concat([cipher.update(bytes.subarray(16)), cipher.final()]).toString('utf8');
	} catch {
		return '';
	}
}

import { type Reading, reading, type Slot } from './reading.ts';

/** netrc(5): `machine`, `login`, `password` in any order of lines; macros end at an empty line. */
export function readNetrc(text: string): readonly Reading[] {
	const found: Reading[] = [];
	let host = '';
	let keyword = '';
	const plain = text.replace(/^[ \t]*(?:#|macdef )[^\n]*/gm, (line) => ' '.repeat(line.length));
	for (const { 0: word, index } of plain.matchAll(/\S+/g)) {
		if (keyword === 'machine') host = word;
		else if (keyword === 'password') {
			const start = index;
			found.push(
				reading({
					name: 'password',
					value: word,
					start,
					end: start + word.length,
					slot: 'login',
					host,
				}),
			);
		}
		const isValue = keyword === 'machine' || keyword === 'password' || keyword === 'login';
		keyword = isValue ? '' : word;
		if (keyword === 'default') host = '';
	}
	return found;
}

/** PostgreSQL's password file: `host:port:database:user:password`, `\` before `:` and `\`. */
export function readPgpass(text: string): readonly Reading[] {
	return linesOf(text).flatMap(({ line, start }) => {
		const fields =
			/^(?!#)((?:\\.|[^:\\]){1,255}):(?:\\.|[^:\\]){1,10}:(?:\\.|[^:\\]){1,255}:(?:\\.|[^:\\]){1,255}:(?=.)/.exec(
				line,
			);
		if (fields === null) return [];
		const [before, host = ''] = fields;
		const value = line.slice(before.length).replace(/\\(.)/g, '$1');
		return [
			reading({
				name: 'password',
				value,
				start: start + before.length,
				end: start + line.length,
				slot: 'database',
				host: host === '*' ? '' : host,
			}),
		];
	});
}

/** Lines of git's credential store: URLs with user and password. */
export function readGitCredentials(text: string): readonly Reading[] {
	return linesOf(text).flatMap(({ line, start }) => {
		const url = /^https?:\/\/[^\s:@/]{0,200}:([^\s@/]{1,500})@([^\s/:]{1,255})/.exec(line);
		if (url === null) return [];
		const [whole, written = '', host = ''] = url;
		const from = start + whole.length - 1 - host.length - written.length;
		const end = from + written.length;
		return [
			reading({
				name: 'password',
				value: percentDecoded(written),
				start: from,
				end,
				slot: 'login',
				host,
			}),
		];
	});
}

function percentDecoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** npm's, pip's and their like: `name = value` under names that are credentials by definition. */
export function readRegistryFile(text: string): readonly Reading[] {
	return linesOf(text).flatMap(({ line, start }) => {
		const found = REGISTRY_LINE.exec(line);
		if (found === null) return [];
		const [whole, host = '', name = '', quote = '', value = ''] = found;
		const from = start + whole.length - quote.length - value.length;
		return [
			reading({ name, value, start: from, end: from + value.length, slot: 'registry', host }),
		];
	});
}

const REGISTRY_LINE =
	/^[ \t]{0,8}(?:\/\/([^\s:/=]{1,255})[^\s=]{0,255}?:)?(_authToken|_auth|_password|npmAuthToken|npmAuthIdent|password|token|secret[-_]key|:rubygems_api_key)["']?[ \t]{0,4}[:=][ \t]{0,4}(["']?)([^\s"'#;]{4,2000})\3/;

/** MySQL's option file. */
export function readMyCnf(text: string): readonly Reading[] {
	const host = /^[ \t]{0,8}host[ \t]{0,4}=[ \t]{0,4}["']?([^\s"'#]{1,255})/m.exec(text)?.[1] ?? '';
	return linesOf(text).flatMap(({ line, start }) => {
		const found =
			/^[ \t]{0,8}(password|passwd)[ \t]{0,4}=[ \t]{0,4}(["']?)([^\s"']{1,200})\2[ \t]{0,8}$/.exec(
				line,
			);
		if (found === null) return [];
		const [, name = '', quote = '', value = ''] = found;
		const from = start + line.lastIndexOf(`${quote}${value}`) + quote.length;
		return [
			reading({ name, value, start: from, end: from + value.length, slot: 'database', host }),
		];
	});
}

/** Cloud tools' own files: s3cmd, boto, the AWS client, rclone. */
export function readCloudFile(text: string): readonly Reading[] {
	return settingsIn(text, CLOUD_LINE, 'cloud');
}

const CLOUD_LINE =
	/^[ \t]{0,8}(secret_key|aws_secret_access_key|secret_access_key|gs_secret_access_key|gpg_passphrase|client_secret|refresh_token|sas_token|account_key|pass)[ \t]{0,4}=[ \t]{0,4}(["']?)([^\s"'#;]{4,2000})\2[ \t]{0,8}$/;

function settingsIn(text: string, pattern: RegExp, slot: Slot): readonly Reading[] {
	return linesOf(text).flatMap(({ line, start }) => {
		const found = pattern.exec(line);
		if (found === null) return [];
		const [, name = '', , value = ''] = found;
		const from = start + line.lastIndexOf(value);
		return [reading({ name, value, start: from, end: from + value.length, slot })];
	});
}

const HASH =
	/^([\w.@+-]{1,100}):(\$(?:1|2[abxy]?|5|6|7|y|gy|apr1|argon2\w{1,2}|scrypt|pbkdf2\w{0,20})\$[\w./$=,+-]{12,200}|\{SSHA(?:256|512)?\}[\w+/=]{20,120}|\{SHA\}[\w+/=]{27,29}|[\w./]{13}(?=$|:))/;

/** Lines of htpasswd and shadow(5): a name and the hash of its password. */
export function readPasswordHashes(text: string): readonly Reading[] {
	return linesOf(text).flatMap(({ line, start }) => {
		const found = HASH.exec(line);
		if (found === null) return [];
		const [, user = '', value = ''] = found;
		const from = start + user.length + 1;
		return [
			reading({
				name: `password of ${user}`,
				value,
				start: from,
				end: from + value.length,
				slot: 'hash',
			}),
		];
	});
}

interface Line {
	readonly line: string;
	readonly start: number;
}

/** Without their ends; longer than any that people write are left out. */
function linesOf(text: string): readonly Line[] {
	const lines: Line[] = [];
	let start = 0;
	while (start < text.length) {
		const newline = text.indexOf('\n', start);
		const end = newline === -1 ? text.length : newline;
		const line = text.slice(start, end).replace(/\r$/, '');
		if (line.length <= 4_000) lines.push({ line, start });
		start = end + 1;
	}
	return lines;
}

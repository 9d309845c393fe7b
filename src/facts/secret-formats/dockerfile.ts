/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
	/** Upper case. */
	readonly keyword: string;
	/** What follows it, line ends of continued lines as spaces; of a here-document with its body. */
	readonly text: string;
	/** 1-based, of the keyword. */
	readonly line: number;
}

/** The instructions of a Dockerfile, in order; comments and parser directives are left out. */
export function parseDockerfile(text: string): readonly Instruction[] {
	const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
	const joins = /^#\s{0,4}escape\s{0,4}=\s{0,4}`/m.test(text.slice(0, 400)) ? '`' : '\\';
	const found: Instruction[] = [];
	for (let at = 0; at < lines.length; at++) {
		const head = /^\s{0,40}([A-Za-z]{2,12})(?:\s+(.*))?$/.exec(lines[at] ?? '');
		if (head === null) continue;
		const [, keyword = '', first = ''] = head;
		const line = at + 1;
		const parts = [first];
		while (continues(parts.at(-1), joins) && at + 1 < lines.length) {
			at++;
			// A comment between continued lines is no part of them.
			const next = lines[at] ?? '';
			if (/^\s*(?:#.*)?$/.test(next)) parts.push(joins);
			else parts.push(next);
		}
		const body = hereDocument(first, lines, at);
		at += body.length;
		const joined = parts.map((part) =>
			continues(part, joins) ? part.trimEnd().slice(0, -1) : part,
		);
		found.push({
			keyword: keyword.toUpperCase(),
			text: [joined.join(' ').trim(), ...body].join('\n'),
			line,
		});
	}
	return found;
}

const continues = (line: string | undefined, joins: string): boolean =>
	line?.trimEnd().endsWith(joins) ?? false;

/** Lines up to and with the word that ends the document; none where there is none. */
function hereDocument(first: string, lines: readonly string[], at: number): readonly string[] {
	const word = /<<-?["']?([A-Za-z_]\w{0,40})/.exec(first)?.[1];
	if (word === undefined) return [];
	const end = lines.findIndex((line, index) => index > at && line.trim() === word);
	return end === -1 ? [] : lines.slice(at + 1, end + 1);
}

/** What COPY or ADD takes from the build context; nothing for other stages and URLs. */
export function copiedFrom({ keyword, text }: Instruction): readonly string[] {
	if (keyword !== 'COPY' && keyword !== 'ADD') return [];
	if (/^(?:--\S+\s+)*--from=/.test(text) || text.includes('<<')) return [];
	const words = wordsIn(text.replace(/^(?:--\S+\s+)+/, ''));
	return words.slice(0, -1).filter((source) => !/^\w+:\/\//.test(source));
}

function wordsIn(text: string): readonly string[] {
	if (!text.startsWith('[')) return text.split(/\s+/).filter((word) => word !== '');
	return [...text.matchAll(/"([^"]{1,400})"/g)].map(([, word = '']) => word);
}

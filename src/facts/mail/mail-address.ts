import { fieldTokens } from './structured-field.ts';

/** One mailbox of an address list (RFC 5322 §3.4), without whose it is. */
export interface Mailbox {
	/** Lower case; empty where there is no `@`, or something other than a name behind it. */
	readonly domain: string;
	readonly local: string;
	/** Display name or comment, encoded words (RFC 2047) decoded, one character a byte. */
	readonly display: string;
}

/** Far more than any From has. */
const MOST_MAILBOXES = 200;

/** The mailboxes of a From, Reply-To or Return-Path field, groups opened. Never throws, linear. */
export function parseMailboxes(value: string): readonly Mailbox[] {
	const reader = new AddressReader();
	for (const { kind, text } of fieldTokens(value)) {
		if (kind === 'comment') reader.comment(text);
		else if (kind === 'quoted') reader.word(text);
		else if (kind === 'space') reader.word(' ');
		else for (const char of text) reader.char(char);
	}
	return reader.end().slice(0, MOST_MAILBOXES);
}

class AddressReader {
	readonly #found: Mailbox[] = [];
	#before: string[] = [];
	/** Between `<` and `>`; `null` without them. */
	#address: string[] | null = null;
	#isInside = false;
	#comments: string[] = [];

	comment(text: string): void {
		this.#comments.push(text);
	}

	word(text: string): void {
		if (this.#isInside) this.#address?.push(text);
		else this.#before.push(text);
	}

	char(char: string): void {
		if (char === '<' && this.#address === null) {
			this.#address = [];
			this.#isInside = true;
		} else if (char === '>' && this.#isInside) this.#isInside = false;
		else if (this.#isInside) this.#address?.push(char);
		else if (char === ',' || char === ';') this.#flush();
		// The name of a group: what follows are its members.
		else if (char === ':') this.#before = [];
		else this.#before.push(char);
	}

	end(): readonly Mailbox[] {
		this.#flush();
		return this.#found;
	}

	#flush(): void {
		const before = this.#before.join('').trim();
		const address = (this.#address?.join('') ?? before).replace(/\s+/g, '');
		const display = this.#address === null ? this.#comments.join(' ') : before;
		this.#before = [];
		this.#address = null;
		this.#isInside = false;
		this.#comments = [];
		if (address === '') return;
		const at = address.lastIndexOf('@');
		const name =
			at === -1
				? ''
				: address
						.slice(at + 1)
						.toLowerCase()
						.replace(/\.$/, '');
		this.#found.push({
			domain: isDomain(name) ? name : '',
			local: at === -1 ? address : address.slice(0, at),
			display: decodedWords(display),
		});
	}
}

/** What DNS can be asked for; an address literal is none. */
export function isDomain(name: string): boolean {
	return (
		name.length <= 253 && /^[^.\s[\]<>()"@,;:\\]{1,63}(?:\.[^.\s[\]<>()"@,;:\\]{1,63})*$/.test(name)
	);
}

/** Encoded words become their bytes; white space between two of them goes (RFC 2047 §6.2). */
function decodedWords(text: string): string {
	return text
		.replace(/(\?=)[ \t]+(?==\?)/g, '$1')
		.replace(
			/=\?[a-z0-9*_-]{1,40}\?([bq])\?([^?\s]{0,500})\?=/gi,
			(_, encoding: string, word: string) =>
				encoding.toLowerCase() === 'b'
					? Buffer.from(word, 'base64').toString('latin1')
					: word
							.replaceAll('_', ' ')
							.replace(/=([0-9a-f]{2})/gi, (__, hex: string) =>
								String.fromCharCode(Number.parseInt(hex, 16)),
							),
		);
}

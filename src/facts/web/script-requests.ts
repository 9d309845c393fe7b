/** Programs name fewer addresses so openly. */
const MOST_URLS = 50;

/** What stands before the text of an address that is about to be asked. */
const CALLS =
	/(?:\bfetch|\.open\(\s{0,8}["'`](?:GET|POST|PUT|PATCH|DELETE|HEAD)["'`]\s{0,8},\s{0,8}|\bnew\s{1,8}(?:WebSocket|EventSource|Worker|SharedWorker)|\bimport|\bimportScripts|\.sendBeacon|\baxios(?:\.(?:get|post|put|patch|delete|request))?|\$\.(?:ajax|get|post|getJSON|getScript)|\bbaseURL\s{0,8}:)\s{0,8}\(?\s{0,8}$/;

const INSECURE = /^(?:http|ws):\/\/[^\s"'`\\$<>]+/i;

/** So much text is looked at before an address. */
const BEFORE = 64;

/**
 * Addresses by `http:` and `ws:` that a script asks for in so many words: `fetch("http://…")`,
 * `new WebSocket("ws://…")`, `xhr.open("GET", "http://…")`, `baseURL: "http://…"`. Code inside comments,
 * strings and regular expressions counts for nothing: documentation shows such lines. One pass over the
 * text where it could hold one, never throws.
 */
export function insecureRequests(script: string): readonly string[] {
	if (!/["'`](?:http|ws):\/\//i.test(script)) return [];
	const reader = new ScriptReader(script);
	while (reader.step());
	return [...new Set(reader.found)];
}

/** Where a slash begins a regular expression and divides nothing. */
const BEFORE_REGEX =
	/(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else))\s{0,16}$/;

class ScriptReader {
	readonly found: string[] = [];
	readonly #text: string;
	#at = 0;
	/** Braces open inside each `${` that is being read. */
	readonly #templates: number[] = [];

	constructor(text: string) {
		this.#text = text;
	}

	step(): boolean {
		if (this.#at >= this.#text.length || this.found.length >= MOST_URLS) return false;
		switch (this.#text[this.#at]) {
			case '/':
				this.#slash();
				break;
			case '"':
			case "'":
				this.#literal();
				break;
			case '`':
				this.#look();
				this.#at += 1;
				this.#template();
				break;
			case '{':
				this.#brace(1);
				break;
			case '}':
				this.#brace(-1);
				break;
			default:
				this.#at += 1;
		}
		return true;
	}

	#slash(): void {
		const next = this.#text[this.#at + 1];
		if (next === '/') this.#at = this.#after('\n', this.#at);
		else if (next === '*') this.#at = this.#after('*/', this.#at + 2);
		else if (BEFORE_REGEX.test(this.#text.slice(Math.max(0, this.#at - 24), this.#at)))
			this.#regex();
		else this.#at += 1;
	}

	#after(end: string, from: number): number {
		const found = this.#text.indexOf(end, from);
		return found === -1 ? this.#text.length : found + end.length;
	}

	/** Ends at its slash, or, where it was a division after all, at the end of the line. */
	#regex(): void {
		let isClass = false;
		for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
			const one = this.#text[this.#at];
			if (one === '\n') return;
			if (one === '\\') this.#at += 1;
			else if (one === '[') isClass = true;
			else if (one === ']') isClass = false;
			else if (one === '/' && !isClass) {
				this.#at += 1;
				return;
			}
		}
	}

	#literal(): void {
		this.#look();
		const quote = this.#text[this.#at];
		for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
			const one = this.#text[this.#at];
			if (one === '\\') this.#at += 1;
			else if (one === quote || one === '\n') break;
		}
		this.#at += 1;
	}

	/** From after its backtick, or after the end of a `${…}`, to the next `${` or its end. */
	#template(): void {
		for (; this.#at < this.#text.length; this.#at += 1) {
			const one = this.#text[this.#at];
			if (one === '\\') this.#at += 1;
			else if (one === '`') break;
			else if (one === '$' && this.#text[this.#at + 1] === '{') {
				this.#templates.push(0);
				this.#at += 2;
				return;
			}
		}
		this.#at += 1;
	}

	#brace(step: 1 | -1): void {
		this.#at += 1;
		const open = this.#templates.pop();
		if (open === undefined) return;
		if (step === -1 && open === 0) this.#template();
		else this.#templates.push(open + step);
	}

	/** The text that begins here, if it is asked for. */
	#look(): void {
		const begins = this.#text.slice(this.#at + 1, this.#at + 2_048);
		const [url] = INSECURE.exec(begins) ?? [];
		const before = this.#text.slice(Math.max(0, this.#at - BEFORE), this.#at);
		if (url !== undefined && CALLS.test(before)) this.found.push(url);
	}
}

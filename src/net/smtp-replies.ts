import type { Socket } from 'node:net';
import { whyStopped } from './wait.ts';

export interface Reply {
	readonly code: number;
	/** The text of each line, without code and separator. At least one. */
	readonly lines: readonly string[];
}

export interface NoReply {
	readonly how: 'silent' | 'reset' | 'bad-response';
	readonly detail: string;
}

/** RFC 5321 §4.5.3.1.5 has 512; servers that list many extensions stay far below these. */
const LONGEST_LINE = 2_048;
const MOST_LINES = 200;

/**
 * Reads replies (RFC 5321 §4.2) from a socket in clear. Stricter than most clients: every line of a
 * reply has the same code, and the code is 2xx to 5xx. Looser: a bare LF ends a line too.
 */
export class SmtpReplies {
	readonly #socket: Socket;
	readonly #signal: AbortSignal;
	#buffer = '';
	#isClosed = false;
	#wake: () => void = () => {};
	readonly #onData = (chunk: Buffer) => {
		// More than any reply may have is not kept.
		if (this.#buffer.length <= LONGEST_LINE * MOST_LINES) this.#buffer += chunk.toString('latin1');
		this.#wake();
	};
	readonly #onEnd = () => {
		this.#isClosed = true;
		this.#wake();
	};

	constructor(socket: Socket, signal: AbortSignal) {
		this.#socket = socket;
		this.#signal = signal;
		socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd);
	}

	write(command: string): void {
		this.#socket.write(`${command}\r\n`, 'latin1');
	}

	/** Sends a command and reads its reply; what had come before the command was no reply to it. */
	ask(command: string, timeoutMs: number): Promise<Reply | NoReply> {
		this.#buffer = '';
		this.write(command);
		return this.next(timeoutMs);
	}

	async next(timeoutMs: number): Promise<Reply | NoReply> {
		let isLate = false;
		const stop = () => this.#wake();
		const timer = setTimeout(() => {
			isLate = true;
			this.#wake();
		}, timeoutMs);
		this.#signal.addEventListener('abort', stop, { once: true });
		try {
			for (;;) {
				if (this.#signal.aborted) throw whyStopped(this.#signal);
				const reply = this.#take();
				if (reply !== null) return reply;
				if (this.#isClosed) return { how: 'reset', detail: 'the connection was closed' };
				if (isLate) return { how: 'silent', detail: `nothing came within ${timeoutMs} ms` };
				await new Promise<void>((resolve) => {
					this.#wake = resolve;
				});
			}
		} finally {
			clearTimeout(timer);
			this.#signal.removeEventListener('abort', stop);
		}
	}

	/** Leaves the socket to somebody else and forgets what was sent unasked. */
	release(): void {
		this.#socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd);
		this.#socket.pause();
		this.#buffer = '';
	}

	/** A whole reply from the front of the buffer; `null` while there is none. */
	#take(): Reply | NoReply | null {
		const lines: string[] = [];
		let code = '';
		for (let start = 0; ; ) {
			const end = this.#buffer.indexOf('\n', start);
			if (end === -1) {
				const isTooLong = this.#buffer.length - start > LONGEST_LINE;
				return isTooLong ? bad(this.#buffer.slice(start)) : null;
			}
			const line = this.#buffer.slice(start, end).replace(/\r$/, '');
			const [, digits = '', separator = '', text = ''] = REPLY_LINE.exec(line) ?? [];
			const isOther = code !== '' && digits !== code;
			if (digits === '' || isOther || line.length > LONGEST_LINE || lines.length >= MOST_LINES) {
				return bad(line);
			}
			code = digits;
			lines.push(text);
			start = end + 1;
			if (separator !== '-') {
				this.#buffer = this.#buffer.slice(start);
				return { code: Number(code), lines };
			}
		}
	}
}

const REPLY_LINE = /^([2-5]\d\d)(?:([ -])(.*))?$/s;

function bad(line: string): NoReply {
	return { how: 'bad-response', detail: `no SMTP reply: ${JSON.stringify(line.slice(0, 80))}` };
}

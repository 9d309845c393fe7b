import { argumentsAt, literalOf, memberOf, withoutComments } from './code-text.ts';
import { lineAt } from './package-scripts.ts';
import { optionOf, type SimpleCommand } from './shell-command.ts';

/** Where a server waits for requests, as far as its code or command tells. */
export interface Listening {
	/** `app.listen(3000)`. */
	readonly written: string;
	/** 1-based; 0 in a command. */
	readonly line: number;
	/** `null` where it comes from outside, or is not told. */
	readonly port: number | null;
	/** Nobody outside the container reaches it. */
	readonly loopback: boolean;
	/** The same, written to take what the platform gives. */
	readonly instead: string;
}

/** Not told: another program decides. */
type Told<T> = T | 'outside' | 'unknown';

const MOST_SHOWN = 80;
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/i;

/** The calls that open a port in JavaScript, TypeScript, Python or Go; by the file's ending. */
export function listeningIn(path: string, text: string): readonly Listening[] {
	if (/\.[cm]?[jt]sx?$/.test(path)) return inScript(withoutComments(text, 'c'));
	if (path.endsWith('.py')) return inPython(withoutComments(text, 'hash'));
	return path.endsWith('.go') ? inGo(withoutComments(text, 'c')) : [];
}

/** Cheap: whether it is worth more than a look. */
export const mayListen = (text: string): boolean =>
	/\.listen\s*\(|\bserve\s*\(|\.run\s*\(|ListenAndServe|\.(?:Run|Start|Listen)\s*\(/.test(text);

function inScript(code: string): readonly Listening[] {
	const calls = /(?:\b([A-Za-z_$][\w$]{0,40})|\))\s*\.\s*listen\s*\(|\b(?:Bun\.)?serve\s*\(\s*(?=\{)/g;
	const found: Listening[] = [];
	for (const call of [...code.matchAll(calls)].slice(0, 20)) {
		const open = code.indexOf('(', call.index + call[0].search(/listen|serve/));
		const args = argumentsAt(code, open);
		if (args === null || args.length === 0) continue;
		const options = (args[0] ?? '').startsWith('{') ? (args[0] ?? '') : null;
		// Of `serve`, only where a port is among what it is told: any function may be called so.
		if (/serve\s*\(\s*$/.test(call[0]) && memberOf(options ?? '', 'port') === null) continue;
		const port = valueIn(code, options === null ? (args[0] ?? '') : (memberOf(options, 'port') ?? ''));
		const second = /^(?:async\b|\(|function\b)/.test(args[1] ?? '') ? undefined : args[1];
		const host = options === null ? second : (memberOf(options, 'host') ?? memberOf(options, 'hostname'));
		const shown = `${call[0].replace(/\s+/g, '').replace(/\($/, '')}(${args.filter((arg) => arg.length < 60).join(', ')})`;
		const isFastify = call[1] !== undefined && isMadeByFastify(code, call[1]);
		const listening = {
			written: shown.replace(/\s+/g, ' ').slice(0, MOST_SHOWN),
			line: lineAt(code, call.index),
			port: portFrom(port),
			loopback:
				host === undefined || host === null ? isFastify : isLoopback(valueIn(code, host)),
			instead:
				options === null && !isFastify
					? `${call[1] ?? 'server'}.listen(process.env.PORT || 3000, '0.0.0.0')`
					: "{ port: Number(process.env.PORT) || 3000, host: '0.0.0.0' }",
		};
		if (port === 'unknown' && !listening.loopback) continue;
		found.push(listening);
	}
	return found;
}

/** Fastify listens on localhost unless told otherwise (its documentation, "A note about listen"). */
const isMadeByFastify = (code: string, name: string): boolean =>
	/\bfastify\b/.test(code) &&
	new RegExp(`\\b${name.replace(/\$/g, '\\$')}(?:\\s*:\\s*[\\w<>., ]{1,60})?\\s*=\\s*(?:await\\s+)?[fF]astify\\s*(?:<[^>]{0,60}>)?\\(`).test(code);

const isLoopback = (host: Told<string>): boolean => LOOPBACK.test(host);

function portFrom(value: Told<string>): number | null {
	const port = /^\d{2,5}$/.test(value) ? Number(value) : 0;
	return port > 0 && port < 65_536 ? port : null;
}

const DEEPEST = 4;

/** A literal, or where it comes from; names are followed within the file. */
function valueIn(code: string, expression: string, depth = 0): Told<string> {
	const plain = expression
		.trim()
		.replace(/\s+as\s+\w+$/, '')
		.replace(/^(?:Number|parseInt|String|int|str|\+)\s*\(?\s*/, '')
		.replace(/(?:,\s*10)?\s*\)$/, '')
		.trim();
	if (/\benv(?:iron)?\b|getenv|Env\b|argv|config|Config|settings/.test(plain)) return 'outside';
	if (/^\d+$/.test(plain)) return plain;
	const literal = literalOf(plain);
	if (literal !== null) return literal;
	if (!/^[A-Za-z_$][\w$]{0,60}$/.test(plain) || depth >= DEEPEST) return 'unknown';
	const name = plain.replace(/\$/g, '\\$');
	const assigned = new RegExp(
		`(?:^|[\\s;(,])${name}(?:\\s*:\\s*[\\w |]{1,40})?\\s*(?::?=)(?!=|>)\\s*([^;\\n]{1,200})`,
	).exec(code)?.[1];
	if (assigned !== undefined) {
		// `const { PORT = 3000 } = process.env` reads it from outside.
		if (/\}\s*=\s*\S*env/.test(assigned)) return 'outside';
		return valueIn(code, assigned.replace(/,\s*\w+\s*=.*$/, ''), depth + 1);
	}
	return /\{[^{}]{0,300}\b/.test(code) && new RegExp(`\\{[^{}]{0,300}\\b${name}\\b[^{}]{0,300}\\}\\s*=\\s*\\S*env`).test(code)
		? 'outside'
		: 'unknown';
}

function inPython(code: string): readonly Listening[] {
	const calls = /\b([A-Za-z_]\w{0,40})\.run(?:_server|_app)?\s*\(/g;
	return [...code.matchAll(calls)].slice(0, 20).flatMap((call) => {
		const name = call[1] ?? '';
		const isUvicorn = name === 'uvicorn';
		const isFlask = new RegExp(`\\b${name}\\s*=\\s*(?:flask\\.)?Flask\\s*\\(`).test(code);
		if (!isUvicorn && !isFlask) return [];
		const args = argumentsAt(code, call.index + call[0].length - 1) ?? [];
		const named = (key: string) =>
			args.find((arg) => new RegExp(`^${key}\\s*=`).test(arg))?.replace(/^\w+\s*=\s*/, '');
		const [host, port] = [named('host'), named('port')].map((value) =>
			value === undefined ? undefined : valueIn(code, value),
		);
		// Both listen on 127.0.0.1 unless told: Flask on 5000, uvicorn on 8000.
		return [
			{
				written: `${name}.run(${args.join(', ')})`.replace(/\s+/g, ' ').slice(0, MOST_SHOWN),
				line: lineAt(code, call.index),
				port: port === undefined ? (isFlask ? 5000 : 8000) : portFrom(port),
				loopback: host === undefined ? true : isLoopback(host),
				instead: `${name}.run(${isUvicorn ? `${args[0] ?? 'app'}, ` : ''}host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))`,
			},
		];
	});
}

function inGo(code: string): readonly Listening[] {
	if (/Getenv\s*\(\s*"PORT"|LookupEnv\s*\(\s*"PORT"/.test(code)) return [];
	const calls = /\b(?:http\.ListenAndServe|\w{1,30}\.(?:Run|Start|Listen))\s*\(\s*"([\w.[\]:-]*):(\d{2,5})"/g;
	return [...code.matchAll(calls)].slice(0, 20).map((call) => ({
		written: call[0].slice(0, MOST_SHOWN),
		line: lineAt(code, call.index),
		port: Number(call[2]),
		loopback: LOOPBACK.test(call[1] ?? ''),
		instead: 'http.ListenAndServe(":"+os.Getenv("PORT"), handler)',
	}));
}

interface CommandRule {
	readonly program: RegExp;
	/** Of the arguments. */
	readonly with?: RegExp;
	readonly host: readonly string[];
	readonly port: readonly string[];
	/** `host:port` in one. */
	readonly bind: readonly string[];
	/** Where nothing is told; `null` port: PORT is read. */
	readonly usual: { readonly host: string; readonly port: number | null };
	/** Says that something else decides. */
	readonly unless?: RegExp;
	readonly instead: string;
}

/** Defaults as each program's documentation gives them. */
const COMMANDS: readonly CommandRule[] = [
	{
		program: /^uvicorn$/,
		host: ['--host'],
		port: ['--port'],
		bind: [],
		usual: { host: '127.0.0.1', port: 8000 },
		unless: /--(?:uds|fd)\b/,
		instead: '--host 0.0.0.0 --port $PORT',
	},
	{
		program: /^hypercorn$/,
		host: [],
		port: [],
		bind: ['--bind', '-b'],
		usual: { host: '127.0.0.1', port: 8000 },
		unless: /(?:^|\s)(?:-c|--config)\b/,
		instead: '--bind 0.0.0.0:$PORT',
	},
	{
		program: /^gunicorn$/,
		host: [],
		port: [],
		bind: ['--bind', '-b'],
		usual: { host: '0.0.0.0', port: null },
		unless: /(?:^|\s)(?:-c|--config)\b/,
		instead: '--bind 0.0.0.0:$PORT',
	},
	{
		program: /^daphne$/,
		host: ['-b', '--bind'],
		port: ['-p', '--port'],
		bind: [],
		usual: { host: '127.0.0.1', port: 8000 },
		instead: '-b 0.0.0.0 -p $PORT',
	},
	{
		program: /^flask$/,
		with: /\brun\b/,
		host: ['-h', '--host'],
		port: ['-p', '--port'],
		bind: [],
		usual: { host: '127.0.0.1', port: 5000 },
		instead: '--host 0.0.0.0 --port $PORT',
	},
	{
		program: /^fastapi$/,
		with: /^run\b/,
		host: ['--host'],
		port: ['--port'],
		bind: [],
		usual: { host: '0.0.0.0', port: 8000 },
		instead: '--port $PORT',
	},
	{
		program: /^waitress-serve$/,
		host: ['--host'],
		port: ['--port'],
		bind: ['--listen'],
		usual: { host: '0.0.0.0', port: 8080 },
		instead: '--port=$PORT',
	},
	{
		program: /^next$/,
		with: /^start\b/,
		host: ['-H', '--hostname'],
		port: ['-p', '--port'],
		bind: [],
		usual: { host: '0.0.0.0', port: null },
		instead: 'next start',
	},
	{
		program: /^vite$/,
		with: /^preview\b/,
		host: ['--host'],
		port: ['--port'],
		bind: [],
		usual: { host: 'localhost', port: 4173 },
		instead: '--host 0.0.0.0 --port $PORT',
	},
	{
		program: /^(?:serve|http-server)$/,
		host: ['-a'],
		port: ['-p', '--port'],
		bind: ['-l', '--listen'],
		usual: { host: '0.0.0.0', port: null },
		instead: '-l tcp://0.0.0.0:$PORT',
	},
	{
		program: /^rails$/,
		with: /^(?:server|s)\b/,
		host: ['-b', '--binding'],
		port: ['-p', '--port'],
		bind: [],
		usual: { host: '0.0.0.0', port: null },
		instead: '-b 0.0.0.0 -p $PORT',
	},
	{
		program: /^puma$/,
		host: [],
		port: ['-p', '--port'],
		bind: ['-b', '--bind'],
		usual: { host: '0.0.0.0', port: null },
		instead: '-b tcp://0.0.0.0:$PORT',
	},
	{
		program: /^streamlit$/,
		with: /^run\b/,
		host: ['--server.address'],
		port: ['--server.port'],
		bind: [],
		usual: { host: '0.0.0.0', port: null },
		instead: '--server.port $PORT --server.address 0.0.0.0',
	},
];

/** `null` for a program of which nothing is known. */
export function listeningOf({ words, variables }: SimpleCommand): Listening | null {
	const [program = '', ...args] = words;
	const text = args.join(' ');
	const rule = COMMANDS.find(
		(one) => one.program.test(program) && (one.with?.test(text) ?? true),
	);
	if (rule === undefined || rule.unless?.test(text) === true) return null;
	const bound = rule.bind.length === 0 ? null : optionOf(args, ...rule.bind);
	const [boundHost, boundPort] = bound === null ? [null, null] : hostAndPort(bound);
	const host = boundHost ?? hostGiven(args, rule) ?? variables['HOST'] ?? rule.usual.host;
	const port = boundPort ?? (rule.port.length === 0 ? null : optionOf(args, ...rule.port));
	if (bound?.startsWith('unix:') === true || bound?.startsWith('fd:') === true) return null;
	const usual = bound === null && variables['PORT'] === undefined ? rule.usual.port : null;
	return {
		written: `${program} ${text}`.trim().slice(0, MOST_SHOWN),
		line: 0,
		port: port === null ? usual : portFrom(port.startsWith('$') ? 'outside' : port),
		loopback: LOOPBACK.test(host),
		instead: rule.instead,
	};
}

/** `--host` of some programs needs no value, and then means every address. */
function hostGiven(args: readonly string[], rule: CommandRule): string | null {
	if (rule.host.length === 0) return null;
	const value = optionOf(args, ...rule.host);
	return value === '' || value?.startsWith('-') === true ? '0.0.0.0' : value;
}

function hostAndPort(bind: string): readonly [host: string | null, port: string | null] {
	const plain = bind.replace(/^(?:tcp|http|ssl):\/\//, '').replace(/\?.*$/, '');
	if (/^\d+$/.test(plain)) return [null, plain];
	const colon = plain.lastIndexOf(':');
	if (colon === -1) return [plain, null];
	return [plain.slice(0, colon) || '0.0.0.0', plain.slice(colon + 1)];
}

import { argumentsAt, literalOf, withoutComments } from './code-text.ts';
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
	/** Another file, or the environment, decides where and whether. */
	readonly isOpen: boolean;
	/** The port is what PORT says. */
	readonly readsPort: boolean;
	/** The same, written to take what the platform gives. */
	readonly instead: string;
}

const MOST_SHOWN = 80;
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)$/i;

/** The calls that open a port in Python or Go; by the file's ending. */
export function listeningIn(path: string, text: string): readonly Listening[] {
	if (path.endsWith('.py')) return inPython(withoutComments(text, 'hash'));
	return path.endsWith('.go') ? inGo(withoutComments(text, 'c')) : [];
}

/** Cheap: whether it is worth more than a look. */
export const mayListen = (text: string): boolean =>
	/\.listen\s*\(|\bserve\s*\(|\.run\s*\(|ListenAndServe|\.(?:Run|Start|Listen)\s*\(/.test(text);

const FROM_OUTSIDE = /\benv(?:iron)?\b|getenv|argv|config|settings/i;

/** A literal, or `null`: names are followed within the file. */
function literalIn(code: string, expression: string, depth = 0): string | null {
	const plain = expression
		.trim()
		.replace(/^(?:int|str)\s*\(([^()]*)\)$/, '$1')
		.trim();
	if (FROM_OUTSIDE.test(plain)) return null;
	if (/^\d+$/.test(plain)) return plain;
	const literal = literalOf(plain);
	if (literal !== null) return literal;
	if (!/^[A-Za-z_]\w{0,60}$/.test(plain) || depth > 3) return null;
	const assigned = [
		...code.matchAll(new RegExp(`^\\s*${plain}\\s*(?::\\s*\\w+\\s*)?=(?!=)([^\\n]{1,200})`, 'gm')),
	];
	const [only] = assigned;
	return assigned.length === 1 && only !== undefined
		? literalIn(code, only[1] ?? '', depth + 1)
		: null;
}

function portFrom(text: string | null): number | null {
	const port = text !== null && /^\d{2,5}$/.test(text) ? Number(text) : 0;
	return port > 0 && port < 65_536 ? port : null;
}

/** Both listen on 127.0.0.1 unless told. */
const PYTHON_PORTS = { flask: 5000, uvicorn: 8000 } as const;

function inPython(code: string): readonly Listening[] {
	const calls = /\b([A-Za-z_]\w{0,40})\.run\s*\(/g;
	return [...code.matchAll(calls)].slice(0, 20).flatMap((call) => {
		const name = call[1] ?? '';
		const by = name === 'uvicorn' ? 'uvicorn' : isFlask(code, name) ? 'flask' : null;
		if (by === null) return [];
		const args = argumentsAt(code, call.index + call[0].length - 1) ?? [];
		return [
			{
				written: `${name}.run(${args.join(', ')})`.replace(/\s+/g, ' ').slice(0, MOST_SHOWN),
				line: lineAt(code, call.index),
				...pythonArguments(code, args, PYTHON_PORTS[by]),
				instead: `${name}.run(${by === 'uvicorn' ? `${args[0] ?? 'app'}, ` : ''}host="0.0.0.0", port=int(os.environ.get("PORT", "8000")))`,
			},
		];
	});
}

function pythonArguments(code: string, args: readonly string[], usual: number) {
	const named = (key: string) =>
		args.find((arg) => new RegExp(`^${key}\\s*=`).test(arg))?.replace(/^\w+\s*=\s*/, '') ?? null;
	const [host, port] = [named('host'), named('port')];
	const fixed = port === null ? usual : portFrom(literalIn(code, port));
	const isGiven = port !== null && /environ|getenv/.test(port);
	return {
		port: fixed,
		loopback: host === null || LOOPBACK.test(literalIn(code, host) ?? ''),
		isOpen: args.some((arg) => arg.startsWith('*')) || (fixed === null && !isGiven),
		readsPort: isGiven,
	};
}

/** Whether a name is an application of Flask, whose `run` is its development server. */
export const isFlask = (code: string, name: string): boolean =>
	new RegExp(`^\\s*${name}\\s*=\\s*(?:flask\\.)?Flask\\s*\\(`, 'm').test(code);

function inGo(code: string): readonly Listening[] {
	if (/Getenv\s*\(\s*"PORT"|LookupEnv\s*\(\s*"PORT"/.test(code)) return [];
	const calls =
		/\b(?:http\.ListenAndServe|\w{1,30}\.(?:Run|Start|Listen))\s*\(\s*"([\w.[\]:-]*):(\d{2,5})"/g;
	return [...code.matchAll(calls)].slice(0, 20).map((call) => ({
		written: `${call[0].slice(0, MOST_SHOWN)}…)`,
		line: lineAt(code, call.index),
		port: Number(call[2]),
		loopback: LOOPBACK.test(call[1] ?? ''),
		isOpen: false,
		readsPort: false,
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
		usual: { host: '0.0.0.0', port: null },
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

const OWN_VARIABLE = /^(?:UVICORN|GUNICORN|FLASK_RUN|STREAMLIT|HYPERCORN|HOST(?:NAME)?$|BIND)/;

/** `null` for a program of which nothing is known, or that something else decides for. */
export function listeningOf({ words, variables }: SimpleCommand): Listening | null {
	const [program = '', ...args] = words;
	const text = args.join(' ');
	const rule = COMMANDS.find((one) => one.program.test(program) && (one.with?.test(text) ?? true));
	const isDecided =
		rule?.unless?.test(text) === true ||
		Object.keys(variables).some((name) => OWN_VARIABLE.test(name));
	return rule === undefined || isDecided ? null : toldBy(rule, program, args);
}

function toldBy(rule: CommandRule, program: string, args: readonly string[]): Listening | null {
	const text = args.join(' ');
	const bound = rule.bind.length === 0 ? null : optionOf(args, ...rule.bind);
	const [boundHost, boundPort] = bound === null ? [null, null] : hostAndPort(bound);
	const host = boundHost ?? hostGiven(args, rule) ?? rule.usual.host;
	const port = boundPort ?? (rule.port.length === 0 ? null : optionOf(args, ...rule.port));
	if (bound?.startsWith('unix:') === true || bound?.startsWith('fd:') === true) return null;
	const usual = bound === null ? rule.usual.port : null;
	const isGiven = port?.startsWith('$') === true;
	return {
		written: `${program} ${text}`.trim().slice(0, MOST_SHOWN),
		line: 0,
		port: port === null ? usual : portFrom(port),
		loopback: LOOPBACK.test(host),
		isOpen: host.startsWith('$') || (port !== null && !isGiven && portFrom(port) === null),
		readsPort: port === null ? usual === null : /^\$\{?PORT\b/.test(port),
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

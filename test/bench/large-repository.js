import { spawn } from 'node:child_process';
import { once } from 'node:events';

const GIT = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', PATH: process.env.PATH };

/** The same numbers in every run (mulberry32). */
function seeded(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

const WORDS =
	'account address amount api app array async await balance basket body branch buffer build cache cart charge checkout child class client config connect const context cookie count create currency customer data database date default delete delivery description detail discount document element email empty entry error event export extends fetch field file filter find form format from function handle header height host html import index info input instance invoice item json key label language layout length level limit list load locale log map match message method model module name node null number object offset option order page params parse path payload payment plan position price process product profile promise props provider public query queue range read record redirect region request reset resolve response result return role route row schema scope search select sequence server service session set settings shipping sign size sort source start state status stock store stream string style submit subscription success table target task template test text time title total track type update url user value variant version view webhook width window write'.split(
		' ',
	);

/** Lines as people write them: names, calls, strings, comments, with what scanners must tell from secrets. */
function lineOf(random) {
	const word = () => WORDS[Math.floor(random() * WORDS.length)];
	const camel = () => word() + word().replace(/^./, (letter) => letter.toUpperCase());
	const hex = (length) =>
		Array.from({ length }, () => '0123456789abcdef'[Math.floor(random() * 16)]).join('');
	switch (Math.floor(random() * 14)) {
		case 0:
			return `import { ${camel()}, ${camel()} } from '../${word()}/${word()}.ts';`;
		case 1:
			return `\tconst ${camel()} = await ${word()}.${camel()}(${word()}, { ${word()}: '${word()} ${word()}' });`;
		case 2:
			return `\tif (${camel()}.${word()} === null) return ${word()}.${word()};`;
		case 3:
			return `// The ${word()} of the ${word()} is not the ${word()} that ${word()} and ${word()} give.`;
		case 4:
			return `export function ${camel()}(${word()}: string, ${word()}: number): ${camel()} {`;
		case 5:
			return `\t\t<div className="${word()}-${word()} ${word()}">{${camel()}(${word()}.${word()})}</div>`;
		case 6:
			return `\treturn { ${word()}: ${camel()}, ${word()}: ${camel()}, ${word()}: ${Math.floor(random() * 9000)} };`;
		case 7:
			return `  "${word()}": { "version": "${Math.floor(random() * 9)}.${Math.floor(random() * 20)}.0", "resolved": "https://example.test/${word()}" },`;
		case 8:
			return `\t${word()}_token: process.env.${word().toUpperCase()}_TOKEN,`;
		case 9:
			return random() < 0.2 ? `  integrity: sha512-${hex(64)}` : `\tthis.${camel()} = ${word()};`;
		case 10:
			return `\tthrow new Error('no ${word()} for this ${word()}: ' + ${camel()}.${word()});`;
		case 11:
			return '}';
		default:
			return `\t${camel()}(${word()}.${word()}, ${word()} ?? ${Math.floor(random() * 100)});`;
	}
}

/**
 * A repository that is the same in every run: commits of three changes each over files of about a
 * thousand lines at most, packed. Keys stand in some and are taken out again a while later.
 */
export async function makeLargeRepository(folder, { commits, files = 2_000 }) {
	await git(['init', '-q', '-b', 'main', folder]);
	const random = seeded(20_261_125);
	const made = new Map();
	const child = spawn('git', ['-C', folder, 'fast-import', '--quiet'], {
		env: GIT,
		stdio: ['pipe', 'ignore', 'inherit'],
	});
	const closed = once(child, 'close');
	for (let at = 0; at < commits; at++) {
		const changed = new Map();
		for (let change = 0; change < 3; change++) {
			const number = Math.floor(random() * files);
			changed.set(number, nextVersion(made.get(number), random, at));
		}
		const time = 1_600_000_000 + at * 600;
		const parts = [
			`commit refs/heads/main\nauthor A <a@example.test> ${time} +0000\ncommitter A <a@example.test> ${time} +0000\ndata 1\nx\n`,
		];
		for (const [number, lines] of changed) {
			made.set(number, lines);
			const text = `${lines.join('\n')}\n`;
			parts.push(`M 100644 inline src/part${number % 97}/file${number}.ts\n`);
			parts.push(`data ${Buffer.byteLength(text)}\n${text}\n`);
		}
		if (!child.stdin.write(parts.join(''))) await once(child.stdin, 'drain');
	}
	child.stdin.end('done\n');
	await closed;
	await git(['-C', folder, 'repack', '-a', '-d', '-f', '-q']);
	await git(['-C', folder, 'reset', '-q', '--hard']);
}

function nextVersion(before, random, at) {
	if (before === undefined) {
		return Array.from({ length: 20 + Math.floor(random() ** 3 * 700) }, () => lineOf(random));
	}
	const lines = before.filter((line) => !line.startsWith('const liveKey'));
	for (let edits = 1 + Math.floor(random() ** 2 * 6); edits > 0; edits--) {
		const place = Math.floor(random() * lines.length);
		lines.splice(place, random() < 0.5 ? 1 : 0, lineOf(random));
	}
	if (at % 500 === 0) {
		const key = Array.from(
			{ length: 24 },
			() => 'abcdefghijkmnpqrstuvwxyz23456789'[Math.floor(random() * 32)],
		);
		lines.splice(3, 0, `const liveKey = '${['sk', 'live', key.join('')].join('_')}';`);
	}
	return lines;
}

async function git(args) {
	const child = spawn('git', args, { env: GIT, stdio: ['ignore', 'ignore', 'inherit'] });
	const [code] = await once(child, 'close');
	if (code !== 0) throw new Error(`git ${args.join(' ')} failed`);
}

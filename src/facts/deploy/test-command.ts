import { posix } from 'node:path';
import { type PackageManifest, resolveScripts } from './package-scripts.ts';
import { pathFrom } from './platform.ts';
import { commandsIn, type SimpleCommand } from './shell-command.ts';

/** What commands in a repository lead to: its packages, and its files of make-like tasks by path. */
export interface TaskSources {
	readonly packages: readonly PackageManifest[];
	/** Makefile, justfile, Taskfile, composer.json, tox.ini, shell scripts… */
	readonly texts: ReadonlyMap<string, string>;
}

/** Programs that run tests, whatever follows them. */
const TESTS =
	/^(?:vitest|jest|mocha|ava|tap|tape|jasmine|karma|uvu|qunit|testcafe|wtr|web-test-runner|wdio|nightwatch|codeceptjs|cucumber-js|cucumber|bats|pytest|py\.test|tox|nox|nose2|trial|unittest|behave|rspec|minitest|phpunit|pest|paratest|codecept|behat|gotestsum|ginkgo|ctest|busted|start-server-and-test|hspec|newman|maestro|detox|xctest|nextest|testem|tsd|lost-pixel|backstop)$/;

/** Programs with a word that makes them run tests. */
const WITH_WORD: readonly (readonly [program: RegExp, words: RegExp])[] = [
	[/^playwright(?:-core)?$/, /^(?:test|run-server)$/],
	[/^cypress$/, /^(?:run|run-ct)$/],
	[
		/^(?:react-scripts|craco|react-app-rewired|umi|umi-test|razzle|ember|ng|vue-cli-service|aegir|preconstruct|kcd-scripts|tsdx|dts|bun|deno|flutter|dart|swift|xcodebuild|go|cargo|mix|dotnet|rails|lein|stack|cabal|zig|forge|hardhat|truffle|anchor|elm-test|sbt|bazel|bazelisk|buck2?|pants|hatch|pdm|crystal|gleam|rebar3|nimble|artisan|wp-scripts|scala-cli|clj|clojure|melos|molecule|helm|nf-test|dbt|opa|conftest|tofu|terraform|earthly|dagger|nx|kurtosis)$/,
		/^(?:[\w:@./+-]*[:+])?(?:test|tests|test:[\w:-]+|unit|e2e|spec|nextest|unit-test)$/i,
	],
	[/^(?:manage\.py|django-admin)$/, /^test$/],
	[/^coverage$/, /^run$/],
	[/^(?:rake|rails)$/, /^(?:test|spec|default)(?::[\w:]+)?$/],
	[/^node$/, /^--test(?:=.*)?$/],
	[/^(?:ruby)$/, /^-Itest$/],
];

const JVM = /^(?:mvn|mvnw|mvnd|gradle|gradlew)$/;
const JVM_GOALS =
	/^(?::?[\w-]+:)*(?:test|verify|install|package|deploy|check|build|integrationTest|allTests|testDebugUnitTest|jacocoTestReport|connectedAndroidTest|connectedCheck|koverVerify)$/;
const JVM_SKIPS = /^-D(?:skipTests|maven\.test\.skip)(?:=true)?$/;

/** A script or task of this name runs tests, where it cannot be followed. */
const TEST_NAME =
	/^(?:[\w@./-]+[:#])?(?:tests?|unit|unit-?tests?|e2e|specs?|integration|coverage|vitest|jest|pytest)(?:[:._-][\w:.*-]*)?$/i;

/** Whether a shell script, run in a folder, comes to a program that runs tests. */
export function runsTests(script: string, folder: string, sources: TaskSources): boolean {
	return commandsOf(script).some((command) => testsBy(command, { folder, sources, depth: 0 }));
}

/** With continued lines joined and comments taken out. */
export function commandsOf(script: string): readonly SimpleCommand[] {
	const text = script
		.replace(/\\\r?\n/g, ' ')
		.replace(/`\r?\n/g, ' ')
		.replace(/^\s*#.*$/gm, '')
		.replace(/\$\{\{[^}]{0,400}\}\}/g, '$X')
		.replace(
			/^\s*(?:if|elif|while|until)\s+(?:!\s*)?|^\s*(?:then|do|else|fi|done|timeout\s+\S+|xvfb-run(?:\s+-\S+)*|retry)(?=\s|$)[^\S\n]*/gm,
			'',
		);
	return text
		.split('\n')
		.slice(0, 1_000)
		.flatMap((line) => commandsIn(line));
}

interface Place {
	readonly folder: string;
	readonly sources: TaskSources;
	readonly depth: number;
}

const DEEPEST = 6;

function testsBy(command: SimpleCommand, place: Place): boolean {
	if (place.depth > DEEPEST) return false;
	const plain = { ...command, words: plainWords(command.words) };
	if (isTest(plain.words)) return true;
	if (plain.words[0] === 'cd') return false;
	return (
		testsByScript(plain, place) ||
		testsByTask(plain.words, place) ||
		testsInside(plain.words, place)
	);
}

/** `npm t` and its other short names written out. */
function plainWords(words: readonly string[]): readonly string[] {
	const [program = '', first = ''] = words;
	if (program !== 'npm') return words;
	if (/^(?:t|tst)$/.test(first)) return ['npm', 'test', ...words.slice(2)];
	if (/^(?:it|cit|install-test|install-ci-test)$/.test(first)) return ['npm', 'test'];
	return words;
}

function isTest(words: readonly string[]): boolean {
	const [program = '', ...rest] = words;
	const name = program.replace(/@[\w.^~-]+$/, '').replace(/\.(?:bat|cmd|exe|js|cjs|mjs)$/i, '');
	// To ask a program for its version runs nothing.
	if (
		rest.some((word) => /^(?:--version|--help|--init|install|init|list-tests)$/.test(word)) &&
		rest.length <= 2
	) {
		return false;
	}
	if (JVM.test(name)) {
		if (rest.some((word) => JVM_SKIPS.test(word))) return false;
		const excluded = rest.some(
			(word, at) => /^(?:-x|--exclude-task)$/.test(word) && /test|check/i.test(rest[at + 1] ?? ''),
		);
		return !excluded && rest.some((word) => JVM_GOALS.test(word));
	}
	if (TESTS.test(name)) return true;
	// The default task of rake is its tests, as good as everywhere.
	if (name === 'rake' && rest.length === 0) return true;
	return WITH_WORD.some(
		([pattern, word]) => pattern.test(name) && rest.some((one) => word.test(one)),
	);
}

const MANAGER = /^(?:npm|pnpm|yarn|bun|lerna|turbo|nx|rush|wireit|moon|ultra|wsrun)$/;
const MANY =
	/^(?:-r|--recursive|-ws|--workspaces|--filter(?:=.*)?|-F|--workspace(?:=.*)?|-w|foreach|workspaces|workspace|run-many|affected|-t|--targets?(?:=.*)?)$/;

function testsByScript(command: SimpleCommand, place: Place): boolean {
	const { folder, sources, depth } = place;
	const [program = ''] = command.words;
	const name = program.replace(/@[\w.^~-]+$/, '');
	if (!MANAGER.test(name) && program !== 'node') return false;
	const resolved = resolveScripts([command], folder, sources.packages);
	for (const { command: inner, through, script } of resolved) {
		if (through.length > 0) {
			const manifest = sources.packages.find(({ file }) => file === script?.file);
			const before = manifest?.scripts[`pre${through.at(-1)?.replace(/^.* /, '')}`];
			const next = { folder: manifest?.folder ?? folder, sources, depth: depth + 1 };
			if (testsBy(inner, next)) return true;
			if (before !== undefined && commandsOf(before).some((one) => testsBy(one, next))) return true;
		}
	}
	if (resolved.some(({ through }) => through.length > 0)) return false;
	return runsInSome(command.words, place);
}

const TO_MANY = /^(?:lerna|turbo|nx|rush|moon|wsrun|ultra)$/;

/** A task that several packages have under one name, or that no package here has. */
function runsInSome(words: readonly string[], place: Place): boolean {
	const isMany = TO_MANY.test(words[0] ?? '') || words.some((word) => MANY.test(word));
	const names = words
		.slice(1)
		.flatMap((word) => word.replace(/^--targets?=/, '').split(','))
		.filter((word) => /^[\w:.-]+$/.test(word) && !word.startsWith('-') && !MANY.test(word))
		.filter((word) => !/^(?:run|run-script|exec)$/.test(word))
		.map((word) => word.replace(/^:/, ''));
	if (/^(?:install|i|ci|add|dlx)$/.test(names[0] ?? '')) return false;
	return names.slice(0, isMany ? 50 : 1).some((name) => isTestTask(name, isMany, place));
}

function isTestTask(name: string, isMany: boolean, { sources, depth }: Place): boolean {
	const task = name.replace(/^.*[:#](?=test)/, '');
	const having = sources.packages.filter(({ scripts }) => Object.hasOwn(scripts, task));
	if (isMany && having.length > 0) {
		return having.some(({ scripts, folder }) =>
			commandsOf(scripts[task] ?? '').some((one) =>
				testsBy(one, { folder, sources, depth: depth + 1 }),
			),
		);
	}
	// npm refuses a script that no package has.
	return having.length === 0 && TEST_NAME.test(name) && (isMany || sources.packages.length === 0);
}

const TASK_FILES: readonly (readonly [program: RegExp, file: RegExp])[] = [
	[/^(?:make|gmake)$/, /(?:^|\/)(?:GNU)?[Mm]akefile$/],
	[/^just$/, /(?:^|\/)\.?[Jj]ustfile$/],
	[/^task$/, /(?:^|\/)[Tt]askfile\.ya?ml$/],
	[/^composer$/, /(?:^|\/)composer\.json$/],
	[/^invoke|inv$/, /(?:^|\/)tasks\.py$/],
];

function testsByTask(words: readonly string[], place: Place): boolean {
	const [program = '', ...rest] = words;
	const pattern = TASK_FILES.find(([name]) => name.test(program))?.[1];
	if (pattern === undefined) return testsByFile(words, place);
	const folder = folderGiven(words, place.folder);
	const text = [...place.sources.texts].find(
		([path]) => pattern.test(path) && posix.dirname(path) === (folder || '.'),
	)?.[1];
	const names = rest.filter(
		(word) => /^[\w:./-]+$/.test(word) && !word.startsWith('-') && word !== folder,
	);
	const tasks =
		names.length === 0 ? [''] : names.filter((name) => name !== 'run-script' && name !== 'run');
	return tasks.some((name) => {
		const body = text === undefined ? null : taskIn(program, text, name);
		if (body === null) return TEST_NAME.test(name);
		const next = { ...place, folder, depth: place.depth + 1 };
		return (
			commandsOf(body.script).some((one) => testsBy(one, next)) ||
			body.needs.some((one) => testsByTask([program, one], next))
		);
	});
}

function folderGiven(words: readonly string[], folder: string): string {
	const at = words.findIndex((word) => /^(?:-C|--directory|-d|--working-dir(?:=.*)?)$/.test(word));
	return at === -1 ? folder : (pathFrom(folder, words[at + 1] ?? '.') ?? folder);
}

interface Task {
	readonly script: string;
	/** Other tasks of the same file that run first. */
	readonly needs: readonly string[];
}

/** Lines of a task; the first one for an empty name. `null` where the file has none of that name. */
function taskIn(program: string, text: string, name: string): Task | null {
	if (program === 'composer') return composerTask(text, name);
	const lines = text.split('\n');
	const wanted = name === '' ? '[A-Za-z][\\w.-]*' : name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
	const head =
		program === 'task'
			? new RegExp(`^ {1,8}["']?${wanted}["']?:`)
			: new RegExp(`^@?${wanted}(?:\\s[^:=]{0,200})?\\s*::?(?!=)(.*)$`);
	const at = lines.findIndex((line) => head.test(line));
	if (at === -1) return null;
	const body: string[] = [];
	const indent = /^ */.exec(lines[at] ?? '')?.[0].length ?? 0;
	for (const line of lines.slice(at + 1, at + 200)) {
		if (line.trim() !== '' && !new RegExp(`^\\t|^ {${indent + 1},}`).test(line)) break;
		body.push(
			line
				.trim()
				.replace(/^(?:[@-]|(?:- )?(?:cmd: |["']))+\s*|["']$/g, '')
				.replace(/^- /, ''),
		);
	}
	const needs =
		program === 'task'
			? []
			: (head.exec(lines[at] ?? '')?.[1] ?? '').split('#')[0]?.trim().split(/\s+/);
	const called = body.flatMap((line) => /^task: ([\w:-]+)/.exec(line)?.[1] ?? []);
	return {
		script: body.join('\n').replace(/\$\(MAKE\)|\$\{MAKE\}/g, 'make'),
		needs: [...(needs ?? []), ...called].filter((one) => /^[\w./-]+$/.test(one)).slice(0, 50),
	};
}

function composerTask(text: string, name: string): Task | null {
	const found = new RegExp(
		`"${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}"\\s*:\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|\\[([^\\]]*)\\])`,
	).exec(text.slice(Math.max(0, text.indexOf('"scripts"'))));
	if (found === null) return null;
	const lines = [...(found[1] ?? found[2] ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(
		([, one = '']) => one,
	);
	const script = found[1] ?? lines.join('\n');
	return {
		script: script.replace(/^@(?:php )?/gm, '').replace(/"/g, ''),
		needs: [...script.matchAll(/^@([\w:-]+)/gm)].map(([, one = '']) => one),
	};
}

/** A shell script of the repository. */
function testsByFile(words: readonly string[], place: Place): boolean {
	const [program = '', first = ''] = words;
	const isShell = /^(?:ba|da|z)?sh$|^source$|^\.$/.test(program);
	const named = isShell ? first : program;
	if (named === '' || named.startsWith('-')) return false;
	for (const [path, text] of place.sources.texts) {
		const isIt =
			path === pathFrom(place.folder, named) ||
			(!isShell && path.endsWith(`/${named}`)) ||
			path === named;
		if (isIt && /\.(?:sh|bash)$|(?:^|\/)[\w-]+$/.test(path)) {
			const next = { ...place, depth: place.depth + 1 };
			return commandsOf(text).some((one) => testsBy(one, next));
		}
	}
	return isShell && /(?:^|\/)(?:run[-_])?tests?(?:[-_]\w+)?\.sh$/.test(named);
}

/** `docker compose run web npm test`, `xvfb-run`, `nix develop -c`: the command stands behind another. */
function testsInside(words: readonly string[], place: Place): boolean {
	const [program = ''] = words;
	if (/^docker(?:-compose)?$|^podman$/.test(program)) {
		if (words.includes('build'))
			return /^(?:tests?|ci|check)$/.test(words[words.indexOf('--target') + 1] ?? '');
		if (!words.includes('run') && !words.includes('exec') && !words.includes('up')) return false;
	} else if (
		!/^(?:xvfb-run|nix|nix-shell|devbox|mise|asdf|volta|fnm|nvm|direnv|conda|mamba|micromamba|timeout|retry|c8|nyc|cross-env|dbus-run-session|vagrant|kubectl|ssh|bundle|uvx|pipx|with-server|wait-on|concurrently|firebase|aws-vault|act|stdbuf|setarch|unbuffer|script|find|xargs|eval|percy|op|heroku)$/.test(
			program,
		)
	) {
		return false;
	}
	const next = { ...place, depth: place.depth + 1 };
	return words.slice(1).some((word, index) => {
		if (word.includes(' ')) return commandsOf(word).some((one) => testsBy(one, next));
		const rest = words.slice(index + 1);
		return rest.length > 0 && !word.startsWith('-') && testsInRest(rest, next);
	});
}

const testsInRest = (rest: readonly string[], next: Place): boolean =>
	commandsIn(rest.join(' ')).some(
		(one) =>
			isTest(plainWords(one.words)) ||
			testsByScript({ ...one, words: plainWords(one.words) }, next),
	);

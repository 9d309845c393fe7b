import { posix } from 'node:path';
import type { NeededBy } from './application-kind.ts';
import { objectIn, readPackage } from './package-scripts.ts';
import { readToml, tomlAt } from './toml.ts';

type Reader = (text: string) => { readonly names: readonly string[]; readonly isLibrary: boolean };

/** By file name: manifests of other managers than Node's. */
const READERS: readonly (readonly [file: RegExp, read: Reader])[] = [
	[/^requirements(?![\w.-]*(?:dev|test|doc|lint))[\w.-]*\.(?:txt|in)$/, requirements],
	[/^pyproject\.toml$/, pyproject],
	[/^Pipfile$/, pipfile],
	[/^Gemfile$/, gemfile],
	[/^composer\.json$/, composer],
	[/^go\.mod$/, goModule],
	[/^Cargo\.toml$/, cargo],
	[/^pom\.xml$/, maven],
	[/^build\.gradle(?:\.kts)?$/, gradle],
	[/^mix\.exs$/, mix],
	[/\.csproj$/, project],
];

/** The packages that an application needs when it runs; `null` for a file that is no manifest. */
export function neededIn(file: string, text: string): NeededBy | null {
	const name = posix.basename(file);
	if (name === 'package.json') {
		const own = readPackage(file, text);
		if (own === null) return null;
		return { file, names: own.needs, isLibrary: own.isPublished && !own.isPrivate };
	}
	const read = READERS.find(([pattern]) => pattern.test(name))?.[1];
	return read === undefined ? null : { file, ...read(text) };
}

export const isNeedsFile = (path: string): boolean => {
	const name = posix.basename(path);
	return name === 'package.json' || READERS.some(([pattern]) => pattern.test(name));
};

/** PEP 503, the run of separators as one hyphen. */
const python = (written: string): string => {
	const [name = ''] = /^[A-Za-z0-9][\w.-]{0,100}/.exec(written.trim()) ?? [];
	return name.toLowerCase().replace(/[-_.]+/g, '-');
};

function requirements(text: string) {
	const names = text.split('\n').map((line) => (/^\s*[#-]/.test(line) ? '' : python(line)));
	return { names: names.filter((name) => name !== ''), isLibrary: false };
}

function pyproject(text: string) {
	const entries = readToml(text);
	const listed = tomlAt(entries, 'project', 'dependencies')?.value;
	const names = [
		...(Array.isArray(listed) ? listed : []).flatMap((one) =>
			typeof one === 'string' ? [python(one)] : [],
		),
		...entries
			.filter(({ path }) => path.slice(0, 3).join('.') === 'tool.poetry.dependencies')
			.map(({ path }) => python(path[3] ?? '')),
	];
	// What tells an index about a package is of no use to an application.
	const isLibrary = entries.some(({ path }) =>
		/^(?:project|tool\.poetry)\.(?:classifiers|keywords)$/.test(path.join('.')),
	);
	return { names: names.filter((name) => name !== ''), isLibrary };
}

function pipfile(text: string) {
	const names = readToml(text)
		.filter(({ path }) => path[0] === 'packages')
		.map(({ path }) => python(path[1] ?? ''));
	return { names, isLibrary: false };
}

function gemfile(text: string) {
	const names: string[] = [];
	let skipped = false;
	for (const line of text.split('\n')) {
		if (/^\s*group\b/.test(line)) skipped = !/production/.test(line);
		else if (/^end\b/.test(line)) skipped = false;
		const [, name = ''] = /^\s*gem\s*\(?\s*["']([\w.-]{1,80})["']/.exec(line) ?? [];
		if (name !== '' && !skipped && !/group:\s*\[?:(?:dev|test)/.test(line)) names.push(name);
	}
	return { names, isLibrary: /^\s*gemspec\b/m.test(text) };
}

function composer(text: string) {
	const whole = objectIn(text);
	const required = whole?.['require'];
	const names = typeof required === 'object' && required !== null ? Object.keys(required) : [];
	const isLibrary = /^(?:library|symfony-bundle)$/.test(String(whole?.['type'] ?? ''));
	return { names, isLibrary };
}

function goModule(text: string) {
	const names = text.split('\n').flatMap((line) => {
		const [, name] = /^\s*(?:require\s+)?([a-z0-9.-]+\.[a-z]+\/\S{1,150})\s+v\d/.exec(line) ?? [];
		return name === undefined || /\/\/\s*indirect/.test(line) ? [] : [name.replace(/\/v\d+$/, '')];
	});
	return { names, isLibrary: false };
}

function cargo(text: string) {
	const names = readToml(text)
		.filter(({ path }) => path[0] === 'dependencies')
		.map(({ path }) => path[1] ?? '');
	return { names, isLibrary: false };
}

function maven(text: string) {
	const names = [...text.matchAll(/<dependency>([\s\S]{0,1000}?)<\/dependency>/g)].flatMap(
		([, block = '']) => {
			const [, name] = /<artifactId>\s*([\w.-]{1,100})\s*</.exec(block) ?? [];
			return name === undefined || /<scope>\s*test/.test(block) ? [] : [name];
		},
	);
	return { names, isLibrary: false };
}

function gradle(text: string) {
	const written =
		/^\s*(?:implementation|api|runtimeOnly|compile)\b\s*\(?\s*["'][\w.-]{1,80}:([\w.-]{1,80})/gm;
	return { names: [...text.matchAll(written)].map(([, name = '']) => name), isLibrary: false };
}

function mix(text: string) {
	const names = [...text.matchAll(/\{\s*:(\w{1,60})\s*,([^}\n]{0,200})\}/g)]
		.filter(([, , rest = '']) => !/only:\s*(?:\[\s*)?:(?:dev|test)/.test(rest))
		.map(([, name = '']) => name);
	return { names, isLibrary: /\bpackage:\s*package\(\)/.test(text) };
}

function project(text: string) {
	const names = [...text.matchAll(/<PackageReference\s+Include="([\w.-]{1,100})"/g)].map(
		([, name = '']) => name,
	);
	return {
		names: /Sdk="Microsoft\.NET\.Sdk\.Web"/.test(text)
			? ['Microsoft.NET.Sdk.Web', ...names]
			: names,
		isLibrary: false,
	};
}

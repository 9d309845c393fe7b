import { type Fix, type Runtime, recommended, type Snippet } from '../../src/sdk.ts';

export const RUNTIME_NAMES: Readonly<Record<Runtime, string>> = {
	node: 'Node.js',
	python: 'Python',
	ruby: 'Ruby',
	php: 'PHP',
	go: 'Go',
};

const IMAGES: Readonly<Record<Runtime, (cycle: string) => string>> = {
	node: (cycle) => `FROM node:${cycle}-slim`,
	python: (cycle) => `FROM python:${cycle}-slim`,
	ruby: (cycle) => `FROM ruby:${cycle}-slim`,
	php: (cycle) => `FROM php:${cycle}-fpm`,
	go: (cycle) => `FROM golang:${cycle} AS build`,
};

const snippet = (language: string, text: string): Snippet => ({ platform: 'any', language, text });

/** A version file, and the manifest's own line. */
function pins(runtime: Runtime, cycle: string): readonly Snippet[] {
	const image = snippet('dockerfile', IMAGES[runtime](cycle));
	switch (runtime) {
		case 'node':
			return [
				snippet('shell', `echo ${cycle} > .nvmrc`),
				snippet('json', `"engines": { "node": "${cycle}.x" }`),
				image,
			];
		case 'python':
			return [
				snippet('shell', `echo ${cycle} > .python-version`),
				snippet('toml', `requires-python = "==${cycle}.*"`),
				image,
			];
		case 'ruby':
			return [
				snippet('shell', `echo ${cycle} > .ruby-version`),
				snippet('ruby', `ruby "~> ${cycle}.0"`),
				image,
			];
		case 'php':
			return [snippet('json', `"require": { "php": "~${cycle}.0" }`), image];
		case 'go':
			return [snippet('shell', `go mod edit -go=${cycle}`), image];
	}
}

const ADVICE = 'Run the tests on the new version before it goes live.';

export function pinRuntime(a: { runtime: Runtime; day: string; deployed: string }): Fix {
	const best = recommended(a.runtime, a.day);
	const cycle = a.deployed || best?.cycle || '';
	return {
		summary: `Name the version of ${RUNTIME_NAMES[a.runtime]} in the repository`,
		steps: [
			'Take the line that production runs today, and the same in version file, image and CI.',
			...(best === null ? [] : [`For a new service: ${cycle}.`]),
		],
		snippets: cycle === '' ? [] : pins(a.runtime, cycle),
	};
}

export function oneLine(a: { runtime: Runtime; deployed: string }): Fix {
	return {
		summary: `Bring all of them to one release line: ${RUNTIME_NAMES[a.runtime]} ${a.deployed}`,
		steps: [
			'Decide by what production runs: the image or the platform. Change the others to it.',
			'In CI read the version from the file, so that there is one place: node-version-file: .nvmrc, python-version-file: .python-version, go-version-file: go.mod.',
		],
		snippets: [...pins(a.runtime, a.deployed)],
	};
}

export function upgradeRuntime(a: { runtime: Runtime; day: string; places: string[] }): Fix {
	const best = recommended(a.runtime, a.day);
	const target =
		best === null
			? 'a line that its vendor supports'
			: `${RUNTIME_NAMES[a.runtime]} ${best.cycle} (supported until ${best.ends})`;
	return {
		summary: `Upgrade to ${target}`,
		steps: [`Change ${a.places.join(', ')}.`, ADVICE],
		snippets: best === null ? [] : [...pins(a.runtime, best.cycle)],
	};
}

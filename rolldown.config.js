/*
 * Writes dist/bundle: the whole product in few files. Node 20 spends most of the start of an audit on
 * opening, reading and linking a thousand modules; what is loaded together is one file here.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'rolldown';

const root = fileURLToPath(new URL('.', import.meta.url));
const SHIPPED = path.join(root, 'src/shipped-checks.ts');
const AREA = '\0area:';
const UNUSED = '\0unused:';
const UNDICI = '\0undici';

/** By area, the names of its checks: the files that do not begin with `_`. */
const areas = new Map();
for (const area of (await readdir(path.join(root, 'checks'))).sort()) {
	const files = await readdir(path.join(root, 'checks', area));
	const names = files.filter((file) => /^[^_].*\.ts$/.test(file)).map((file) => file.slice(0, -3));
	areas.set(area, names.sort());
}

/** One file an area in place of one a check, and its list of ids in place of the folder's. */
const checksByArea = {
	name: 'checks-by-area',
	resolveId: (id) => (id.startsWith(AREA) ? id : null),
	load(id) {
		if (id === SHIPPED) return shippedChecks();
		if (!id.startsWith(AREA)) return null;
		const area = id.slice(AREA.length);
		const exported = areas.get(area).map((name) => {
			const file = path.join(root, 'checks', area, `${name}.ts`);
			return `export { default as ${JSON.stringify(name)} } from ${JSON.stringify(file)};`;
		});
		return exported.join('\n');
	},
};

function shippedChecks() {
	const loaders = [...areas.keys()].map(
		(area) => `${JSON.stringify(area)}: () => import(${JSON.stringify(AREA + area)})`,
	);
	const ids = [...areas].flatMap(([area, names]) => names.map((name) => `${area}/${name}`));
	return {
		moduleType: 'js',
		code: `
			const areas = { ${loaders.join(', ')} };
			const ids = ${JSON.stringify(ids)};
			export const shippedIds = async () => ids;
			export const loadShipped = (wanted = ids) => Promise.all(wanted.map(async (id) => {
				const [area, name] = id.split('/');
				return (await areas[area]())[name];
			}));
		`,
	};
}

/** What the command line loads before it knows which command it is. */
const START =
	/\/src\/(?:cli\/(?:main|terminal|exit-code)|report\/visible-text)\.ts$|\/node_modules\/commander\//;

/** What costs the start of every command milliseconds, and what it is needed for is known here. */
const knownHere = {
	name: 'known-here',
	resolveId(id, importer = '') {
		// Commander starts commands that are programs of their own; there are none.
		if (id === 'node:child_process' && importer.includes('/node_modules/commander/')) {
			return `${UNUSED}child_process`;
		}
		// Its whole is fetch, caches, WebSocket and more, half of the time that loading it takes: what every
		// audit waits for is given the part that it uses.
		const isAudit = importer === path.join(root, 'src/net/connection.ts');
		return id === 'undici' && isAudit ? UNDICI : null;
	},
	async load(id) {
		if (id === `${UNUSED}child_process`) return 'module.exports = {};';
		if (id === UNDICI)
			return "export { default as Client } from 'undici/lib/dispatcher/client.js';";
		if (id !== path.join(root, 'src/version.ts')) return null;
		const { version, homepage } = JSON.parse(
			await readFile(path.join(root, 'package.json'), 'utf8'),
		);
		return {
			moduleType: 'js',
			code: `
				import { fileURLToPath } from 'node:url';
				export const VERSION = ${JSON.stringify(version)};
				export const USER_AGENT = ${JSON.stringify(`launch-ready/${version} (+${homepage})`)};
				export const PACKAGE_FILE = fileURLToPath(new URL('../../package.json', import.meta.url));
			`,
		};
	},
};

const noticesAndThreads = {
	name: 'notices-and-threads',
	async generateBundle(_options, bundle) {
		const chunks = Object.values(bundle);
		for (const { code = '' } of chunks) {
			for (const [, name] of code.matchAll(/\.\/([\w-]+-worker)\b/g)) {
				if (bundle[`${name}.js`] !== undefined) continue;
				throw new Error(`${name}.js is started and not bundled: name it as an input`);
			}
		}
		const source = await licences(chunks);
		this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source });
	},
};

export default defineConfig({
	cwd: root,
	input: {
		main: 'src/cli/main.ts',
		index: 'src/index.ts',
		sdk: 'src/sdk.ts',
		'sdk-testing': 'src/sdk-testing.ts',
		// Threads are started from files of their own, beside whoever starts them.
		'fleet-worker': 'src/fleet/fleet-worker.ts',
		'generator-worker': 'src/net/generator/generator-worker.ts',
		'secret-worker': 'src/facts/secrets/secret-worker.ts',
	},
	platform: 'node',
	transform: { target: 'node20.19' },
	external: /^(?:node:|launch-ready\/)/,
	plugins: [checksByArea, knownHere, noticesAndThreads],
	// A warning is a mistake in what is shipped.
	onLog(level, log) {
		if (level !== 'info') throw new Error(log.message);
	},
	output: {
		dir: 'dist/bundle',
		format: 'esm',
		entryFileNames: '[name].js',
		chunkFileNames: '[name]-[hash].js',
		codeSplitting: { groups: [{ name: 'start', test: START }] },
		// Names stay: they are what a bug report is read by.
		minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
	},
});

/** What is bundled of others is passed on with their notices. */
async function licences(chunks) {
	const folders = new Set();
	for (const { moduleIds = [] } of chunks) {
		for (const id of moduleIds) {
			const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll('\\', '/')) ?? [];
			if (folder !== undefined) folders.add(folder.replace(/^\0/, ''));
		}
	}
	const notices = [...folders].sort().map(async (folder) => {
		const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
		const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
		const text =
			file === undefined ? '' : `\n${(await readFile(`${folder}/${file}`, 'utf8')).trim()}\n`;
		return `${name} ${version} (${license})\n${text}`;
	});
	return (await Promise.all(notices)).join(`\n${'-'.repeat(72)}\n`);
}

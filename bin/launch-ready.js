#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const main = new URL('../dist/bundle/main.js', import.meta.url);

if (major < 20 || (major === 20 && minor < 19)) {
	process.stderr.write(`launch-ready needs Node 20.19 or newer; this is ${process.version}.\n`);
	process.exitCode = 2;
} else if (!existsSync(main)) {
	process.stderr.write('launch-ready is not built here. Run: npm run build\n');
	process.exitCode = 2;
} else {
	module.enableCompileCache?.();
	const { run } = await import(main.href);
	await run(process.argv);
}

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** This package's own manifest, found by its name from the sources and from the build alike. */
const manifest: {
	readonly version: string;
	readonly homepage?: string;
} = require('launch-ready/package.json');

export const VERSION = manifest.version;

/** What a site's owner sees in the log, and where to read who asked. */
export const USER_AGENT = `launch-ready/${VERSION} (+${manifest.homepage ?? 'launch-ready'})`;

/** Where the package is installed. */
export const PACKAGE_FILE: string = require.resolve('launch-ready/package.json');

import { fileURLToPath } from 'node:url';

/** Where the checks are: beside the sources, and beside the built sources. */
export const CHECKS_FOLDER = fileURLToPath(new URL('../checks', import.meta.url));

import { register } from 'node:module';

// A thread that a source file starts is started from a source file: Node 20 reads no TypeScript.
register('./typescript-loader.js', import.meta.url);

import { defineConfig } from 'vitest/config';

/** Where CI wants the results as JSON, beside what people read. */
const report = process.env['VITEST_REPORT'];

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		testTimeout: 30_000,
		// Most of the time is spent waiting for sockets of the lab.
		maxWorkers: 3,
		// The checks and what they import are loaded once a worker; no test changes a module.
		isolate: false,
		execArgv: ['--import', new URL('./test/typescript-in-workers.js', import.meta.url).href],
		reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
	},
});

import type { HttpAnswered } from '../../../src/core/io.ts';

/** An answer as a server gives it; HTML unless a header says otherwise. */
export function answered(
	bytes: string,
	{ status = 200, headers = [] }: { status?: number; headers?: HttpAnswered['headers'] } = {},
): HttpAnswered {
	return {
		kind: 'answered',
		status,
		headers,
		body: { bytes, truncated: false, sha256: '' },
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

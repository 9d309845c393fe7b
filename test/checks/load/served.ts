import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from 'vitest';
import type { Report } from '../../../src/core/report.ts';
import { auditLoad, type LoadOptions } from '../../../src/load-audit.ts';

const servers: Server[] = [];

afterAll(() => {
	for (const server of servers) {
		server.close();
		server.closeAllConnections();
	}
});

/** A free port on loopback, until all tests of the file are over: they run beside each other. */
export async function listen(server: Server): Promise<number> {
	servers.push(server);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return (server.address() as AddressInfo).port;
}

/** Some seconds of 25 users, with one user's traffic cut short. */
export const BRIEF: Partial<LoadOptions['asked']> = {
	rampSeconds: 0.25,
	holdSeconds: 2,
	restMs: 100,
	baseline: { requests: 24, apartMs: 20, mostMs: 2_000 },
	isConfirmed: true,
};

/** Loads `/` of a server on loopback. */
export async function loadServed(
	serve: RequestListener,
	asked: Partial<LoadOptions['asked']> = {},
	more: Partial<LoadOptions> = {},
): Promise<{ readonly report: Report; readonly port: number }> {
	const port = await listen(createServer(serve));
	const urls = [`http://127.0.0.1:${port}/`];
	const options = { asked: { urls, ...BRIEF, ...asked }, env: {}, ...more };
	return { report: await auditLoad(options), port };
}

/** Ids of findings, notes with them, and of verdicts that say unknown. */
export function idsIn({ findings }: Report): readonly string[] {
	return [...new Set(findings.map(({ id }) => id))].toSorted();
}

export function soon(ms: number, then: () => void): void {
	setTimeout(then, ms);
}

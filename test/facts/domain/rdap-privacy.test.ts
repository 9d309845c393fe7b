import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../../src/core/io.ts';
import { FactStore } from '../../../src/engine/fact-store.ts';
import { liveObserver, type Observation } from '../../../src/engine/observer.ts';
import { registrationOf } from '../../../src/facts/domain/registration.ts';
import { createNet } from '../../../src/net/io.ts';
import { registration } from './rdap-lab.ts';

/** A service on this machine, as `--rdap http://127.0.0.1:PORT/` names it. */
async function asked(answer: (base: string) => object, registrant: boolean) {
	const server = createServer((request, response) => {
		const { port } = server.address() as AddressInfo;
		response.setHeader('content-type', 'application/rdap+json');
		response.end(JSON.stringify(answer(`http://127.0.0.1:${port}${request.url}`)));
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const controller = new AbortController();
	const net = createNet({
		resolver: '127.0.0.1:9',
		registrable: 'shop.test',
		env: {},
		userAgent: 'launch-ready/test',
		signal: controller.signal,
	});
	const recorded: Observation[] = [];
	try {
		const observer = liveObserver(net.io as Io, controller.signal, (one) => recorded.push(one));
		const rdap = `http://127.0.0.1:${port}/base`;
		const store = new FactStore(observer);
		const fact = await store.get(registrationOf({ domain: 'shop.test', rdap, registrant }));
		if (fact.status !== 'known') throw new Error(fact.detail);
		return { registration: fact.value, recorded: JSON.stringify(recorded) };
	} finally {
		await net.close();
		controller.abort();
		server.close();
	}
}

describe('a service on this machine', () => {
	it('is asked, and so is the one that it links to there', async () => {
		const linked = (url: string) =>
			registration('shop.test', {
				links: [
					{
						rel: 'related',
						type: 'application/rdap+json',
						href: url.replace('/base/', '/registrar/'),
					},
				],
			});
		const seen = await asked(linked, false);
		expect(seen.registration.state).toBe('registered');
		expect(seen.registration.url).toContain('/base/domain/shop.test');
		expect(seen.registration.atRegistrar?.url).toContain('/registrar/domain/shop.test');
	});
});

describe('what is recorded', () => {
	it('holds nothing about people', async () => {
		const { recorded } = await asked(() => registration('shop.test'), false);
		expect(recorded).toContain('Example Registrar');
		expect(recorded).not.toMatch(/Shop Ltd|A Person|person@|abuse@/);
	});

	it('holds the organisation where it is to be compared, and no more', async () => {
		const { recorded } = await asked(() => registration('shop.test'), true);
		expect(recorded).toContain('Shop Ltd');
		expect(recorded).not.toMatch(/A Person|person@|abuse@/);
	});
});

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start-lab.ts';
import { loadWorld } from '../../src/lab/world.ts';
import { createNet, type Net } from '../../src/net/io.ts';

let lab: Lab;
let startedIn: number;
beforeAll(async () => {
	const began = performance.now();
	lab = await startLab(await loadWorld('fixtures/worlds/demo.yaml'));
	startedIn = performance.now() - began;
});
afterAll(() => lab.close());

/** The product's own ports, told where the lab is and nothing else. */
async function on<T>(registrable: string, act: (io: Net['io']) => Promise<T>): Promise<T> {
	const controller = new AbortController();
	const net = createNet({
		resolver: lab.resolver,
		addressMap: lab.addressMap,
		registrable,
		env: {},
		userAgent: 'launch-ready/test',
		signal: controller.signal,
	});
	try {
		return await act(net.io);
	} finally {
		await net.close();
		controller.abort();
	}
}

const READY = 'ready.example';
const UNREADY = 'unready.example';

const status = (registrable: string, url: string) =>
	on(registrable, async ({ http }) => {
		const outcome = await http.exchange({ url, method: 'GET' });
		return outcome.kind === 'answered' ? outcome.status : `${outcome.how} (${outcome.phase})`;
	});

const ask = (name: string, type: string, server?: string) =>
	on(READY, ({ dns }) => dns.ask({ name, type, server }));

test('the demo world starts in under a second and a half', () => {
	expect(startedIn).toBeLessThan(1500);
});

describe('the product on the lab, with no special case', () => {
	test('resolves through the resolver and asks the name servers themselves', async () => {
		const root = await ask('.', 'NS');
		expect(root.records.map(({ text }) => text)).toEqual([
			'a.root.internet.test',
			'b.root.internet.test',
		]);
		const referral = await ask(READY, 'A', '198.51.100.3');
		expect([referral.status, referral.aa]).toEqual(['referral', false]);
		const own = await ask(`www.${READY}`, 'A', '203.0.113.21');
		expect([own.status, own.aa]).toEqual(['ok', true]);
		expect(own.records.map(({ text }) => text)).toEqual(['203.0.113.100']);
	});

	test('fetches over HTTP and HTTPS, over IPv4 and IPv6', async () => {
		expect(await status(READY, `http://${READY}/`)).toBe(308);
		expect(await status(READY, `https://${READY}/`)).toBe(200);
		expect(await status(READY, `https://www.${READY}/`)).toBe(308);
		expect(await status(READY, `https://${READY}/lr-nothing`)).toBe(404);
		const outcome = await on(READY, ({ http }) =>
			http.exchange({ url: `https://${READY}/`, method: 'GET', address: '2001:db8:20::100' }),
		);
		expect(outcome).toMatchObject({ kind: 'answered', address: '2001:db8:20::100' });
	});

	test('shakes hands and speaks SMTP', async () => {
		const hello = { host: `app.${READY}`, address: '203.0.113.101', port: 443 };
		const tls = await on(READY, (io) => io.tls.handshake(hello));
		expect(tls).toMatchObject({ kind: 'completed', protocol: 'TLSv1.3' });
		expect(tls.kind === 'completed' && tls.chain).toHaveLength(2);
		const mx = { host: 'mx1.mailhost.test', address: '198.51.100.125' };
		const smtp = await on(READY, (io) => io.smtp.session(mx));
		expect(smtp).toMatchObject({ kind: 'session', starttls: 220, tls: { kind: 'completed' } });
	});
});

describe('the unready start-up', () => {
	test('leaves its environment file readable, and nothing else', async () => {
		expect(await status(UNREADY, `https://${UNREADY}/.env`)).toBe(200);
		expect(await status(UNREADY, `https://${UNREADY}/.git/config`)).toBe(404);
		expect(await status(READY, `https://${READY}/.env`)).toBe(404);
	});

	test('stays on plain HTTP, sends www in circles and has a dead IPv6 address', async () => {
		expect(await status(UNREADY, `http://${UNREADY}/`)).toBe(200);
		expect(await status(UNREADY, `https://www.${UNREADY}/`)).toBe(302);
		expect(await status(UNREADY, `https://www.${UNREADY}/home`)).toBe(302);
		const dead = await on(UNREADY, ({ http }) =>
			http.exchange({ url: `https://${UNREADY}/`, method: 'GET', address: '2001:db8:10::99' }),
		);
		expect(dead).toMatchObject({ kind: 'failed', how: 'refused', phase: 'connect' });
	});

	test('publishes two SPF records and no DMARC record; its twin one of each', async () => {
		const spf = async (domain: string) =>
			(await ask(domain, 'TXT')).records.filter(({ text }) => text.includes('v=spf1')).length;
		expect([await spf(UNREADY), await spf(READY)]).toEqual([2, 1]);
		expect((await ask(`_dmarc.${UNREADY}`, 'TXT')).status).toBe('nxdomain');
		expect((await ask(`_dmarc.${READY}`, 'TXT')).status).toBe('ok');
	});

	test('has an API that is slow for one request in four', async () => {
		const series = await on(UNREADY, ({ timing }) =>
			timing.series({
				endpoints: [
					{
						url: `https://api.${UNREADY}/`,
						method: 'GET',
						visit: null,
						samples: 20,
						budgetMs: 300,
						sequential: false,
					},
				],
			}),
		);
		const over = series.endpoints[0]?.samples.filter(({ tookMs }) => tookMs >= 300).length;
		expect(over).toBeGreaterThanOrEqual(5);
		expect(over).toBeLessThanOrEqual(7);
	});
});

import type { FactRef } from '../../src/core/fact.ts';
import type { Io } from '../../src/core/io.ts';
import type { Target } from '../../src/core/target.ts';
import { FactStore } from '../../src/engine/fact-store.ts';
import { liveObserver } from '../../src/engine/observer.ts';
import { parseTarget } from '../../src/engine/parse-target.ts';
import { startLab } from '../../src/lab/start-lab.ts';
import type { World } from '../../src/lab/world.ts';
import type { Override } from '../../src/net/dialer.ts';
import { createNet } from '../../src/net/io.ts';

interface Asked {
	readonly hosts?: string[];
	readonly endpoints?: string[];
	/** `--resolve`. */
	readonly resolve?: readonly Override[];
}

/** One fact about shop.test, gathered over real sockets in a world of the lab. */
export async function gathered<T>(
	world: World,
	ask: (target: Target) => FactRef<T>,
	{ resolve = [], ...asked }: Asked = {},
): Promise<T> {
	await using lab = await startLab(world);
	const target = parseTarget({ domain: 'shop.test', ...asked, seed: '0123456789abcdef' });
	const controller = new AbortController();
	const net = createNet({
		resolver: lab.resolver,
		addressMap: lab.addressMap,
		resolve,
		registrable: target.registrable,
		env: {},
		userAgent: 'launch-ready/test',
		signal: controller.signal,
	});
	try {
		const store = new FactStore(liveObserver(net.io as Io, controller.signal, () => undefined));
		const fact = await store.get(ask(target));
		if (fact.status !== 'known') throw new Error(fact.detail);
		return fact.value;
	} finally {
		await net.close();
		controller.abort();
	}
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AuditOptions } from '../src/audit-options.ts';
import { type Lab, startLab } from '../src/lab/start-lab.ts';
import type { World } from '../src/lab/world.ts';

export const SHOP = 'shop.test';
export const PAGE =
	'<!doctype html><html lang="en"><head><title>Shop</title></head><body><h1>Everything for your garden</h1><p>Hoes, rakes and seeds.</p><a href="/login">Sign in</a></body></html>';
export const SIGN_IN =
	'<!doctype html><html lang="en"><head><title>Sign in to Shop</title></head><body><h1>Sign in</h1><form method="post" action="/login"><input name="email"><input name="password" type="password"></form></body></html>';

const WORLD: World = {
	zones: {
		[SHOP]: { records: '@ A 203.0.113.10\nwww A 203.0.113.10\napi A 203.0.113.11' },
	},
	sites: [
		{
			hosts: ['www.shop.test'],
			at: ['203.0.113.10'],
			fallback: { redirect: 'https://shop.test{{uri}}' },
		},
		{
			hosts: [SHOP],
			at: ['203.0.113.10'],
			routes: {
				'/': PAGE,
				'/login': SIGN_IN,
				'/version': { type: 'application/json', body: '{"commit":"1111111aaaa"}' },
			},
		},
		{
			hosts: ['api.shop.test'],
			at: ['203.0.113.11'],
			routes: {
				'/': { type: 'application/json', body: '{}' },
				'/items': { type: 'application/json', body: '[]' },
			},
		},
	],
};

export interface DeployedShop extends AsyncDisposable {
	readonly lab: Lab;
	/** What an audit must be told to be on its internet. */
	readonly options: AuditOptions;
	/** A folder of its own. */
	readonly folder: string;
}

/** A sound shop with an API, a sign-in page and a version, on an internet of its own. */
export async function deployedShop(): Promise<DeployedShop> {
	const lab = await startLab(WORLD);
	const folder = await mkdtemp(path.join(tmpdir(), 'shop-'));
	const caFile = path.join(folder, 'roots.pem');
	await writeFile(caFile, lab.caPem);
	return {
		lab,
		folder,
		options: {
			domain: SHOP,
			resolver: lab.resolver,
			addressMap: lab.addressMap,
			caFiles: [caFile],
			configFolder: folder,
			env: {},
		},
		async [Symbol.asyncDispose]() {
			await lab.close();
			await rm(folder, { recursive: true });
		},
	};
}

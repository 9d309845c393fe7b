import { expect, it } from 'vitest';
import listings from '../../../checks/exposure/listings.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, SEED } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const XML = '<?xml version="1.0" encoding="UTF-8"?>\n';
const S3 = `${XML}<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>shop-media</Name><Contents><Key>a.jpg</Key></Contents><Contents><Key>b.jpg</Key></Contents></ListBucketResult>`;
const GOOGLE = `${XML}<ListBucketResult xmlns="http://doc.s3.amazonaws.com/2006-03-01"><Contents><Key>a</Key></Contents></ListBucketResult>`;
const AZURE = `\ufeff${XML}<EnumerationResults><Blobs><Blob><Name>a</Name></Blob></Blobs></EnumerationResults>`;
const DENIED = {
	status: 403,
	type: 'application/xml',
	body: `${XML}<Error><Code>AccessDenied</Code></Error>`,
};
const ABSENT = {
	status: 404,
	type: 'application/xml',
	body: `${XML}<Error><Code>NoSuchKey</Code></Error>`,
};
const list = (body: string) => ({ type: 'application/xml', body });
const index = (folder: string) => ({
	body: `<html><head><title>Index of ${folder}</title></head><body><a href="a">a</a></body></html>`,
});

type Routes = NonNullable<NonNullable<World['sites']>[number]['routes']>;

/** A shop, and stores that other people run. */
function world(
	page: string,
	routes: Routes = {},
	stores: Readonly<Record<string, Routes>> = {},
): World {
	const at = Object.keys(stores).map((host, n) => [host, `203.0.113.${20 + n}`] as const);
	const own = at.filter(([host]) => host.endsWith('.shop.test'));
	const others = at.filter(([host]) => !host.endsWith('.shop.test'));
	const lines = own.map(([host, address]) => `${host.replace('.shop.test', '')} A ${address}`);
	return {
		zones: {
			'shop.test': { records: ['@ A 203.0.113.10', ...lines] },
			...Object.fromEntries(others.map(([host, address]) => [host, { records: `@ A ${address}` }])),
		},
		sites: [
			{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': page, ...routes } },
			...at.map(([host, address]) => ({
				hosts: [host],
				at: [address],
				routes: stores[host] ?? {},
				fallback: ABSENT,
			})),
		],
	};
}

const withImages = (...urls: string[]) =>
	`<!doctype html><title>Shop</title>${urls.map((url) => `<img src="${url}">`).join('')}`;

it.each([
	['nginx', index('/uploads/')],
	['Python', { body: '<html><title>Directory listing for /uploads/</title></html>' }],
	['Jetty', { body: '<html><body><h1>Directory: /uploads/</h1></body></html>' }],
	['IIS', { body: '<html><pre><A HREF="/">[To Parent Directory]</A></pre></html>' }],
])('finds a folder that %s lists', async (_, route) => {
	const { findings } = await auditLab(world(PAGE, { '/uploads/': route }), listings, HOST);
	expect(findings).toMatchObject([
		{
			verdict: 'directory',
			severity: 'high',
			locus: { kind: 'url', name: 'https://shop.test/uploads/' },
			control: expect.stringContaining(`lr-${SEED} gave 404`),
		},
	]);
});

it('finds the start page, and the folder that the page loads from', async () => {
	const root = await auditLab(world(index('/').body), listings, HOST);
	expect(root.findings).toMatchObject([{ verdict: 'directory', severity: 'later' }]);
	const page = withImages('/media/2024/a.jpg');
	const media = world(page, { '/media/': index('/media/'), '/media/2024/': index('/media/2024/') });
	expect((await auditLab(media, listings, HOST)).said).toEqual([
		'directory https://shop.test/media/',
	]);
	expect((await auditLab(media, listings, { ...HOST, deep: true })).said).toEqual([
		'directory https://shop.test/media/',
		'directory https://shop.test/media/2024/',
	]);
});

it('asks three folders unless it may go deep', async () => {
	const { requests } = await auditLab(world(PAGE), listings, HOST);
	const asked = requests.http
		.map(({ url }) => url)
		.filter((url) => /\/(?:uploads|assets|static|backup)\//.test(url));
	expect(asked).toEqual(['https://shop.test/uploads/', 'https://shop.test/assets/']);
	const deep = await auditLab(world(PAGE, { '/backup/': index('/backup/') }), listings, {
		...HOST,
		deep: true,
	});
	expect(deep.findings).toMatchObject([{ verdict: 'directory', severity: 'high' }]);
});

it.each([
	['no list', PAGE, {}],
	['a refusal', PAGE, { '/uploads/': { status: 403, ...index('/uploads/') } }],
	[
		'a gallery of its own',
		PAGE,
		{ '/uploads/': { body: '<!doctype html><title>Our index of photos</title>' } },
	],
])('says nothing of %s', async (_, page, routes) => {
	expect((await auditLab(world(page, routes), listings, HOST)).said).toEqual(['none shop.test']);
});

it.each([
	[
		'S3',
		'https://shop-media.s3.eu-central-1.amazonaws.com/a.jpg',
		{ 'shop-media.s3.eu-central-1.amazonaws.com': { '/': list(S3) } },
		'https://shop-media.s3.eu-central-1.amazonaws.com/',
	],
	[
		'S3 by path',
		'https://s3.amazonaws.com/shop-media/a.jpg',
		{ 's3.amazonaws.com': { '/shop-media/': list(S3) } },
		'https://s3.amazonaws.com/shop-media/',
	],
	[
		'Google',
		'https://shop-media.storage.googleapis.com/a.jpg',
		{ 'shop-media.storage.googleapis.com': { '/': list(GOOGLE) } },
		'https://shop-media.storage.googleapis.com/',
	],
	[
		'Google by path',
		'https://storage.googleapis.com/shop-media/a.jpg',
		{ 'storage.googleapis.com': { '/shop-media/': list(GOOGLE) } },
		'https://storage.googleapis.com/shop-media/',
	],
	[
		'Azure',
		'https://shop.blob.core.windows.net/media/a.jpg',
		{ 'shop.blob.core.windows.net': { '/media?restype=container&comp=list': list(AZURE) } },
		'https://shop.blob.core.windows.net/media?restype=container&comp=list',
	],
	[
		'the own domain',
		'https://cdn.shop.test/a.jpg',
		{ 'cdn.shop.test': { '/': list(S3) } },
		'https://cdn.shop.test/',
	],
])('finds a bucket of %s that lists', async (_, image, stores, place) => {
	const { findings, said } = await auditLab(world(withImages(image), {}, stores), listings, HOST);
	expect(said).toEqual([`bucket ${place}`]);
	expect(findings).toMatchObject([
		{ severity: 'high', control: expect.stringContaining('gave 404') },
	]);
});

it('finds the bucket that the host itself is', async () => {
	const { said } = await auditLab(
		{
			...world(PAGE),
			sites: [
				{ hosts: ['shop.test'], at: ['203.0.113.10'], routes: { '/': list(S3) }, fallback: ABSENT },
			],
		},
		listings,
		HOST,
	);
	expect(said).toEqual(['bucket https://shop.test/']);
});

it('says nothing of a bucket that does not list, or that lists whatever it is asked for', async () => {
	const image = 'https://shop-media.s3.amazonaws.com/a.jpg';
	const closed = { 'shop-media.s3.amazonaws.com': { '/': DENIED } };
	const { said } = await auditLab(world(withImages(image), {}, closed), listings, HOST);
	expect(said).toEqual(['none shop.test']);
	const always = { 'shop-media.s3.amazonaws.com': { '/': list(S3), '/*': list(S3) } };
	const other = await auditLab(world(withImages(image), {}, always), listings, HOST);
	expect(other.said).toEqual(['none shop.test']);
});

it('passes no bucket that keeps silent, and none that is gone', async () => {
	const image = 'https://shop-media.s3.amazonaws.com/a.jpg';
	const silent = { 'shop-media.s3.amazonaws.com': { '/': { fault: 'silent' } as const } };
	const { said } = await auditLab(world(withImages(image), {}, silent), listings, HOST);
	expect(said).toEqual(['unknown shop.test']);
	const gone = await auditLab(world(withImages(image), {}, {}), listings, HOST);
	expect(gone.said).toEqual(['none shop.test']);
}, 30_000);

it('asks no bucket that the page merely links to or names', async () => {
	const page = `<!doctype html><a href="https://shop-media.s3.amazonaws.com/a.pdf">a</a><script>const b = "https://shop-media.s3.amazonaws.com/";</script>`;
	const stores = { 'shop-media.s3.amazonaws.com': { '/': list(S3) } };
	const { said, requests } = await auditLab(world(page, {}, stores), listings, HOST);
	expect(said).toEqual(['none shop.test']);
	expect(requests.http.filter(({ url }) => url.includes('amazonaws'))).toEqual([]);
});

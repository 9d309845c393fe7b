import { describe, expect, it } from 'vitest';
import sourceMaps from '../../../checks/exposure/source-maps.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const SECRET = 'const price = cost * 1.4; // never tell';
const MAP = {
	version: 3,
	file: 'app.js',
	mappings: 'AAAA',
	sources: ['webpack:///./src/pricing.ts', 'webpack:///./node_modules/react/index.js'],
	sourcesContent: [SECRET, 'module.exports = 1;'],
};

type Routes = NonNullable<World['sites']>[number]['routes'];

const SCRIPT = '<!doctype html><title>Shop</title><script src="/app.js"></script>';
const script = (body: string, headers: Record<string, string> = {}) => ({
	type: 'text/javascript',
	body,
	headers,
});
const json = (value: unknown) => ({ type: 'application/json', body: JSON.stringify(value) });

function serving(routes: Routes, site: object = {}): World {
	return shop({ routes: { '/': SCRIPT, '/app.js': script('run();'), ...routes }, ...site });
}

async function found(world: World) {
	return auditLab(world, sourceMaps, HOST);
}

describe('exposure/source-maps on real files', () => {
	const data = `data:application/json;base64,${Buffer.from(JSON.stringify(MAP)).toString('base64')}`;
	it.each<[string, Routes]>([
		['the usual name', { '/app.js.map': json(MAP) }],
		[
			'the last line',
			{ '/app.js': script('run();\n//# sourceMappingURL=m/1.map'), '/m/1.map': json(MAP) },
		],
		['a header', { '/app.js': script('run();', { SourceMap: '/m.map' }), '/m.map': json(MAP) }],
		[
			'the old header',
			{ '/app.js': script('1', { 'X-SourceMap': '/m.map' }), '/m.map': json(MAP) },
		],
		['the file itself', { '/app.js': script(`run();\n//# sourceMappingURL=${data}`) }],
		['an index map', { '/app.js.map': json({ version: 3, sections: [{ offset: {}, map: MAP }] }) }],
		[
			'a file name with a query',
			{ '/': SCRIPT.replace('.js', '.js?v=2'), '/app.js.map': json(MAP) },
		],
	])('finds a map with the source by %s', async (_, routes) => {
		const { findings } = await found(serving(routes));
		expect(findings).toMatchObject([{ verdict: 'public', severity: 'later', outcome: 'fail' }]);
		expect(findings[0]?.message).toContain('src/pricing.ts');
		expect(findings[0]?.message).toContain('one file');
		expect(JSON.stringify(findings)).not.toContain('price');
	});

	it('finds the map of a style sheet', async () => {
		const world = serving({
			'/': '<!doctype html><link rel=stylesheet href=/a.css>',
			'/a.css': { type: 'text/css', body: 'a{}\n/*# sourceMappingURL=a.css.map */' },
			'/a.css.map': json({ ...MAP, sources: ['../scss/a.scss'], sourcesContent: ['a{}'] }),
		});
		expect((await found(world)).said).toEqual(['public shop.test']);
	});

	it('weighs more where visitors meet a sign-in page first', async () => {
		const sign = `${SCRIPT}<form method=post><input type=password></form>`;
		const { findings } = await found(serving({ '/': sign, '/app.js.map': json(MAP) }));
		expect(findings).toMatchObject([{ verdict: 'public', severity: 'high' }]);
	});

	it('notes a map that has names alone', async () => {
		const { findings } = await found(
			serving({ '/app.js.map': json({ ...MAP, sourcesContent: undefined }) }),
		);
		expect(findings).toMatchObject([
			{ verdict: 'without-source', severity: 'info', outcome: 'note' },
		]);
	});

	it.each<[string, Routes, object]>([
		['no map', {}, {}],
		['an application shell for every path', {}, { fallback: { body: SCRIPT } }],
		[
			'a page that shows a map',
			{},
			{ fallback: { body: `<!doctype html>${JSON.stringify(MAP)}` } },
		],
		['other JSON for every path', {}, { fallback: json({ version: 3, error: 'not found' }) }],
		[
			'a map of libraries alone',
			{
				'/app.js.map': json({ ...MAP, sources: ['../node_modules/a/b.js'], sourcesContent: ['x'] }),
			},
			{},
		],
		['a map that is refused', { '/app.js.map': { ...json(MAP), status: 403 } }, {}],
		[
			'a map that another party keeps',
			{ '/app.js': script('run();\n//# sourceMappingURL=https://maps.other.test/app.js.map') },
			{},
		],
		[
			'a copy of a public library',
			{
				'/': '<!doctype html><script src="/js/bootstrap.bundle.min.js"></script>',
				'/js/bootstrap.bundle.min.js': script('1'),
				'/js/bootstrap.bundle.min.js.map': json(MAP),
			},
			{},
		],
		[
			'a bundler’s words about maps',
			{
				'/app.js': script(
					'var a="\\n/*# sourceMappingURL=data:application/json;base64,".concat(b);',
				),
			},
			{},
		],
	])('says nothing of %s', async (_, routes, site) => {
		expect((await found(serving(routes, site))).said).toEqual(['not-public shop.test']);
	});

	it('asks for eight maps at most, those that are named first', async () => {
		const names = Array.from({ length: 12 }, (_, at) => `/c${at}.js`);
		const scripts = Object.fromEntries(names.map((name) => [name, script('run();')]));
		const page = names.map((name) => `<script src="${name}"></script>`).join('');
		const last = { '/c11.js': script('run();\n//# sourceMappingURL=c11.js.map') };
		const { findings, requests } = await found(
			serving({ ...scripts, ...last, '/': `<!doctype html>${page}`, '/c11.js.map': json(MAP) }),
		);
		expect(findings).toMatchObject([{ verdict: 'public' }]);
		expect(requests.http.filter(({ url }) => url.endsWith('.map'))).toHaveLength(8);
	});

	it('does not pass what it could not see', async () => {
		const { findings } = await found(serving({ '/app.js.map': { fault: 'reset' } }));
		expect(findings).toMatchObject([{ outcome: 'unknown', reason: 'inconclusive' }]);
	});

	it('does not judge an API', async () => {
		const api = shop({ routes: { '/': json({}) } });
		expect((await found(api)).said).toEqual(['not-applicable shop.test']);
	});
});

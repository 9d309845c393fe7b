import { expect, it } from 'vitest';
import git from '../../../checks/exposure/git.ts';
import type { World } from '../../../src/lab/world.ts';
import { auditLab, PAGE, shop } from '../audit-lab.ts';

const HOST = { domain: 'shop.test' };
const TOKEN = 'hunter2hunter2hunter2';
const CONFIG = {
	type: 'text/plain',
	body: [
		'[core]\n\tbare = false\n[remote "origin"]\n\turl = https://bot:',
		TOKEN,
		'@git.shop.test/shop.git\n',
	],
};

function serving(routes: NonNullable<World['sites']>[number]['routes'], fallback?: object) {
	return shop({ routes: { '/': PAGE, ...routes }, ...(fallback && { fallback }) });
}

it.each([
	['/.git/config', CONFIG],
	['/.git/HEAD', { type: 'text/plain', body: 'ref: refs/heads/main\n' }],
	[
		'/.git/index',
		{
			type: 'application/octet-stream',
			bodyBase64: Buffer.from('DIRC\0\0\0\x02').toString('base64'),
		},
	],
])('finds a readable %s', async (path, route) => {
	const { findings } = await auditLab(serving({ [path]: route }), git, { ...HOST, deep: true });
	expect(findings).toMatchObject([
		{
			verdict: 'readable',
			severity: 'blocker',
			locus: { kind: 'url', name: 'https://shop.test/.git/' },
		},
	]);
	expect(findings[0]?.message).toContain(path);
	expect(JSON.stringify(findings)).not.toContain(TOKEN);
});

it.each([
	['a plain 404', undefined],
	['the same to every path', { status: 200, ...CONFIG }],
	['an application shell', { status: 200, body: '<!doctype html>\n[core]\nref: refs/heads/main' }],
])('says nothing of %s', async (_, fallback) => {
	const { said } = await auditLab(serving({}, fallback), git, HOST);
	expect(said).toEqual(['not-readable shop.test']);
});

it('notes a folder that is refused where random dot paths are missing', async () => {
	const refused = { status: 403, body: 'Forbidden' };
	const { findings } = await auditLab(serving({ '/.git/*': refused }), git, HOST);
	expect(findings).toMatchObject([
		{ verdict: 'blocked-but-deployed', severity: 'info', outcome: 'note' },
	]);
});

it('draws nothing from a rule against every dot path', async () => {
	const refused = { status: 403, body: 'Forbidden' };
	const world = serving({ '/.git/*': refused, '/.lr-0123456789abcdef': refused });
	expect((await auditLab(world, git, HOST)).said).toEqual(['not-readable shop.test']);
});

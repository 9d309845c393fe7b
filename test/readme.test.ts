import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CHECKS_FOLDER } from '../src/checks-folder.ts';
import type { AnyCheck, VerdictSpec } from '../src/core/check.ts';
import { levelsOf, worst } from '../src/core/severity.ts';
import { loadChecks } from '../src/engine/load-checks.ts';
import { launch, root } from './cli/launch.ts';

const file = path.join(root, 'README.md');
const MARKED = /(<!-- table: checks -->\n)[\s\S]*?(<!-- \/table -->)/;

/** A row a check: what a pass makes true, the worst it can say, and how many findings it knows. */
function tableOf(checks: readonly AnyCheck[]): string {
	const rows = checks.map(({ id, title, verdicts }) => {
		const failing = Object.values<VerdictSpec>(verdicts).flatMap((spec) =>
			spec.outcome === 'fail' ? [levelsOf(spec.severity)] : [],
		);
		return `| \`${id}\` | ${title} | ${worst(failing.flat())} | ${failing.length} |`;
	});
	return ['| check | a pass means | at worst | findings |', '|---|---|---|---|', ...rows, ''].join(
		'\n',
	);
}

/** `UPDATE_README=1 npx vitest run test/readme.test.ts` writes the table anew. */
it('lists the checks as they are', async () => {
	const readme = await readFile(file, 'utf8');
	const checks = await loadChecks(CHECKS_FOLDER);
	const current = readme.replace(MARKED, (_, open, close) => `${open}${tableOf(checks)}${close}`);
	expect(readme).toMatch(MARKED);
	if (process.env['UPDATE_README'] === '1') await writeFile(file, current);
	else expect(readme).toBe(current);
});

/** A machine that is too busy for timing leaves one of the demo's endpoints unjudged: another try. */
it("shows the demo's real headline", { retry: 3 }, async () => {
	const { stdout } = await launch(['demo', '--fail-on', 'never']);
	const readme = await readFile(file, 'utf8');
	for (const line of stdout.match(/^(?:NO_GO|GO) {2}\S.*\|.*$/gm) ?? [])
		expect(readme).toContain(line);
});

it('names every option of audit', async () => {
	const { stdout } = await launch(['audit', '--help']);
	const readme = await readFile(file, 'utf8');
	const options = stdout.match(/--[a-z-]+/g) ?? [];
	expect(options.length).toBeGreaterThan(15);
	const unsaid = ['--help', '--config', '--quiet', '--verbose', '--color', '--ascii', '--output'];
	for (const option of options) {
		if (!unsaid.includes(option)) expect(readme).toContain(option);
	}
});

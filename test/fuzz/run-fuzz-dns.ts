/**
 * Reads a million broken DNS messages: `npm run fuzz:dns -- --seed 1 --count 1000000`. A failure names
 * the seed and the message.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fuzzDns } from './fuzz-dns.ts';

const { values } = parseArgs({ options: { seed: { type: 'string' }, count: { type: 'string' } } });
const seed = Number(values.seed ?? randomInt(2 ** 32));
const count = Number(values.count ?? 1_000_000);

const say = (line: string) => process.stdout.write(`${line}\n`);
say(`seed ${seed}, ${count} messages`);
const figures = await fuzzDns({
	seed,
	count,
	onProgress: (done) => say(`${Math.round((done / count) * 100)} %`),
});
say(`messages a second  ${figures.perSecond.toFixed(0)}`);
say(`malformed          ${((1 - figures.readable) * 100).toFixed(1)} %`);
say(`taken for answers  ${(figures.answers * 100).toFixed(1)} %`);
say(`slowest message    ${figures.worstMs.toFixed(2)} ms`);
say(`heap growth        ${figures.heapGrowthMiB.toFixed(1)} MiB`);
say(`resident memory    ${figures.rssMiB.toFixed(0)} MiB`);

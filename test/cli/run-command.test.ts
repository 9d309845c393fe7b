import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runCommand, wordsOf } from '../../src/cli/run-command.ts';
import type { Alert } from '../../src/watch/watch-state.ts';

const ALERT: Alert = {
	at: '2026-11-25T14:00:00.000Z',
	domain: 'example.com',
	sight: 'lost',
	broke: [],
	recovered: [],
	gone: [],
	standing: 0,
	headline: '$(touch /tmp/x) `id`',
};
const { signal } = new AbortController();

it.each([
	['notify --level high', ['notify', '--level', 'high']],
	['notify \'it broke\' "a \\"b\\" $HOME" c\\ d', ['notify', 'it broke', 'a "b" $HOME', 'c d']],
	["  a  ''  b", ['a', '', 'b']],
	['a"b"c', ['abc']],
])('%s is read as %j', (text, words) => {
	expect(wordsOf(text)).toEqual(words);
});

it.each(['', '   ', "notify 'open", 'notify "open', "''"])('%j is no command', (text) => {
	expect(() => wordsOf(text)).toThrow(/^--command: give a program/);
});

it('is given the alert on standard input and a summary in the environment, without our secrets', async () => {
	const file = path.join(await mkdtemp(path.join(tmpdir(), 'command-')), 'out.json');
	const script = `let s='';process.stdin.on('data',d=>s+=d).on('end',()=>fs.writeFileSync(process.argv[1],JSON.stringify({alert:JSON.parse(s),summary:process.env.LAUNCH_READY_SUMMARY,secret:process.env.LAUNCH_READY_SMTP_URL??null,own:process.env.OWN})))`;
	const env = { OWN: 'kept', LAUNCH_READY_SMTP_URL: 'smtp://me:secret@host' };
	await runCommand([process.execPath, '-e', script, file], ALERT, env, signal);
	expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
		alert: ALERT,
		summary: 'example.com: cannot be seen from here',
		secret: null,
		own: 'kept',
	});
});

it('has failed where it ends otherwise, or is no program', async () => {
	const failing = [process.execPath, '-e', 'console.error("no token");process.exit(3)'] as const;
	await expect(runCommand(failing, ALERT, {}, signal)).rejects.toThrow(/exit 3 no token$/);
	await expect(runCommand(['/nonexistent'], ALERT, {}, signal)).rejects.toThrow(/ENOENT/);
});

it('is ended with the watch', async () => {
	const controller = new AbortController();
	const sleeping = [process.execPath, '-e', 'setTimeout(()=>{},60000)'] as const;
	const run = runCommand(sleeping, ALERT, {}, controller.signal);
	setTimeout(() => controller.abort(), 100);
	await expect(run).rejects.toThrow(/abort/i);
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { linksInFile, linksInMessage } from '../../../src/facts/launch/mail-links.ts';

const HEAD = 'From: a@shop.test\r\nSubject: Hello\r\n';

it('keeps where links lead, each once, and nothing else', () => {
	const html =
		'<a href="https://shop.test/confirm?token=s3same&to=ann@example.com">x</a><a href="https://shop.test/b">y</a><img src="http://localhost:3000/l.png"><a href="mailto:ann@example.com">z</a>';
	const read = linksInMessage(`${HEAD}Content-Type: text/html\r\n\r\n${html}`);
	expect(read).toEqual({
		kind: 'message',
		origins: ['https://shop.test', 'http://localhost:3000'],
	});
});

it('reads every text part, quoted-printable too, and no attachment', () => {
	const message = [
		`${HEAD}Content-Type: multipart/mixed; boundary=b`,
		'',
		'--b',
		'Content-Type: text/html',
		'Content-Transfer-Encoding: quoted-printable',
		'',
		'<a href=3D"http://local=\r\nhost:3000/x">x</a>',
		'--b',
		'Content-Type: text/plain',
		'Content-Disposition: attachment',
		'',
		'http://10.0.0.1/',
		'--b--',
	].join('\r\n');
	expect(linksInMessage(message)).toEqual({ kind: 'message', origins: ['http://localhost:3000'] });
});

it('says why a file is no message', () => {
	expect(linksInMessage('<!doctype html>')).toMatchObject({ kind: 'no-message' });
});

it.each([
	['.env.production', 'A=1\nAPP_URL=http://localhost:3000/x', [[2, 'http://localhost:3000']]],
	['.env.production', '# APP_URL=http://localhost:3000', []],
	['.env', 'NEXT_PUBLIC_SITE_URL="https://staging.shop.test"', [[1, 'https://staging.shop.test']]],
	['.env.production', 'DATABASE_URL=http://localhost:5432\nREDIS_HOST=localhost', []],
	[
		'config/environments/production.rb',
		"  default_url_options = { host: 'localhost', port: 3000 }",
		[[1, 'http://localhost']],
	],
	[
		'application-prod.yml',
		'app:\n  base-url: x\n  site_url: http://127.0.0.1:8080',
		[[3, 'http://127.0.0.1:8080']],
	],
	[
		'wrangler.toml',
		'[env.staging.vars]\nSITE_URL="https://staging.shop.test"\n[vars]\nSITE_URL="http://localhost:1"',
		[[4, 'http://localhost:1']],
	],
	['emails/a.mjml', '<mj-button href="http://localhost:3000/a">', [[1, 'http://localhost:3000']]],
	['emails/a.erb', '<%# http://localhost:3000 %>\n<%= url %>', []],
	['emails/A.tsx', '// http://localhost:3000\nconst a = x || "http://localhost:3000";', []],
])('reads %s: %j', (path, text, wanted) => {
	expect(linksInFile(path, text).map(({ line, origin }) => [line, origin])).toEqual(wanted);
});

it('never throws', () => {
	fc.assert(
		fc.property(fc.string({ maxLength: 300 }), (text) => {
			linksInMessage(HEAD + text);
			for (const path of ['.env.production', 'emails/a.html', 'emails/a.tsx']) {
				for (const { origin } of linksInFile(path, text)) expect(origin).toMatch(/^https?:\/\//);
			}
		}),
	);
});

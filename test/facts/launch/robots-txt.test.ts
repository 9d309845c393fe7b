import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseRobots, rulingFor } from '../../../src/facts/launch/robots-txt.ts';
import { cpuMs } from '../../cpu-time.ts';

const ALL = 'User-agent: *\nDisallow: /\n';

function allowed(text: string, path = '/', agent = 'Googlebot') {
	return rulingFor(parseRobots(text), agent, path).allowed;
}

it.each([
	['Disallow: /', ALL, false],
	['an empty Disallow', 'User-agent: *\nDisallow:\n', true],
	['nothing', '', true],
	['a folder alone', 'User-agent: *\nDisallow: /admin/\n', true],
	['Disallow: /*', 'User-agent: *\nDisallow: /*\n', false],
	['Disallow: * alone', 'User-agent: *\nDisallow: *\n', false],
	['CRLF', 'User-agent: *\r\nDisallow: /\r\n', false],
	['bare CR', 'User-agent: *\rDisallow: /\r', false],
	['a byte order mark', `\uFEFF${ALL}`, false],
	['capitals', 'USER-AGENT: *\nDISALLOW: /\n', false],
	['a missing colon', 'User-agent *\nDisallow /\n', false],
	['a misspelt key', 'User-agent: *\nDisalow: /\n', false],
	['comments', '# hello\nUser-agent: * # all\nDisallow: / # everything\n', false],
	['a rule that is commented out', 'User-agent: *\n#Disallow: /\n', true],
	['a rule before any group', 'Disallow: /\nUser-agent: *\nDisallow: /x\n', true],
	['an equal Allow (§2.2.2)', 'User-agent: *\nDisallow: /\nAllow: /\n', true],
	['an Allow for the start page', 'User-agent: *\nDisallow: /\nAllow: /$\n', true],
	['an Allow for a folder', 'User-agent: *\nDisallow: /\nAllow: /blog/\n', false],
	['a group for another crawler', 'User-agent: BadBot\nDisallow: /\n', true],
	['Google let in, others not', `${ALL}User-agent: Googlebot\nAllow: /\n`, true],
	['Google with an empty group', `${ALL}\nUser-agent: Googlebot\nDisallow:\n`, true],
	['Google alone kept out', 'User-agent: *\nAllow: /\nUser-agent: Googlebot\nDisallow: /\n', false],
	['a version in the name', 'User-agent: Googlebot/2.1\nDisallow: /\n', false],
	['two names for one group', 'User-agent: a\nUser-agent: *\nDisallow: /\n', false],
	[
		'another key between names',
		'User-agent: a\nCrawl-delay: 3\nUser-agent: *\nDisallow: /\n',
		false,
	],
	[
		'two groups of one crawler (§2.2.1)',
		'User-agent: *\nDisallow: /x\n\nUser-agent: *\nDisallow: /\n',
		false,
	],
	[
		'a sitemap inside the group',
		'User-agent: *\nSitemap: https://shop.test/s.xml\nDisallow: /\n',
		false,
	],
	['HTML', `<!doctype html><pre>\n${ALL}</pre>`, true],
])('reads %s', (_, text, wanted) => {
	expect(allowed(text)).toBe(wanted);
});

it.each([
	['/fish', '/fish.html', true],
	['/fish', '/Fish.asp', false],
	['/fish*', '/fishheads', true],
	['/*.php', '/folder/filename.php?parameters', true],
	['/*.php$', '/filename.php', true],
	['/*.php$', '/filename.php5', false],
	['/*.php$', '/a.php/b.php', true],
	['/fish*.php', '/fishheads/catfish.php?parameters', true],
	['/$', '/', true],
	['/$', '/x', false],
	['/ツ', '/%E3%83%84', true],
	['/%e3%83%84', '/ツ', true],
	['/a*a$', '/a', false],
])('matches %s with %s: %s (RFC 9309 §2.2.3, Google’s examples)', (pattern, path, wanted) => {
	expect(allowed(`User-agent: *\nDisallow: ${pattern}\n`, path)).toBe(!wanted);
});

it('takes the longest rule and says on which line it stands', () => {
	const text = 'User-agent: *\nAllow: /p\nDisallow: /\nDisallow: /page\n';
	const robots = parseRobots(text);
	expect(rulingFor(robots, 'Googlebot', '/page')).toMatchObject({
		allowed: false,
		group: '*',
		rule: { line: 4, pattern: '/page' },
	});
	expect(rulingFor(robots, 'Googlebot', '/p').allowed).toBe(true);
});

it('reads up to 500 KiB and no further', () => {
	const text = `User-agent: *\n${'#'.repeat(520_000)}\nDisallow: /\n`;
	expect(allowed(text)).toBe(true);
});

it('never throws and stays fast on anything', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
			expect(typeof allowed(`User-agent: *\nDisallow: ${text}\n${text}`)).toBe('boolean');
		}),
	);
	const started = cpuMs();
	allowed(
		`User-agent: *\n${'Disallow: /*a*a*a*a*a*a*a*a*b\n'.repeat(10_000)}`,
		`/${'a'.repeat(40)}`,
	);
	expect(cpuMs() - started).toBeLessThan(2_000);
});

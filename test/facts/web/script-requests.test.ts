import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insecureRequests } from '../../../src/facts/web/script-requests.ts';
import { cpuMs } from '../../cpu-time.ts';

const D = '$';

describe('insecureRequests', () => {
	it.each([
		'fetch("http://a.test/x")',
		"window.fetch( 'http://a.test/x', {method:'POST'})",
		`fetch(\`http://a.test/x${D}{id}\`)`,
		'new EventSource("http://a.test/x")',
		'x.open("GET","http://a.test/x",true)',
		'axios.get("http://a.test/x")',
		'axios.create({baseURL:"http://a.test/x"})',
		'$.getJSON("http://a.test/x")',
		'import("http://a.test/x")',
		'let r=/["\'`]/.test(s);fetch("http://a.test/x")',
		'a=b/c;fetch("http://a.test/x");d=e/f',
		`\`${D}{\`${D}{f({a:1})}\`}\`;fetch("http://a.test/x")`,
		'/* it\'s */ fetch("http://a.test/x") // "',
	])('finds it in %s', (script) => {
		expect(insecureRequests(script)).toEqual(['http://a.test/x']);
	});

	it('finds a socket', () => {
		expect(insecureRequests('new WebSocket("ws://a.test/")')).toEqual(['ws://a.test/']);
	});

	it.each([
		'fetch("https://a.test/x")',
		'new URL("http://a.test/x")',
		'const base = "http://localhost"',
		'// fetch("http://a.test/x")',
		'/* fetch("http://a.test/x") */',
		'let s = \'fetch("http://a.test/x")\'',
		'let s = `fetch("http://a.test/x")`',
		'document.createElementNS("http://www.w3.org/2000/svg","svg")',
		'window.open("http://a.test/x","_blank")',
		'let r = /fetch\\("http:\\/\\/a.test"/',
		'prefetch("x");refetch("http://a.test/x")',
	])('finds nothing in %s', (script) => {
		expect(insecureRequests(script)).toEqual([]);
	});

	it('ends on anything, and quickly', () => {
		const piece = fc.constantFrom(
			'/',
			'*',
			'"',
			"'",
			'`',
			'${',
			'{',
			'}',
			'\\',
			'\n',
			'[',
			'fetch("http://a.test/x")',
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 200 }), (pieces) => {
				for (const url of insecureRequests(pieces.join(''))) expect(url).toBe('http://a.test/x');
			}),
		);
		const began = cpuMs();
		insecureRequests(`${'/*/ = /['.repeat(200_000)} "http://a.test/"`);
		insecureRequests(`${'`${'.repeat(200_000)} "http://a.test/"`);
		expect(cpuMs() - began).toBeLessThan(2_000);
	});
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	INTROSPECTION,
	recogniseAdminTool,
} from '../../../src/facts/exposure/exposure-admin-tools.ts';
import {
	recogniseDevelopmentScript,
	recogniseDiagnostic,
	recogniseErrorPage,
} from '../../../src/facts/exposure/exposure-diagnostics.ts';
import { cpuMs } from '../../cpu-time.ts';

const DIAGNOSTICS = [
	'/server-status?auto',
	'/server-info',
	'/nginx_status',
	'/status?full',
	'/phpinfo.php',
	'/metrics',
	'/actuator',
	'/actuator/env',
	'/actuator/heapdump',
	'/console',
	'/_debugbar/open',
	'/telescope',
	'/debug/pprof/',
	'/debug/vars',
	'/@vite/client',
];

const TOOLS = ['/wp-admin/install.php', '/setup', '/adminer.php', '/api-docs', INTROSPECTION];

/** Parts of what is looked for, so that much of it comes near. */
const piece = fc.constantFrom(
	'<html>',
	'<td>',
	'PHP Version ',
	'8.2',
	'PHP Extension',
	'# HELP a ',
	'\n',
	'{"_links":{',
	'"propertySources":[',
	'"a":{"value":"',
	'******',
	'"',
	'}',
	'EVALEX = ',
	'true',
	'<form id="setup">',
	'<input type=password name=admin>',
	'Installation',
	'Traceback (most recent call last)',
	'File "',
	' ',
);
const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));

describe('pages that strangers get', () => {
	it('are read without an error, whatever they hold', () => {
		fc.assert(
			fc.property(text, (bytes) => {
				const seen = [
					...DIAGNOSTICS.map((path) => recogniseDiagnostic(path, bytes)),
					...TOOLS.map((path) => recogniseAdminTool(path, bytes)),
					recogniseErrorPage(bytes),
					recogniseDevelopmentScript('https://a.test/@vite/client', bytes),
				];
				for (const one of seen) expect(one === null || one.what.length > 0).toBe(true);
			}),
		);
	});

	it('take time in step with their length', () => {
		const began = cpuMs();
		for (const part of [
			'<td>',
			'"a":{"value":"',
			'<!--',
			'<title>',
			'# HELP ',
			'  ',
			'<script ',
			'Traceback (most recent call last)',
		]) {
			const bytes = part.repeat(Math.ceil(65_536 / part.length)).slice(0, 65_536);
			for (const path of [...DIAGNOSTICS, '/crossdomain.xml']) {
				expect(recogniseDiagnostic(path, `{${bytes}`)).toBeNull();
			}
			for (const path of [...TOOLS, '/crossdomain.xml']) {
				expect(recogniseAdminTool(path, bytes)).toBeNull();
			}
			expect(recogniseErrorPage(bytes)).toBeNull();
		}
		expect(cpuMs() - began).toBeLessThan(3_000);
	});

	it('mean nothing at a path that was not asked for', () => {
		expect(recogniseDiagnostic('/', '# HELP a b\na 1')).toBeNull();
		expect(recogniseAdminTool('/', '{"openapi":"3.1.0"}')).toBeNull();
	});
});

it('names the settings that weigh most first, and none whose value is hidden', () => {
	const property = (name: string, value: string) => `"${name}":{"value":"${value}","origin":"x"}`;
	const properties = [
		property('java.version', '<redacted:2>'),
		property('hidden.one', '******'),
		property('db.password', '<redacted:9>'),
	];
	const env = `{"propertySources":[{"name":"a","properties":{${properties.join(',')}}}]}`;
	expect(recogniseDiagnostic('/actuator/env', env)).toMatchObject({
		kind: 'actuator-secrets',
		names: ['db.password', 'java.version'],
	});
});

import { expect, it } from 'vitest';
import { dnameTarget, isSharedAlias } from '../../../src/facts/dns/shared-alias.ts';

const alias = (owner: string, target: string) => ({ owner, target });
const OWN = 'app.example.com';
const CONTROL = 'lr-0.example.com';

it.each([
	['one wildcard', alias(OWN, 'all.example.net'), alias(CONTROL, 'all.example.net'), true],
	['one DNAME', alias(OWN, 'app.example.net'), alias(CONTROL, 'lr-0.example.net'), true],
	['a DNAME to the root', alias(OWN, 'app'), alias(CONTROL, 'lr-0'), true],
	['records of their own', alias(OWN, 'a.example.net'), alias(CONTROL, 'b.example.net'), false],
	['two DNAMEs', alias(OWN, 'app.example.net'), alias(CONTROL, 'lr-0.example.org'), false],
	[
		'an alias with its own label beside a wildcard',
		alias(OWN, 'app.example.net'),
		alias(CONTROL, 'all.example.net'),
		false,
	],
])('tells %s', (_, one, other, isShared) => {
	expect(isSharedAlias(one, other)).toBe(isShared);
});

it('names where a DNAME leads', () => {
	expect(dnameTarget(alias(OWN, 'app.example.net'))).toBe('example.net');
	expect(dnameTarget(alias(OWN, 'app'))).toBe('.');
	expect(dnameTarget(alias(OWN, 'web.example.net'))).toBeNull();
});

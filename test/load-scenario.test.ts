import { describe, expect, it } from 'vitest';
import { BadTarget } from '../src/engine/parse-target.ts';
import { loadScenario } from '../src/load-scenario.ts';

const url = 'https://api.example.com/me';
const env = {
	PASSWORD: 'the-secret',
	BROKEN: 'a\r\nX-Evil: 1',
	ACCOUNTS: '[{"email":"ann@example.com"},{"email":"bo@example.com"}]',
	ONE: '{"email":"ann@example.com"}',
};
type Asked = Parameters<typeof loadScenario>[0];
const asked = (more: Partial<Asked>): Asked => ({ testAccounts: true, action: { url }, ...more });
const refusal = (more: Partial<Asked>) => {
	try {
		loadScenario(asked(more), env);
		return '';
	} catch (error) {
		if (error instanceof BadTarget) return error.message;
		throw error;
	}
};
const login = (body: string) => ({ login: { url, body } });

describe('a scenario', () => {
	it('takes its values from the environment, an account for each', () => {
		const scenario = loadScenario(
			asked({
				accounts: 'ACCOUNTS',
				...login(`\${account.email}:\${PASSWORD}`),
				take: { token: 'data.token' },
				action: { url, headers: { Authorization: `Bearer \${taken.token}` } },
				marker: `\${account.email}`,
			}),
			env,
		);
		expect(scenario.accounts.map((one) => [...one])).toEqual([
			[
				['PASSWORD', 'the-secret'],
				['account.email', 'ann@example.com'],
			],
			[
				['PASSWORD', 'the-secret'],
				['account.email', 'bo@example.com'],
			],
		]);
		expect(scenario.login?.method).toBe('POST');
		expect(scenario.action.method).toBe('GET');
	});

	it('that misses something says its name and no value', () => {
		expect(refusal(login(`\${NOT_THERE}`))).toBe(
			'load.scenario: the environment has no NOT_THERE.',
		);
		expect(refusal(login(`\${account.email}`))).toMatch(/needs accounts/);
		expect(refusal({ accounts: 'ONE', ...login(`\${account.email}`) })).toMatch(/no list/);
		expect(refusal({ accounts: 'PASSWORD', ...login('') })).toMatch(/PASSWORD holds no JSON/);
		expect(refusal({ accounts: 'ACCOUNTS', ...login(`\${account.pin}`) })).toMatch(
			/account 1 of ACCOUNTS has no pin/,
		);
		expect(refusal(login(`\${taken.token}`))).toMatch(/not among those of take/);
		expect(refusal({ take: { token: 'a' }, ...login(`\${taken.token}`) })).toMatch(
			/only its answer/,
		);
		expect(refusal(login(`\${BROKEN}`))).toMatch(/BROKEN holds a line break/);
		for (const message of [refusal(login(`\${BROKEN}`)), refusal({ accounts: 'PASSWORD' })]) {
			expect(message).not.toMatch(/secret|Evil/);
		}
	});

	it('that changes something says that it may, and how it is taken away', () => {
		const action = { url, method: 'POST' as const };
		expect(refusal({ action })).toMatch(/idempotent: true, or with cleanUp/);
		expect(refusal({ action: { ...action, idempotent: true } })).toBe('');
		expect(refusal({ action: { ...action, cleanUp: 'npm run clean' } })).toBe('');
	});

	it('with a secret written out is refused', () => {
		const headers = { Authorization: 'Bearer abc' };
		expect(refusal({ action: { url, headers } })).toBe(
			`load.scenario: the value of Authorization is written out: put it into the environment and write \${NAME}.`,
		);
		expect(refusal({ action: { url: `${url}?k=\${PASSWORD}` } })).toMatch(/no placeholders/);
	});
});

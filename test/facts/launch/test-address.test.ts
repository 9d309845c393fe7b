import fc from 'fast-check';
import { expect, it } from 'vitest';
import { testAddressIn } from '../../../src/facts/launch/test-address.ts';

const OWN = {
	registrable: 'shop.example',
	hosts: ['shop.example', 'www.shop.example', 'qa.shop.example'],
};

it.each([
	['http://localhost:3000/api', 'local', 'http://localhost:3000', false],
	['http://LOCALHOST', 'local', 'http://localhost', true],
	['http://localhost/', 'local', 'http://localhost', true],
	['http://localhost/?a#b', 'local', 'http://localhost', true],
	['http://localhost/a', 'local', 'http://localhost', false],
	['http://localhost:80', 'local', 'http://localhost:80', false],
	['https://app.localhost:8443', 'local', 'https://app.localhost:8443', false],
	['http://127.0.0.1:8000', 'local', 'http://127.0.0.1:8000', false],
	['http://127.1.2.3', 'local', 'http://127.1.2.3', true],
	['http://[::1]:3000/', 'local', 'http://[::1]:3000', false],
	['http://0.0.0.0:3000', 'local', 'http://0.0.0.0:3000', false],
	['ws://localhost:3001', 'local', 'ws://localhost:3001', false],
	['http://10.0.0.1/x', 'private', 'http://10.0.0.1', false],
	['http://172.16.0.1', 'private', 'http://172.16.0.1', true],
	['http://192.168.1.20:5173', 'private', 'http://192.168.1.20:5173', false],
	['http://[fd12::1]/', 'private', 'http://[fd12::1]', true],
	['http://shop.local', 'private', 'http://shop.local', true],
	['http://shop.test/a', 'private', 'http://shop.test', false],
	['http://host.docker.internal:8080', 'private', 'http://host.docker.internal:8080', false],
	['https://a1b2.ngrok-free.app/x', 'tunnel', 'https://a1b2.ngrok-free.app', false],
	[
		'https://deploy-preview-3--shop.netlify.app',
		'tunnel',
		'https://deploy-preview-3--shop.netlify.app',
		true,
	],
	[
		'https://shop-git-main-team.vercel.app',
		'tunnel',
		'https://shop-git-main-team.vercel.app',
		true,
	],
	['https://staging.shop.example/a', 'staging', 'https://staging.shop.example', false],
	['https://api-dev.shop.example', 'staging', 'https://api-dev.shop.example', true],
	['https://api.staging2.shop.example', 'staging', 'https://api.staging2.shop.example', true],
	['//staging.shop.example/x.js', 'staging', 'https://staging.shop.example', false],
	['https://shop-staging.herokuapp.com', 'staging', 'https://shop-staging.herokuapp.com', true],
])('takes %s for a test address: %s', (text, kind, origin, bare) => {
	expect(testAddressIn(text, OWN)).toMatchObject({ kind, origin, bare });
});

it.each([
	'https://shop.example/',
	'https://qa.shop.example/',
	'https://api.shop.example/',
	'https://testimonials.shop.example/',
	'https://developers.shop.example/',
	'https://latest.shop.example/',
	'https://shop.vercel.app/',
	'https://ngrok.io/docs',
	'https://localhost.example.com/',
	'https://staging.example.com/',
	'http://8.8.8.8/',
	'http://169.254.169.254/latest',
	'http://metadata.google.internal/',
	'http://172.32.0.1/',
	'/localhost:3000',
	'localhost:3000',
	'mailto:a@localhost',
	'postgres://localhost/shop',
	'http://',
	'http://[',
	'',
])('leaves %s alone', (text) => {
	expect(testAddressIn(text, OWN)).toBeNull();
});

it('takes a laboratory’s own top-level domain for its internet', () => {
	const lab = { registrable: 'shop.test', hosts: ['shop.test'] };
	expect(testAddressIn('https://cdn.test/x', lab)).toBeNull();
	expect(testAddressIn('https://staging.shop.test/x', lab)).toMatchObject({ kind: 'staging' });
});

it('never throws', () => {
	fc.assert(
		fc.property(fc.string(), fc.webUrl(), (text, url) => {
			testAddressIn(`http://${text}`, OWN);
			testAddressIn(text, { registrable: null, hosts: [] });
			expect(testAddressIn(url, OWN)?.origin ?? '//').toContain('//');
		}),
	);
});

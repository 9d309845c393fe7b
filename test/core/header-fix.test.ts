import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type HeaderField, PLATFORMS } from '../../src/core/fix.ts';
import { apart, header, headers } from '../../src/core/header-fix.ts';

const FIELDS: readonly HeaderField[] = [
	{ name: 'Strict-Transport-Security', value: 'max-age=31536000' },
	{
		name: 'Content-Security-Policy-Report-Only',
		value: "default-src 'self'; img-src 'self' data:",
	},
	{ name: 'X-Frame-Options', value: 'DENY' },
	{ name: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
];

const textFor = (fields: readonly HeaderField[], platform: string) =>
	headers('', fields).snippets.find((one) => one.platform === platform)?.text ?? '';

/** What a platform that takes a list would send. */
const pairs = (list: readonly { key: string; value: string }[]) =>
	list.map(({ key: name, value }) => ({ name, value }));

it('has a text for every platform, with every name and value in it', () => {
	const { snippets } = headers('', FIELDS);
	expect(snippets.map(({ platform }) => platform)).toEqual(
		PLATFORMS.filter((one) => one !== 'any'),
	);
	for (const { text, platform } of snippets) {
		for (const { name, value } of FIELDS) {
			expect(text, platform).toContain(value);
			const isKey = platform === 'alb' && text.includes(name.toLowerCase().replaceAll('-', '_'));
			expect(isKey || text.includes(name), `${platform} ${name}`).toBe(true);
		}
	}
});

it('says what it sends, for those who merge several fixes', () => {
	expect(header('X-Frame-Options', 'DENY', 'Mind the frames.')).toMatchObject({
		summary: 'Send X-Frame-Options: DENY',
		steps: ['Mind the frames.'],
		headers: [{ name: 'X-Frame-Options', value: 'DENY' }],
	});
	expect(apart(header('X-Frame-Options', 'DENY'))).not.toHaveProperty('headers');
});

it('writes one line for nginx, and says of several what they hide', () => {
	expect(textFor(FIELDS.slice(2, 3), 'nginx')).toBe('add_header X-Frame-Options "DENY" always;');
	const lines = textFor(FIELDS, 'nginx').split('\n');
	expect(lines.filter((line) => !line.startsWith('#'))).toEqual(
		FIELDS.map(({ name, value }) => `add_header ${name} "${value}" always;`),
	);
	expect(lines[0]).toMatch(/^# In the server block\. A location with an add_header of its own/);
});

it('replaces what an application behind Apache or IIS sends', () => {
	expect(textFor(FIELDS.slice(2, 3), 'apache').split('\n')).toEqual([
		'<IfModule mod_headers.c>',
		'  Header onsuccess unset X-Frame-Options',
		'  Header always set X-Frame-Options "DENY"',
		'</IfModule>',
	]);
	const azure = textFor(FIELDS, 'azure');
	expect(
		azure.match(/<remove name="[\w-]+" \/>\n\s+<add name="[\w-]+" value="[^"<&]*" \/>/g),
	).toHaveLength(FIELDS.length);
});

it('writes JSON that Vercel and Firebase read', () => {
	const vercel = JSON.parse(textFor(FIELDS, 'vercel'));
	expect(vercel.headers[0].source).toBe('/(.*)');
	expect(pairs(vercel.headers[0].headers)).toEqual(FIELDS);
	const firebase = JSON.parse(textFor(FIELDS, 'firebase'));
	expect(pairs(firebase.hosting.headers[0].headers)).toEqual(FIELDS);
});

it('writes one table for Netlify and for Fly', () => {
	const rows = FIELDS.map(({ name, value }) => `${name} = "${value}"`);
	for (const platform of ['netlify', 'fly']) {
		const lines = textFor(FIELDS, platform).split('\n');
		expect(lines.filter((line) => /^\s*[\w-]+ = "/.test(line)).map((one) => one.trim())).toEqual(
			platform === 'netlify' ? ['for = "/*"', ...rows] : rows,
		);
		expect(lines.filter((line) => /^\s*\[/.test(line)).length).toBe(platform === 'netlify' ? 2 : 1);
	}
});

it('writes code that Next.js and Express run', async () => {
	const config = new Function(`return { ${textFor(FIELDS, 'nextjs')} }`)() as {
		headers(): Promise<[{ source: string; headers: { key: string; value: string }[] }]>;
	};
	const [rule] = await config.headers();
	expect(rule.source).toBe('/(.*)');
	expect(pairs(rule.headers)).toEqual(FIELDS);

	type Layer = (req: object, res: object, next: () => void) => void;
	const layers: Layer[] = [];
	const app = { use: (layer: Layer) => layers.push(layer) };
	for (const platform of ['express', 'heroku']) {
		layers.length = 0;
		new Function('app', textFor(FIELDS, platform))(app);
		const sent: HeaderField[] = [];
		let went = 0;
		const res = { setHeader: (name: string, value: string) => sent.push({ name, value }) };
		layers[0]?.({}, res, () => {
			went += 1;
		});
		expect([sent, went]).toEqual([FIELDS, 1]);
	}
});

it('gives CloudFront and the load balancer only what each has a place for', () => {
	expect(textFor(FIELDS, 'cloudfront').split('\n').slice(1)).toEqual([
		'# Security headers',
		'Strict-Transport-Security: max-age=31536000',
		'X-Frame-Options: DENY',
		'Referrer-Policy: strict-origin-when-cross-origin',
		'# Custom headers',
		"Content-Security-Policy-Report-Only: default-src 'self'; img-src 'self' data:",
	]);
	expect(textFor(FIELDS, 'alb')).toContain(
		'routing.http.response.strict_transport_security.header_value = max-age=31536000\n' +
			'routing.http.response.x_frame_options.header_value = DENY\n' +
			'# in the application',
	);
});

it.each(['"', '\\', '$host', '%h', '{x}', '`', 'a\nb'])(
	'refuses %j, which a configuration would interpret',
	(value) => {
		expect(() => header('X-Test', value)).toThrow(RangeError);
		expect(() => header(`X-${value}`, 'a')).toThrow(RangeError);
	},
);

it('writes whatever it does not refuse so that JSON and JavaScript read it back', () => {
	fc.assert(
		fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (value) => {
			const field = { name: 'X-Test', value };
			try {
				header(field.name, value);
			} catch (error) {
				expect(error).toBeInstanceOf(RangeError);
				return;
			}
			expect(pairs(JSON.parse(textFor([field], 'vercel')).headers[0].headers)).toEqual([field]);
			const sent: HeaderField[] = [];
			const res = { setHeader: (name: string, text: string) => sent.push({ name, value: text }) };
			const app = {
				use: (layer: (...all: unknown[]) => void) => layer({}, res, () => undefined),
			};
			new Function('app', textFor([field], 'express'))(app);
			expect(sent).toEqual([field]);
		}),
		{ numRuns: 50 },
	);
});

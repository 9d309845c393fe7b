import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Findings, isUsed } from '../../../src/facts/mail/mail-intent.ts';
import { neededPackages } from '../../../src/facts/mail/mail-manifests.ts';
import { sendersAt } from '../../../src/facts/mail/product-services.ts';
import { cpuMs } from '../../cpu-time.ts';

function seen(files: Readonly<Record<string, string>>) {
	const findings = new Findings();
	for (const [path, text] of Object.entries(files)) findings.read(path, text);
	const { services, from } = findings.settled();
	return {
		services: services.map(({ name, signs }) => [name, ...signs].join(' ')),
		used: services.filter(isUsed).map(({ name }) => name),
		places: services.flatMap(({ places }) => places),
		from: from.map(({ domain }) => domain),
	};
}

describe('packages that a manifest needs', () => {
	it.each<[string, string, string[]]>([
		[
			'package.json',
			'{"devDependencies": {"maildev": "1"}, "dependencies": {"resend": "^4", "next": "15"}}',
			['resend', 'next'],
		],
		[
			'api/composer.json',
			'{"require": {"php": "^8", "wildbit/postmark-php": "^6"}}',
			['php', 'wildbit/postmark-php'],
		],
		[
			'requirements.txt',
			'# mail\nsendgrid==6.11\nDjango>=5\n-r base.txt\ndjango-anymail[mailgun, postmark]~=12.0',
			[
				'sendgrid',
				'django',
				'django-anymail',
				'django-anymail[mailgun]',
				'django-anymail[postmark]',
			],
		],
		[
			'pyproject.toml',
			'dependencies = [\n  "resend>=2.0",\n]\n[tool.poetry.dependencies]\nmailersend = "^0.5"',
			['dependencies', 'resend', 'mailersend'],
		],
		[
			'Gemfile',
			"gem 'rails'\n# gem 'mailgun-ruby'\ngem \"postmark-rails\", '~> 0.22'",
			['rails', 'postmark-rails'],
		],
		[
			'go.mod',
			'module shop.test/api\nrequire (\n\tgithub.com/resend/resend-go/v2 v2.13.0\n)',
			['github.com/resend/resend-go'],
		],
		['pom.xml', '<artifactId>sendgrid-java</artifactId>', ['sendgrid-java']],
		[
			'app/build.gradle.kts',
			'implementation("com.sendgrid:sendgrid-java:4.10.2")',
			['sendgrid-java'],
		],
		['Api.csproj', '<PackageReference Include="SendGrid" Version="9" />', ['sendgrid']],
		['package.json', '{"dependencies": [], broken', []],
		['README.md', 'resend', []],
	])('%s', (path, text, expected) => {
		expect(neededPackages(path, text).map(({ name }) => name)).toEqual(expected);
	});

	it('tells the line', () => {
		const text = '{\n  "name": "resend",\n  "dependencies": {\n    "resend": "4"\n  }\n}';
		expect(neededPackages('package.json', text)).toEqual([{ name: 'resend', line: 4 }]);
	});
});

describe('what a repository sends with', () => {
	it('is a dependency that is called or has a key; alone it may lie idle', () => {
		const manifest = { 'package.json': '{"dependencies": {"resend": "4"}}' };
		expect(seen(manifest)).toMatchObject({ services: ['Resend package'], used: [] });
		const code = "import { Resend } from 'resend';";
		expect(seen({ ...manifest, 'src/mail.ts': code })).toMatchObject({
			services: ['Resend package code'],
			used: ['Resend'],
		});
		expect(seen({ ...manifest, '.env': 'RESEND_API_KEY=re_secret' }).used).toEqual(['Resend']);
	});

	it.each<[string, string, string]>([
		['mail.js', "host: 'smtp.sendgrid.net',", 'SendGrid'],
		['mail.js', "nodemailer.createTransport({ service: 'Mailgun' })", 'Mailgun'],
		['.env', 'SMTP_HOST=email-smtp.eu-west-1.amazonaws.com', 'Amazon SES'],
		['.env', 'MAIL_MAILER=postmark', 'Postmark'],
		[
			'config/environments/production.rb',
			'  config.action_mailer.delivery_method = :mailgun',
			'Mailgun',
		],
		['shop/settings.py', 'EMAIL_BACKEND = "anymail.backends.brevo.EmailBackend"', 'Brevo'],
		['shop/settings.py', "EMAIL_HOST = 'smtp.gmail.com'", 'Google Workspace'],
		['worker.py', "ses = boto3.client('ses', region_name='eu-west-1')", 'Amazon SES'],
	])('%s: %s', (path, line, name) => {
		expect(seen({ [path]: line }).used).toEqual([name]);
	});

	it.each([
		['.env', '# RESEND_API_KEY='],
		['src/a.ts', "// import { Resend } from 'resend'"],
		['config/services.php', "'postmark' => ['token' => env('POSTMARK_TOKEN')],"],
		['src/a.ts', "import { resend } from './resend';"],
		['src/a.ts', 'const service = "session"; processes();'],
		['.env', 'MAIL_MAILER=log'],
		['.env', 'SMTP_HOST=sandbox.smtp.mailtrap.io'],
	])('is not told by %s: %s', (path, line) => {
		expect(seen({ [path]: line }).services).toEqual([]);
	});

	it('keeps no value and no address', () => {
		const { places, from } = seen({
			'.env': 'RESEND_API_KEY=re_123456789\nMAIL_FROM="Ada <ada@shop.test>"',
			'src/mail.ts': "from: 'Shop <hello@mail.shop.dev>',",
		});
		expect(JSON.stringify([places, from])).not.toMatch(/re_123|ada|hello/);
		expect(from).toEqual(['mail.shop.dev']);
	});
});

it('looks at the domains that senders name, and at the domain itself where none is named', () => {
	expect(sendersAt('shop.dev', [])).toEqual(['shop.dev']);
	expect(sendersAt('shop.dev', ['mail.shop.dev', 'other.dev'])).toEqual(['mail.shop.dev']);
	expect(sendersAt('shop.dev', ['other.dev', 'notshop.dev'])).toEqual([]);
});

it('never throws, whatever a file holds, and soon ends', () => {
	const path = fc.constantFrom(
		'package.json',
		'composer.json',
		'requirements.txt',
		'pyproject.toml',
		'Gemfile',
		'go.mod',
		'pom.xml',
		'mix.exs',
		'.env',
		'a.ts',
	);
	fc.assert(
		fc.property(path, fc.string(), (name, text) => {
			seen({ [name]: text });
			seen({ [name]: `from ${text} mail service` });
		}),
	);
	const began = cpuMs();
	for (const text of [
		'from@'.repeat(50_000),
		`"${'a['.repeat(50_000)}`,
		`${'from a@b.'.repeat(100)}\n`.repeat(300),
	]) {
		for (const name of ['a.ts', 'pyproject.toml', 'requirements.txt']) seen({ [name]: text });
	}
	expect(cpuMs() - began).toBeLessThan(1_000);
});

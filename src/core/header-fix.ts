import { type Fix, type HeaderField, type Platform, perPlatform } from './fix.ts';

/** Sends a response header, on every platform; see `headers`. */
export function header(name: string, value: string, ...steps: string[]): Fix {
	return headers(`Send ${name}: ${value}`, [{ name, value }], ...steps);
}

/**
 * Sends response headers, in one block, on every platform. Refuses characters that a configuration
 * would interpret: they cannot be quoted alike everywhere.
 */
export function headers(summary: string, fields: readonly HeaderField[], ...steps: string[]): Fix {
	return { ...perPlatform(summary, headerTexts(fields), ...steps), headers: fields };
}

/** A header fix that wants thought, or a look at other things, first: it is no part of a block. */
export function apart({ summary, steps, snippets }: Fix): Fix {
	return { summary, steps, snippets };
}

/** The configuration that sends these fields: one block, however many they are. */
function headerTexts(
	fields: readonly HeaderField[],
): Readonly<Record<Exclude<Platform, 'any'>, string>> {
	for (const { name, value } of fields) {
		if (!/^[\w-]+$/.test(name) || /["\\$%{}`\p{Cc}]/u.test(value)) {
			throw new RangeError(`Cannot quote ${name}: ${value}`);
		}
	}
	const lines = (write: (name: string, value: string) => string) =>
		fields.map(({ name, value }) => write(name, value)).join('\n');
	const plain = lines((name, value) => `${name}: ${value}`);
	const keyed = fields.map(({ name, value }) => ({ key: name, value }));
	const express = expressText(fields);
	return {
		nginx: fields.length === 1 ? nginxLines(lines) : `${NGINX_SCOPE}\n${nginxLines(lines)}`,
		apache: `<IfModule mod_headers.c>\n${lines(apacheLines)}\n</IfModule>`,
		caddy: `${CADDY_PROXY}\nheader {\n${lines((name, value) => `\t${name} "${value}"`)}\n}`,
		cloudflare: `# Rules > Transform Rules > Modify Response Header > Set static\n# (Cloudflare Pages: in the file _headers, indented below a line "/*")\n${plain}`,
		vercel: json({ headers: [{ source: '/(.*)', headers: keyed }] }),
		netlify: `[[headers]]\n  for = "/*"\n  [headers.values]\n${lines((name, value) => `    ${name} = "${value}"`)}`,
		nextjs: `async headers() {\n  return [{\n    source: '/(.*)',\n    headers: [\n${lines((name, value) => `      { key: '${name}', value: "${value}" },`)}\n    ],\n  }];\n},`,
		express,
		cloudfront: cloudfrontText(fields),
		alb: albText(fields),
		azure: `<!-- web.config, in <system.webServer>; a static web app has globalHeaders in staticwebapp.config.json -->\n<httpProtocol>\n  <customHeaders>\n${lines(azureLines)}\n  </customHeaders>\n</httpProtocol>`,
		'github-pages': `GitHub Pages sends no headers of your choice. Put a CDN that does in front of it (Cloudflare, free: Rules > Transform Rules), or move to a host that does, and set there:\n${plain}`,
		fly: `[http_service.http_options.response.headers]\n${lines((name, value) => `  ${name} = "${value}"`)}`,
		heroku: `// Heroku's router adds no headers: the application sends them. With Express:\n${express}`,
		firebase: json({ hosting: { headers: [{ source: '**', headers: keyed }] } }),
		wordpress: `add_action('send_headers', function () {\n${lines((name, value) => `\theader("${name}: ${value}");`)}\n});`,
	};
}

/** Said where several lines are pasted: they hide what an outer block sends. */
const NGINX_SCOPE =
	'# In the server block. A location with an add_header of its own sends none of these: repeat them\n' +
	'# there. Lines of an outer block no longer count: move them here. What the application sends too,\n' +
	'# take away with proxy_hide_header NAME;';

const CADDY_PROXY =
	'# What the application sends too, take away in reverse_proxy with header_down -NAME';

function nginxLines(lines: (write: (name: string, value: string) => string) => string): string {
	return lines((name, value) => `add_header ${name} "${value}" always;`);
}

/** What the application sends stands in another table (`onsuccess`), and would be sent beside. */
function apacheLines(name: string, value: string): string {
	return `  Header onsuccess unset ${name}\n  Header always set ${name} "${value}"`;
}

/** Two of one name make the whole configuration an error. */
function azureLines(name: string, value: string): string {
	const quoted = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
	return `    <remove name="${name}" />\n    <add name="${name}" value="${quoted}" />`;
}

function expressText(fields: readonly HeaderField[]): string {
	const set = fields.map(({ name, value }) => `  res.setHeader('${name}', "${value}");`);
	return [
		'// before the routes, and after helmet() where that is used',
		'app.use((req, res, next) => {',
		...set,
		'  next();',
		'});',
	].join('\n');
}

/** CloudFront takes these only where it has a place for them, every other as a custom header. */
const CLOUDFRONT_SECURITY = new Set([
	'content-security-policy',
	'referrer-policy',
	'strict-transport-security',
	'x-content-type-options',
	'x-frame-options',
	'x-xss-protection',
]);

function cloudfrontText(fields: readonly HeaderField[]): string {
	const isSecurity = ({ name }: HeaderField) => CLOUDFRONT_SECURITY.has(name.toLowerCase());
	const part = (heading: string, some: readonly HeaderField[]) =>
		some.length === 0 ? [] : [heading, ...some.map(({ name, value }) => `${name}: ${value}`)];
	return [
		'# Policies > Response headers > Create, then attach it to the behaviours; origin override: on',
		...part('# Security headers', fields.filter(isSecurity)),
		...part(
			'# Custom headers',
			fields.filter((one) => !isSecurity(one)),
		),
	].join('\n');
}

/** What a listener of an Application Load Balancer can add. */
const ALB_FIELDS = new Set([
	'content-security-policy',
	'strict-transport-security',
	'x-content-type-options',
	'x-frame-options',
]);

function albText(fields: readonly HeaderField[]): string {
	const isListener = ({ name }: HeaderField) => ALB_FIELDS.has(name.toLowerCase());
	const attributes = fields.filter(isListener).map(({ name, value }) => {
		const key = `routing.http.response.${name.toLowerCase().replaceAll('-', '_')}.header_value`;
		return `${key} = ${value}`;
	});
	const others = fields.filter((one) => !isListener(one));
	return [
		...(attributes.length > 0
			? [
					'# EC2 > Load Balancers > the HTTPS listener > Attributes > Add response headers',
					...attributes,
				]
			: []),
		...(others.length > 0
			? [
					'# in the application, the load balancer cannot send it',
					...others.map(({ name, value }) => `${name}: ${value}`),
				]
			: []),
	].join('\n');
}

function json(value: unknown): string {
	return JSON.stringify(value, null, 2);
}

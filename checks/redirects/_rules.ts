import { type Fix, perPlatform } from '../../src/sdk.ts';

/** Redirects every plain request to its HTTPS twin, path and query kept, in the platform's own words. */
export function upgradeFix(host: string): Fix {
	return perPlatform(
		`Redirect http://${host}/ to https://${host}/ with one permanent redirect that keeps path and query.`,
		{
			nginx: `server {\n  listen 80;\n  listen [::]:80;\n  server_name ${host};\n  return 308 https://$host$request_uri;\n}`,
			apache: `<VirtualHost *:80>\n  ServerName ${host}\n  RewriteEngine On\n  RewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=308,L]\n</VirtualHost>`,
			caddy: `http://${host} {\n  redir https://${host}{uri} 308\n}`,
			cloudflare: 'SSL/TLS > Edge Certificates > Always Use HTTPS: on',
			vercel: `Vercel redirects to HTTPS by itself: point ${host} at Vercel and add it under Project > Settings > Domains.`,
			netlify: 'Domain management > HTTPS > Force HTTPS',
			express: FORWARDED,
			heroku: `# Heroku does not redirect: the application must, by X-Forwarded-Proto. In Express:\n${FORWARDED}`,
			cloudfront: 'Distribution > Behaviors > Viewer protocol policy: Redirect HTTP to HTTPS',
			alb: 'Listener HTTP:80 > default action > Redirect to URL\nHTTPS://#{host}:443/#{path}?#{query}, status 301',
			azure: 'App Service > Configuration > General settings > HTTPS Only: on',
			'github-pages': 'Repository > Settings > Pages > Enforce HTTPS',
			fly: '[http_service]\n  force_https = true',
			firebase: `Firebase redirects to HTTPS by itself: connect ${host} under Hosting > Add custom domain.`,
			wordpress: `# wp-config.php\ndefine('WP_HOME', 'https://${host}');\ndefine('WP_SITEURL', 'https://${host}');\n# and the redirect in .htaccess, above the WordPress block:\nRewriteEngine On\nRewriteCond %{HTTPS} !=on\nRewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=308,L]`,
		},
		'Keep port 80 open: a closed port is no redirect.',
	);
}

/** Sends every request for one host to the other, path and query kept. */
export function hostFix(from: string, to: string): Fix {
	return perPlatform(
		`Redirect https://${from}/ to https://${to}/ with one permanent redirect that keeps path and query.`,
		{
			nginx: `server {\n  listen 443 ssl;\n  server_name ${from};\n  # ssl_certificate for ${from}\n  return 308 https://${to}$request_uri;\n}`,
			apache: `<VirtualHost *:443>\n  ServerName ${from}\n  RewriteEngine On\n  RewriteRule ^ https://${to}%{REQUEST_URI} [R=308,L]\n</VirtualHost>`,
			caddy: `${from} {\n  redir https://${to}{uri} permanent\n}`,
			cloudflare: `Rules > Redirect Rules: if hostname equals ${from}, dynamic redirect to\nconcat("https://${to}", http.request.uri.path), status 308, preserve query string`,
			vercel: `Project > Settings > Domains > ${from}: "Redirect to" ${to}, 308`,
			netlify: `# _redirects\nhttps://${from}/* https://${to}/:splat 301!`,
			nextjs: `async redirects() {\n  return [{ source: '/:path*', has: [{ type: 'host', value: '${from}' }],\n    destination: 'https://${to}/:path*', permanent: true }];\n}`,
			express: byHostName(from, to),
			heroku: `# In the application. Express:\n${byHostName(from, to)}`,
			fly: `# In the application. Express:\n${byHostName(from, to)}`,
			cloudfront: `CloudFront function, viewer request:\nfunction handler(event) {\n  var r = event.request;\n  if (r.headers.host.value !== '${from}') return r;\n  var q = r.rawQueryString();\n  return { statusCode: 308, headers: { location: { value: 'https://${to}' + r.uri + (q ? '?' + q : '') } } };\n}`,
			alb: `Listener HTTPS:443 > rule: host header is ${from} > Redirect to URL\nHTTPS://${to}:443/#{path}?#{query}, status 301`,
			azure: `<rule name="one host" stopProcessing="true">\n  <match url="(.*)" />\n  <conditions><add input="{HTTP_HOST}" pattern="^${from.replaceAll('.', '\\.')}$" /></conditions>\n  <action type="Redirect" url="https://${to}/{R:1}" appendQueryString="true" redirectType="Permanent" />\n</rule>`,
			'github-pages': `Repository > Settings > Pages > Custom domain: ${to}\n(with DNS of both names at GitHub Pages, the other one then redirects by itself)`,
			firebase: `Hosting > Add custom domain > ${from}: Redirect to ${to}`,
			wordpress: `# wp-config.php\ndefine('WP_HOME', 'https://${to}');\ndefine('WP_SITEURL', 'https://${to}');`,
		},
	);
}

/** Behind a proxy that ends TLS, which tells by which scheme the visitor came. */
const FORWARDED =
	"app.set('trust proxy', 1);\napp.use((req, res, next) =>\n  req.secure ? next() : res.redirect(308, 'https://' + req.hostname + req.originalUrl));";

const byHostName = (from: string, to: string) =>
	`app.use((req, res, next) =>\n  req.hostname === '${from}' ? res.redirect(308, 'https://${to}' + req.originalUrl) : next());`;

/** Where a framework takes the base of absolute URLs from. */
export function baseUrlFix(base: string, ...steps: string[]): Fix {
	return perPlatform(
		`Set the application's base URL to ${base}, in the production environment.`,
		{
			nginx:
				'proxy_set_header Host $host;\nproxy_set_header X-Forwarded-Proto $scheme;\nproxy_set_header X-Forwarded-Host $host;\nabsolute_redirect off;',
			apache: 'ProxyPreserveHost On\nRequestHeader set X-Forwarded-Proto "https"',
			caddy: 'reverse_proxy localhost:3000   # sends Host and X-Forwarded-Proto by itself',
			vercel: `Project > Settings > Environment Variables (Production): the base URL variable, e.g. NEXT_PUBLIC_SITE_URL=${base}`,
			netlify: `Site configuration > Environment variables (Production): the base URL variable, e.g. URL=${base}`,
			nextjs: `export const metadata = { metadataBase: new URL('${base}') };`,
			express: "app.set('trust proxy', 1);   // then build URLs from req.protocol and req.hostname",
			wordpress: `define('WP_HOME', '${base}');\ndefine('WP_SITEURL', '${base}');`,
			heroku: `heroku config:set SITE_URL=${base}   # or whatever the application calls its base URL`,
			fly: `fly secrets set SITE_URL=${base}   # or whatever the application calls its base URL`,
			any: `Look for the variable that holds the site's URL (BASE_URL, SITE_URL, APP_URL, NEXTAUTH_URL, WP_HOME and WP_SITEURL) and set it to ${base}`,
		},
		...steps,
	);
}

/** One severity lower on a staging host, where no customer comes. */
export const STEP_LOWER = {
	blocker: 'high',
	high: 'later',
	later: 'info',
	info: 'info',
} as const;

/** A host name that may stand in text to paste; the other one where it has unusual characters. */
export function plainHost(host: string, otherwise: string): string {
	return /^[a-z0-9.-]+$/.test(host) ? host : otherwise;
}

/** A URL that may stand in text to paste, query included; the other one where it has unusual characters. */
export function plainUrl(url: string, otherwise: string): string {
	return /^https?:\/\/[\w.:-]+\/[\w./~=&?-]*$/.test(url) ? url : otherwise;
}

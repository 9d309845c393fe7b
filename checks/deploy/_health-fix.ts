import type { Fix, Operations, Snippet } from '../../src/sdk.ts';
import { askCommand, healthRoute, type Stack } from './_framework-files.ts';

export type Asker = Operations['unasked'][number];

const any = (language: string, text: string): Snippet => ({ platform: 'any', language, text });

/** The setting that makes a platform, or the image, ask the route. */
function askText({ kind, file, service }: Asker, stack: Stack, path: string): Snippet {
	const port = stack.port ?? 8080;
	switch (kind) {
		case 'fly':
			return {
				platform: 'fly',
				language: 'toml',
				text: `# ${file}\n[[http_service.checks]]\n  grace_period = '10s'\n  interval = '30s'\n  method = 'GET'\n  timeout = '5s'\n  path = '${path}'`,
			};
		case 'render':
			return any('yaml', `# ${file}, in the service\nhealthCheckPath: ${path}`);
		case 'railway':
			return file.endsWith('.toml')
				? any('toml', `# ${file}\n[deploy]\nhealthcheckPath = "${path}"\nhealthcheckTimeout = 60`)
				: any(
						'json',
						`{\n  "deploy": {\n    "healthcheckPath": "${path}",\n    "healthcheckTimeout": 60\n  }\n}`,
					);
		case 'digitalocean':
			return any('yaml', `# ${file}, in the service\nhealth_check:\n  http_path: ${path}`);
		case 'app-engine':
			return any(
				'yaml',
				`# ${file}\nliveness_check:\n  path: '${path}'\nreadiness_check:\n  path: '${path}'`,
			);
		case 'kubernetes':
		case 'cloud-run':
			return any(
				'yaml',
				`# ${file}, in the container\nlivenessProbe:\n  httpGet:\n    path: ${path}\n    port: ${port}\n  periodSeconds: 30\nreadinessProbe:\n  httpGet:\n    path: ${path}\n    port: ${port}\n  periodSeconds: 10`.replace(
					// Cloud Run sends readiness by its start-up probe.
					kind === 'cloud-run' ? /readinessProbe/ : /(?!)/,
					'startupProbe',
				),
			);
		case 'compose':
			return any(
				'yaml',
				`# ${file}, in ${service === '' ? 'the service' : /^[\w.-]+$/.test(service) ? service : 'the service'}\nhealthcheck:\n  test: ['CMD-SHELL', ${JSON.stringify(askCommand(stack, path))}]\n  interval: 30s\n  timeout: 5s\n  start_period: 20s\n  retries: 3`,
			);
		default:
			return any(
				'dockerfile',
				`# ${file}, last stage\nHEALTHCHECK --interval=30s --timeout=5s --start-period=20s \\\n  CMD ${askCommand(stack, path)}`,
			);
	}
}

const NAMES: Readonly<Record<string, string>> = { image: 'the image' };

export const askerName = ({ kind, name }: Pick<Asker, 'kind' | 'name'>): string =>
	NAMES[kind] ?? name;

export function askRoute(asker: Asker, stack: Stack, path: string): Fix {
	return {
		summary: `Let ${askerName(asker)} ask ${path}`,
		steps: [
			`Add this to ${asker.file}.`,
			...(asker.kind === 'image'
				? [
						'Docker, Compose and Swarm obey it; Kubernetes, Fly.io and Cloud Run want their own probe in their manifest.',
					]
				: [
						'A deploy whose new instance does not answer 200 there is then held back or taken back.',
					]),
			`Keep ${path} cheap and without a session: one that fails with the database takes every instance down together.`,
		],
		snippets: [askText(asker, stack, path)],
	};
}

export function addRoute(stack: Stack, asker: Asker | null): Fix {
	const { path, snippet } = healthRoute(stack);
	return {
		summary: `Add a route ${path} that answers 200 while the service can work`,
		steps: [
			'It needs no session, is not cached, and does not fail for what a restart cannot repair.',
			asker === null
				? 'Have an uptime monitor, or the load balancer in front, ask it every half minute.'
				: `Then let ${askerName(asker)} ask it, in ${asker.file}.`,
		],
		snippets: [snippet, ...(asker === null ? [] : [askText(asker, stack, path)])],
	};
}

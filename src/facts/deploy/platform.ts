import { posix } from 'node:path';
import { objectIn } from './package-scripts.ts';
import { readToml, type TomlEntry, tomlAll, tomlAt } from './toml.ts';
import { valueAt, type YamlDocument, yamlDocuments } from './yaml-documents.ts';

export const PLATFORM_KINDS = [
	'heroku',
	'railway',
	'render',
	'cloud-run',
	'app-engine',
	'digitalocean',
	'app-runner',
	'fly',
	'kubernetes',
	'compose',
	'vercel',
	'netlify',
	'cloudflare',
	'firebase',
	'amplify',
	'azure-static',
] as const;
export type PlatformKind = (typeof PLATFORM_KINDS)[number];

/** One service that a manifest deploys. */
export interface PlatformService {
	readonly kind: PlatformKind;
	/** `Heroku`. */
	readonly name: string;
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	/** As the manifest calls it; empty where it has one service without a name. */
	readonly service: string;
	/** Folder of its code, relative to the root. */
	readonly folder: string;
	/** Answers requests; workers and cron jobs do not. */
	readonly isWeb: boolean;
	/** Sends requests to the port that it gives as PORT. */
	readonly givesPort: boolean;
	/** The port that requests are sent to, where the manifest names it. */
	readonly port: number | null;
	/** `lost`: gone with every deploy or restart. `unknown`: the manifest does not tell. */
	readonly disk: 'lost' | 'unknown';
	/** Folders that survive. */
	readonly mounts: readonly string[];
	/** Where requests tell it whether the service lives; `null` without. */
	readonly probe: { readonly line: number; readonly what: string } | null;
	/** Whether it could be told. */
	readonly canProbe: boolean;
	/** What it starts instead of what image or package say. */
	readonly start: {
		readonly line: number;
		readonly text: string;
		/** Words that no shell reads; `null` for a command line. */
		readonly words: readonly string[] | null;
	} | null;
	/** Relative to the root; `null` where no image is built or the manifest does not say. */
	readonly dockerfile: string | null;
	/** The stage that is built; empty for the last. */
	readonly target: string;
	/** Runs as somebody other than root, whatever the image says. */
	readonly setsUser: boolean;
	/** Runs an init in front of the program. */
	readonly hasInit: boolean;
	/** It starts `npm start` where nothing else is said. */
	readonly startsPackage: boolean;
	/** Mounts the source over the image: for development. */
	readonly mountsSource: boolean;
	/** Meant for production, as far as its name tells. */
	readonly isProduction: boolean;
}

const NAMES: Readonly<Record<PlatformKind, string>> = {
	heroku: 'Heroku',
	railway: 'Railway',
	render: 'Render',
	'cloud-run': 'Cloud Run',
	'app-engine': 'App Engine',
	digitalocean: 'DigitalOcean App Platform',
	'app-runner': 'App Runner',
	fly: 'Fly.io',
	kubernetes: 'Kubernetes',
	compose: 'Docker Compose',
	vercel: 'Vercel',
	netlify: 'Netlify',
	cloudflare: 'Cloudflare',
	firebase: 'Firebase',
	amplify: 'Amplify',
	'azure-static': 'Azure Static Web Apps',
};

/** Serves and watches the site itself: there is no process of one's own to probe. */
export const MANAGED: ReadonlySet<PlatformKind> = new Set([
	'vercel',
	'netlify',
	'cloudflare',
	'firebase',
	'amplify',
	'azure-static',
]);

function service(
	kind: PlatformKind,
	file: string,
	told: Partial<Omit<PlatformService, 'kind' | 'name' | 'file'>> = {},
): PlatformService {
	return {
		kind,
		name: NAMES[kind],
		file,
		line: 1,
		service: '',
		folder: folderOf(file),
		isWeb: true,
		givesPort: false,
		port: null,
		disk: 'lost',
		mounts: [],
		probe: null,
		canProbe: false,
		start: null,
		dockerfile: null,
		target: '',
		setsUser: false,
		hasInit: false,
		startsPackage: false,
		mountsSource: false,
		isProduction: true,
		...told,
	};
}

export function folderOf(file: string): string {
	const folder = posix.dirname(file);
	return folder === '.' ? '' : folder;
}

/** A path that a file names, from its folder; `null` where it leads out of the root. */
export function pathFrom(folder: string, path: string): string | null {
	const joined = posix.join(folder || '.', path).replace(/\/$/, '');
	if (joined.startsWith('..') || joined.startsWith('/')) return null;
	return joined === '.' ? '' : joined;
}

const commandLine = (text: string, line: number): PlatformService['start'] =>
	text === '' ? null : { line, text, words: null };

const commandWords = (words: readonly unknown[], line: number): PlatformService['start'] => {
	const plain = words.filter((word): word is string => typeof word === 'string');
	return plain.length === 0 ? null : { line, text: plain.join(' '), words: plain };
};

type Reader = (file: string, text: string) => readonly PlatformService[];

const COMPOSE = /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]{1,40})?\.ya?ml$/;
const PRODUCTION = /(?:^|[._-])(?:prod|production|deploy|live|release)(?:[._-]|$)/i;
const KUBERNETES = /^kind:\s*["']?(?:Deployment|StatefulSet|DaemonSet|Rollout|Service)\b/m;

const READERS: readonly (readonly [path: RegExp, read: Reader])[] = [
	[/(?:^|\/)Procfile$/, readProcfile],
	[/(?:^|\/)app\.json$/, readAppJson],
	[/(?:^|\/)heroku\.ya?ml$/, readHeroku],
	[/(?:^|\/)fly(?:\.[\w-]{1,40})?\.toml$/, readFly],
	[/(?:^|\/)render\.ya?ml$/, readRender],
	[/(?:^|\/)railway\.json$/, readRailwayJson],
	[/(?:^|\/)railway\.toml$/, readRailwayToml],
	[/(?:^|\/)app(?:\.[\w-]{1,40})?\.ya?ml$/, readAppYaml],
	[/(?:^|\/)apprunner\.ya?ml$/, readAppRunner],
	[/(?:^|\/)vercel\.json$/, (file) => [service('vercel', file)]],
	[/(?:^|\/)netlify\.toml$/, (file) => [service('netlify', file)]],
	[/(?:^|\/)wrangler\.(?:toml|jsonc?)$/, (file) => [service('cloudflare', file)]],
	[/(?:^|\/)amplify\.ya?ml$/, (file) => [service('amplify', file)]],
	[/(?:^|\/)staticwebapp\.config\.json$/, (file) => [service('azure-static', file)]],
	[/(?:^|\/)firebase\.json$/, readFirebase],
	[COMPOSE, readCompose],
	[/(?:^|\/)(?:\.github\/workflows\/[^/]+|cloudbuild[\w.-]*|\.gitlab-ci)\.ya?ml$/, readWorkflow],
	[/\.ya?ml$/, readKubernetes],
];

/** Whether a file may be a manifest, by its path alone. */
export const isPlatformFile = (path: string): boolean =>
	READERS.some(([pattern]) => pattern.test(path));

/** What a manifest deploys; empty for a file that is none, or that cannot be parsed. */
export function platformServices(file: string, text: string): readonly PlatformService[] {
	const read = READERS.find(([pattern]) => pattern.test(file))?.[1];
	return read === undefined ? [] : read(file, text);
}

function readProcfile(file: string, text: string): readonly PlatformService[] {
	return text.split('\n').flatMap((line, index) => {
		const [, name = '', command = ''] = /^([A-Za-z0-9_-]{1,60}):\s*(\S.*)$/.exec(line.trim()) ?? [];
		if (name === '') return [];
		return [
			service('heroku', file, {
				line: index + 1,
				service: name,
				isWeb: name === 'web',
				givesPort: name === 'web',
				start: commandLine(command, index + 1),
			}),
		];
	});
}

/** Heroku's manifest, by the members that no other tool's file of this name has. */
function readAppJson(file: string, text: string): readonly PlatformService[] {
	const whole = objectIn(text);
	const isHeroku =
		whole !== null &&
		!('expo' in whole) &&
		['buildpacks', 'addons', 'formation', 'stack'].some((key) => key in whole);
	return isHeroku ? [service('heroku', file, { givesPort: true, startsPackage: true })] : [];
}

function readHeroku(file: string, text: string): readonly PlatformService[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	const names = new Set([...document.keys('build', 'docker'), ...document.keys('run')]);
	return [...names].map((name) => {
		const written = document.text('run', name) || document.text('run', name, 'command', 0);
		const dockerfile = document.text('build', 'docker', name);
		return service('heroku', file, {
			line: document.line('build', 'docker', name),
			service: name,
			isWeb: name === 'web',
			givesPort: name === 'web',
			start: commandLine(written, document.line('run', name)),
			dockerfile: dockerfile === '' ? null : pathFrom(folderOf(file), dockerfile),
			setsUser: true,
		});
	});
}

function readFly(file: string, text: string): readonly PlatformService[] {
	const entries = readToml(text);
	if (entries.length === 0) return [];
	const port =
		tomlAt(entries, 'http_service', 'internal_port') ??
		tomlAt(entries, 'services', '*', 'internal_port');
	const mounts = [
		...tomlAll(entries, 'mounts', 'destination'),
		...tomlAll(entries, 'mounts', '*', 'destination'),
		...tomlAll(entries, 'mount', 'destination'),
	];
	const check = entries.find(({ path }) => isFlyCheck(path));
	const process =
		tomlAt(entries, 'processes', 'web') ??
		tomlAt(entries, 'processes', 'app') ??
		tomlAt(entries, 'experimental', 'cmd');
	const dockerfile = textOf(tomlAt(entries, 'build', 'dockerfile'));
	return [
		service('fly', file, {
			line: port?.line ?? 1,
			isWeb: port !== undefined,
			port: typeof port?.value === 'number' ? port.value : null,
			mounts: mounts.map(textOf),
			canProbe: true,
			probe: check === undefined ? null : { line: check.line, what: 'a check' },
			start: startOf(process),
			dockerfile: dockerfile === '' ? null : pathFrom(folderOf(file), dockerfile),
			target: textOf(tomlAt(entries, 'build', 'build-target')),
		}),
	];
}

const isFlyCheck = (path: readonly string[]): boolean =>
	path.some((key, index) =>
		index === 0 ? key === 'checks' : /^(?:checks|http_checks|tcp_checks)$/.test(key),
	);

function startOf(entry: TomlEntry | undefined): PlatformService['start'] {
	if (entry === undefined) return null;
	return Array.isArray(entry.value)
		? commandWords(entry.value, entry.line)
		: commandLine(textOf(entry), entry.line);
}

const textOf = (entry: TomlEntry | undefined): string =>
	typeof entry?.value === 'string' ? entry.value : '';

function readRender(file: string, text: string): readonly PlatformService[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	return document
		.list('services')
		.map((_, index) => renderService(file, document, index))
		.filter((one) => one !== null);
}

function renderService(
	file: string,
	document: YamlDocument,
	index: number,
): PlatformService | null {
	const at = (...path: string[]) => document.text('services', index, ...path);
	const lineOf = (...path: string[]) => document.line('services', index, ...path);
	const type = at('type');
	const runtime = at('runtime') || at('env');
	if (type === 'redis' || type === 'keyvalue') return null;
	const isWeb = type === 'web' && runtime !== 'static';
	const written = at('startCommand') === '' ? 'dockerCommand' : 'startCommand';
	const disk = at('disk', 'mountPath');
	const health = at('healthCheckPath');
	const dockerfile = at('dockerfilePath') || (runtime === 'docker' ? 'Dockerfile' : '');
	const isLong = isWeb || type === 'pserv' || type === 'worker';
	return service('render', file, {
		line: lineOf('type'),
		service: at('name'),
		folder: pathFrom(folderOf(file), at('rootDir') || at('dockerContext') || '.') ?? '',
		isWeb,
		// PORT is given, but another open port is found and used as well.
		givesPort: false,
		mounts: disk === '' ? [] : [disk],
		canProbe: isWeb,
		probe: health === '' ? null : { line: lineOf('healthCheckPath'), what: 'healthCheckPath' },
		start: isLong ? commandLine(at(written), lineOf(written)) : null,
		dockerfile: dockerfile === '' ? null : pathFrom(folderOf(file), dockerfile),
	});
}

function readRailwayJson(file: string, text: string): readonly PlatformService[] {
	const whole = objectIn(text);
	if (whole === null) return [];
	const lineOf = (key: string) => {
		const at = text.indexOf(`"${key}"`);
		return at === -1 ? 1 : text.slice(0, at).split('\n').length;
	};
	const at = (...path: string[]) => {
		const value = valueAt(whole, path);
		return typeof value === 'string' ? value : '';
	};
	return [railway(file, { at, lineOf })];
}

function readRailwayToml(file: string, text: string): readonly PlatformService[] {
	const entries = readToml(text);
	const at = (...path: string[]) => textOf(tomlAt(entries, ...path));
	const lineOf = (key: string) => entries.find(({ path }) => path.at(-1) === key)?.line ?? 1;
	return [railway(file, { at, lineOf })];
}

function railway(
	file: string,
	{ at, lineOf }: { at(...path: string[]): string; lineOf(key: string): number },
): PlatformService {
	const health = at('deploy', 'healthcheckPath');
	const dockerfile = at('build', 'dockerfilePath');
	const isStatic = at('build', 'builder').toUpperCase() === 'STATIC';
	return service('railway', file, {
		isWeb: !isStatic && at('deploy', 'cronSchedule') === '',
		givesPort: !isStatic && at('deploy', 'cronSchedule') === '',
		// Volumes are attached in the dashboard, which the file does not show.
		disk: 'unknown',
		canProbe: true,
		probe: health === '' ? null : { line: lineOf('healthcheckPath'), what: 'healthcheckPath' },
		start: commandLine(at('deploy', 'startCommand'), lineOf('startCommand')),
		dockerfile: dockerfile === '' ? null : pathFrom(folderOf(file), dockerfile),
		startsPackage: true,
	});
}

function readAppYaml(file: string, text: string): readonly PlatformService[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	if (document.at('services') !== undefined || document.at('static_sites') !== undefined) {
		return /(?:^|\/)\.do\//.test(file) ? digitalOcean(file, document) : [];
	}
	const runtime = document.text('runtime');
	if (!/^(?:nodejs|python|go|php|ruby|java|custom)/.test(runtime)) return [];
	const key = ['readiness_check', 'liveness_check', 'health_check'].find(
		(one) => document.at(one) !== undefined,
	);
	const isFlexible = document.text('env') === 'flex' || runtime === 'custom';
	return [
		service('app-engine', file, {
			line: document.line('runtime'),
			service: document.text('service'),
			givesPort: true,
			port: 8080,
			canProbe: isFlexible,
			probe: key === undefined ? null : { line: document.line(key), what: key },
			start: commandLine(document.text('entrypoint'), document.line('entrypoint')),
			startsPackage: runtime.startsWith('nodejs'),
		}),
	];
}

function digitalOcean(file: string, document: YamlDocument): readonly PlatformService[] {
	return document.list('services').map((_, index) => {
		const at = (...path: string[]) => document.text('services', index, ...path);
		const lineOf = (...path: string[]) => document.line('services', index, ...path);
		const hasHealth = document.at('services', index, 'health_check') !== undefined;
		const port = Number(at('http_port'));
		const dockerfile = at('dockerfile_path');
		return service('digitalocean', file, {
			line: lineOf('name'),
			service: at('name'),
			folder: pathFrom('', at('source_dir').replace(/^\//, '') || '.') ?? '',
			// The port that is named in the file, 8080 unless it is.
			port: Number.isInteger(port) && port > 0 ? port : 8080,
			canProbe: true,
			probe: hasHealth ? { line: lineOf('health_check'), what: 'health_check' } : null,
			start: commandLine(at('run_command'), lineOf('run_command')),
			dockerfile: dockerfile === '' ? null : pathFrom('', dockerfile.replace(/^\//, '')),
			startsPackage: dockerfile === '',
		});
	});
}

function readAppRunner(file: string, text: string): readonly PlatformService[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	const port = Number(document.text('run', 'network', 'port'));
	return [
		service('app-runner', file, {
			line: document.line('run'),
			// The port that is named in the file, 8080 unless it is.
			port: Number.isInteger(port) && port > 0 ? port : 8080,
			start: commandLine(document.text('run', 'command'), document.line('run', 'command')),
		}),
	];
}

function readFirebase(file: string, text: string): readonly PlatformService[] {
	const whole = objectIn(text);
	return whole !== null && ('hosting' in whole || 'apphosting' in whole)
		? [service('firebase', file)]
		: [];
}

function readCompose(file: string, text: string): readonly PlatformService[] {
	const [document] = yamlDocuments(text);
	if (document === undefined) return [];
	const name = posix.basename(file);
	return document.keys('services').map((key) => {
		const at = (...path: string[]) => document.text('services', key, ...path);
		const raw = (...path: string[]) => document.at('services', key, ...path);
		const lineOf = (...path: string[]) => document.line('services', key, ...path);
		const volumes = document.list('services', key, 'volumes').map(volumeOf);
		const build = at('build') || at('build', 'context');
		const context = build === '' ? null : pathFrom(folderOf(file), build);
		const hasHealth = raw('healthcheck') !== undefined && raw('healthcheck', 'disable') !== true;
		const command = raw('command');
		const user = at('user');
		return service('compose', file, {
			line: lineOf(),
			service: key,
			folder: context ?? folderOf(file),
			isWeb: document.list('services', key, 'ports').length > 0,
			mounts: volumes.map(({ target }) => target),
			canProbe: context !== null,
			probe: hasHealth ? { line: lineOf('healthcheck'), what: 'healthcheck' } : null,
			start: Array.isArray(command)
				? commandWords(command, lineOf('command'))
				: commandLine(at('command'), lineOf('command')),
			dockerfile:
				context === null ? null : pathFrom(context, at('build', 'dockerfile') || 'Dockerfile'),
			target: at('build', 'target'),
			setsUser: user !== '' && !/^(?:0|root)(?::|$)/.test(user),
			hasInit: raw('init') === true,
			mountsSource: volumes.some(
				({ source }) =>
					context !== null &&
					/^\.{1,2}(?:\/|$)/.test(source) &&
					coversSource(pathFrom(folderOf(file), source), context),
			),
			isProduction: PRODUCTION.test(name),
		});
	});
}

/** The context itself, or the `src` in it. */
const coversSource = (source: string | null, context: string): boolean =>
	source !== null && (source === context || source === (context === '' ? 'src' : `${context}/src`));

function volumeOf(volume: unknown): { readonly source: string; readonly target: string } {
	if (typeof volume === 'string') {
		const [source = '', target] = volume.split(':');
		return target === undefined ? { source: '', target: source } : { source, target };
	}
	const at = (key: string) => {
		const value = valueAt(volume, [key]);
		return typeof value === 'string' ? value : '';
	};
	return at('type') === 'tmpfs'
		? { source: '', target: '' }
		: { source: at('source'), target: at('target') };
}

function readWorkflow(file: string, text: string): readonly PlatformService[] {
	const lines = text.split('\n');
	const index = lines.findIndex(
		(line) =>
			!/^\s*#/.test(line) &&
			/gcloud (?:beta |alpha )?run (?:deploy|services update)|google-github-actions\/deploy-cloudrun@|^\s*-?\s*["']?run["']?,\s*["']?deploy/.test(
				line,
			),
	);
	if (index === -1) return [];
	const ports = [...text.matchAll(/--port[= ]["']?(\d{2,5})\b/g)].map(([, port]) => Number(port));
	return [
		service('cloud-run', file, {
			line: index + 1,
			folder: '',
			givesPort: ports.length === 0,
			// Cloud Run's own, unless the deploy names another.
			port: ports.length === 0 ? 8080 : ports.length === 1 ? (ports[0] ?? null) : null,
			disk: /--(?:add|update)-volume/.test(text) ? 'unknown' : 'lost',
		}),
	];
}

function readKubernetes(file: string, text: string): readonly PlatformService[] {
	if (!text.includes('apiVersion:') || !KUBERNETES.test(text)) return [];
	// A chart's template is no YAML until it is filled in; what it probes can still be seen.
	if (text.includes('{{')) return fromTemplate(file, text);
	return yamlDocuments(text).flatMap((document) => {
		const isRun = document.text('apiVersion').startsWith('serving.knative.dev/');
		const kind = document.text('kind');
		if (kind === 'Service' && !isRun) return [];
		if (kind !== 'Service' && !/^(?:Deployment|StatefulSet|DaemonSet|Rollout)$/.test(kind))
			return [];
		return document
			.list('spec', 'template', 'spec', 'containers')
			.map((_, index) => container(file, document, index, isRun));
	});
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;

function container(
	file: string,
	document: YamlDocument,
	index: number,
	isRun: boolean,
): PlatformService {
	const pod = ['spec', 'template', 'spec'] as const;
	const path = [...pod, 'containers', index] as const;
	const probe = PROBES.find((name) => document.at(...path, name) !== undefined);
	const port = Number(document.text(...path, 'ports', 0, 'containerPort'));
	const kept = new Set(
		document.list(...pod, 'volumes').flatMap((volume) => {
			const name = valueAt(volume, ['name']);
			const isLost = ['emptyDir', 'configMap', 'secret', 'downwardAPI', 'projected'].some(
				(one) => valueAt(volume, [one]) !== undefined,
			);
			return typeof name === 'string' && !isLost ? [name] : [];
		}),
	);
	for (const claim of document.list('spec', 'volumeClaimTemplates')) {
		const name = valueAt(claim, ['metadata', 'name']);
		if (typeof name === 'string') kept.add(name);
	}
	const mounts = document.list(...path, 'volumeMounts').flatMap((mount) => {
		const name = valueAt(mount, ['name']);
		const target = valueAt(mount, ['mountPath']);
		return typeof name === 'string' && typeof target === 'string' && kept.has(name) ? [target] : [];
	});
	const words = [...document.list(...path, 'command'), ...document.list(...path, 'args')];
	const hasCommand = document.list(...path, 'command').length > 0;
	return service(isRun ? 'cloud-run' : 'kubernetes', file, {
		line: document.line(...path),
		service: document.text(...path, 'name') || document.text('metadata', 'name'),
		folder: '',
		isWeb: isRun || port > 0,
		givesPort: isRun && !(port > 0),
		port: isRun ? (port > 0 ? port : 8080) : null,
		mounts,
		canProbe: isRun || port > 0,
		probe: probe === undefined ? null : { line: document.line(...path, probe), what: probe },
		start: hasCommand ? commandWords(words, document.line(...path, 'command')) : null,
		setsUser: [
			[...path, 'securityContext'],
			[...pod, 'securityContext'],
		].some((at) => {
			const user = document.at(...at, 'runAsUser');
			return document.at(...at, 'runAsNonRoot') === true || (typeof user === 'number' && user > 0);
		}),
	});
}

function fromTemplate(file: string, text: string): readonly PlatformService[] {
	const line = text
		.split('\n')
		.findIndex((one) => /^\s*(?:liveness|readiness|startup)Probe:/.test(one));
	return [
		service('kubernetes', file, {
			folder: '',
			isWeb: /containerPort:/.test(text),
			disk: 'unknown',
			canProbe: /containerPort:/.test(text),
			probe: line === -1 ? null : { line: line + 1, what: 'a probe' },
			setsUser: /runAsNonRoot:|runAsUser:|securityContext:/.test(text),
		}),
	];
}

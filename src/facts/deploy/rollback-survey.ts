import { basename, posix } from 'node:path';
import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { applicationKind, type NeededBy } from './application-kind.ts';
import { textOf } from './deploy-step.ts';
import { isNeedsFile, neededIn } from './needed-packages.ts';
import { lineAt, type PackageManifest, readPackage } from './package-scripts.ts';
import { isPlatformFile, type PlatformKind, platformServices } from './platform.ts';

const Sign = z.object({
	file: z.string(),
	/** 1-based. */ line: z.number().int(),
	what: z.string(),
});

const RollbackSchema = z.object({
	/** Something here is deployed, and what tells so; empty for nothing. */
	deployedBy: z.string(),
	/** A platform of a manifest that goes back by itself, and the way. */
	platform: Sign.extend({ way: z.string() }).nullable(),
	/** A part of a document, a script or a task that says how to go back. */
	note: Sign.nullable(),
	/** The newest tag that the branch holds; empty for none. */
	tag: z.string(),
	/** Documents that were read. */
	documents: z.number().int(),
	/** Outside git, or with a part of the past only: tags cannot be told. */
	hasHistory: z.boolean(),
	unread: z.array(z.string()),
});
export type RepositoryRollback = z.infer<typeof RollbackSchema>;

/** How a release can be taken back, as far as a repository tells. */
export const repositoryRollback = defineProbe({
	name: 'deploy.rollback',
	params: z.object({ root: z.string() }),
	value: RollbackSchema,
	observe: ({ root }, io) => surveyRollback(root, io.files),
	describe: ({ root }, { platform, note, tag, documents }) => ({
		kind: 'file',
		summary: `${basename(root)}: ${documents} documents read`,
		detail: [
			...(platform === null ? [] : [`${platform.file}:${platform.line}: ${platform.what}`]),
			...(note === null ? [] : [`${note.file}:${note.line}: ${note.what}`]),
			...(tag === '' ? [] : [`tag ${tag}`]),
		].join('\n'),
	}),
	plan: () => null,
});

/** Platforms that keep earlier releases and go back to them when they are told to. */
const WAYS_BACK: Readonly<Partial<Record<PlatformKind, string>>> = {
	vercel: 'vercel rollback',
	netlify: 'Publish deploy, on an earlier deploy',
	cloudflare: 'wrangler rollback',
	firebase: 'Roll back, in the history of Firebase Hosting',
	amplify: 'Redeploy this version, on an earlier build',
	fly: 'fly deploy --image, with the image that fly releases --image shows',
	heroku: 'heroku rollback',
	render: 'Rollback, on an earlier deploy',
	railway: 'Rollback, on an earlier deployment',
	digitalocean: 'Rollback, on an earlier deployment',
	'cloud-run': 'gcloud run services update-traffic --to-revisions',
	'app-engine': 'gcloud app services set-traffic --splits',
	kubernetes: 'kubectl rollout undo',
};

const DOCUMENT = /\.(?:md|mdx|markdown|rst|adoc|asciidoc|txt)$/i;
const NO_DOCUMENT =
	/(?:^|\/)(?:node_modules|vendor|fixtures?|testdata|examples?|templates?|third[-_]party)\/|(?:^|\/)(?:CHANGELOG|CHANGES|HISTORY|LICEN[CS]E|NOTICE|requirements[\w.-]*|robots|humans|llms[\w-]*|CMakeLists)(?:[\w.-]*)?\.\w+$/i;
const TASKS = /(?:^|\/)(?:(?:GNU)?[Mm]akefile|\.?[Jj]ustfile|[Tt]askfile\.ya?ml)$/;
const BY_NAME =
	/(?:^|\/)[\w.-]*roll[-_]?back[\w.-]*\.(?:sh|bash|ya?ml|md|mdx|rst|adoc|txt|mjs|js|ts|py)$/i;
const MOST_DOCUMENTS = 300;
const MOST_MANIFESTS = 200;
const OTHERS =
	/(?:^|\/)(?:node_modules|vendor|fixtures?|testdata|examples?|templates?|third[-_]party)\//i;
const CLUSTER =
	/(?:^|\/)(?:k8s|kubernetes|kube|helm|charts?|deploy(?:ment)?s?|manifests|infra\w*|ops|base|overlays)\/.*\.ya?ml$|(?:^|\/)(?:deployment|k8s|kube)[\w.-]*\.ya?ml$/i;

async function surveyRollback(root: string, port: FilesPort): Promise<RepositoryRollback> {
	const { files, head } = await port.list(root);
	const unread: string[] = [];
	const kept = files.filter(({ ignored, bytes }) => !ignored && bytes <= 512 * 1024);
	const reading: Reading = { root, port, unread };
	const { packages, needed } = await packagesIn(reading, kept);
	const services = await servicesIn(reading, kept);
	const image = kept.find(({ path }) => /(?:^|\/)(?:[\w-]+\.)?Dockerfile(?:\.[\w-]+)?$/.test(path));
	const service = services.find(({ kind }) => WAYS_BACK[kind] !== undefined);
	// Whether its pages are written ahead changes what is deployed, not that it is.
	const { because } = applicationKind(needed, packages, {
		isDeployed: services.length > 0 || image !== undefined,
		exported: new Set(),
	});
	const first = services[0];
	const { note, documents } = await noteIn(reading, { files: kept, packages });
	const history =
		head === null || head === ''
			? null
			: await port.pathHistory(
					root,
					kept
						.filter(({ tracked }) => tracked)
						.slice(0, 1)
						.map(({ path }) => path),
				);
	return {
		deployedBy: first !== undefined ? `${first.name} in ${first.file}` : (image?.path ?? because),
		platform:
			service === undefined
				? null
				: {
						file: service.file,
						line: service.line,
						what: service.name,
						way: WAYS_BACK[service.kind] ?? '',
					},
		note,
		tag: history?.lastTag?.name ?? '',
		documents,
		hasHistory: history !== null && !(history.shallow && history.lastTag === null),
		unread: unread.slice(0, 50),
	};
}

interface Reading {
	readonly root: string;
	readonly port: FilesPort;
	readonly unread: string[];
}

interface Packages {
	readonly packages: readonly PackageManifest[];
	readonly needed: readonly NeededBy[];
}

async function packagesIn(
	{ root, port, unread }: Reading,
	files: FileListing['files'],
): Promise<Packages> {
	const packages: PackageManifest[] = [];
	const needed: NeededBy[] = [];
	const named = files.filter(({ path }) => isNeedsFile(path) && !OTHERS.test(path));
	for (const { path } of named.slice(0, MOST_MANIFESTS)) {
		const text = (await textOf(root, port, { path, unread })) ?? '';
		const own = neededIn(path, text);
		const manifest = posix.basename(path) === 'package.json' ? readPackage(path, text) : null;
		if (own !== null) needed.push(own);
		if (manifest !== null) packages.push(manifest);
	}
	return { packages, needed };
}

async function servicesIn({ root, port, unread }: Reading, files: FileListing['files']) {
	const services = [];
	for (const { path } of files) {
		const mayBe = isPlatformFile(path) && !OTHERS.test(path) && isNamed(path);
		const text = mayBe ? await textOf(root, port, { path, unread }) : null;
		if (text !== null) services.push(...platformServices(path, text));
		if (/(?:^|\/)Chart\.yaml$/.test(path)) services.push(...helmChart(path));
		if (services.length >= 100) break;
	}
	return services.filter(({ kind, isProduction }) => kind !== 'compose' || isProduction);
}

const isNamed = (path: string): boolean =>
	!/\.ya?ml$/.test(path) ||
	CLUSTER.test(path) ||
	/(?:^|\/)(?:heroku|render|app[\w.-]*|apprunner|amplify|(?:docker-)?compose[\w.-]*|cloudbuild[\w.-]*|\.gitlab-ci)\.ya?ml$|^\.github\/workflows\//.test(
		path,
	);

const helmChart = (file: string) => [
	{ kind: 'kubernetes' as const, name: 'Helm', file, line: 1, isProduction: true },
];

type Note = { readonly line: number; readonly what: string };

async function noteIn(
	{ root, port, unread }: Reading,
	{ files, packages }: { files: FileListing['files']; packages: readonly PackageManifest[] },
): Promise<Pick<RepositoryRollback, 'note' | 'documents'>> {
	const note = namedIn(files) ?? scriptIn(packages);
	if (note !== null) return { note, documents: 0 };
	const documents = files
		.filter(({ path }) => TASKS.test(path) || (DOCUMENT.test(path) && !NO_DOCUMENT.test(path)))
		.slice(0, MOST_DOCUMENTS);
	for (const { path } of documents) {
		const text = (await textOf(root, port, { path, unread })) ?? '';
		const found = TASKS.test(path) ? taskIn(text) : rollbackNoteIn(path, text);
		if (found !== null) return { note: { file: path, ...found }, documents: documents.length };
	}
	return { note: null, documents: documents.length };
}

function namedIn(files: FileListing['files']): RepositoryRollback['note'] {
	const path = files.find(
		(one) => BY_NAME.test(one.path) && !/migrat|test|spec/i.test(one.path),
	)?.path;
	return path === undefined ? null : { file: path, line: 1, what: path };
}

function scriptIn(packages: readonly PackageManifest[]): RepositoryRollback['note'] {
	for (const { file, scripts, scriptLines } of packages) {
		const name = Object.keys(scripts).find(isRollbackTask);
		if (name !== undefined) {
			return { file, line: scriptLines[name] ?? 1, what: `npm run ${name}` };
		}
	}
	return null;
}

/** Of a release: what takes a migration back is another matter. */
const isRollbackTask = (name: string): boolean =>
	/^(?:[\w-]+[:_-])?roll-?back(?:[:_-](?:prod\w*|deploy\w*|release|app|live))?$/i.test(name) &&
	!/migrat|db|schema|knex|typeorm|sequelize/i.test(name);

function taskIn(text: string): Note | null {
	const match = /^ {0,4}@?((?:[\w-]+[-_])?roll-?back(?:[-_][\w-]+)?)\b[^\n=]*:(?!=)/im.exec(text);
	const name = match?.[1] ?? '';
	return match === null || /migrat|db/i.test(name)
		? null
		: { line: lineAt(text, match.index), what: name };
}

const ROLLBACK =
	/\b(?:roll(?:ing|ed|s)?[ -]?backs?|back(?:ing)?[ -]out|rollback(?:s|ing)?)\b|\brevert(?:ing)?\b[^\n]{0,40}\b(?:deploy\w*|release|version|production)\b|\b(?:undo|take back|taking back)\b[^\n]{0,30}\b(?:deploy\w*|release)\b/i;
const GO_BACK =
	/\b(?:re-?deploy|promote|go back|switch back|return|pin)\b[^\n]{0,60}\b(?:previous|earlier|older|last good|last known good)\b/i;
const RELEASE =
	/\b(?:deploy\w*|releas\w+|production|version|image|rollout|revision|previous|go back|kubectl|docker|heroku|fly|vercel)\b/i;
const OPERATION =
	/(?:^|\/)(?:[\w.-]*(?:deploy|release|releasing|runbook|operation|ops|production|hosting|recover|incident|launch|playbook|on-?call)[\w.-]*)\.\w+$|(?:^|\/)(?:runbooks?|ops|operations|playbooks?)\//i;

const OF_DATA = /\btransactions?\b|\bsavepoint\b|\bROLLBACK\s*;|\bmigrations?\b(?![^\n]*\bdeploy)/i;

/**
 * A heading about going back, in any document; in a document about deploying a sentence is enough.
 * Transactions and migrations of a database are no releases.
 */
export function rollbackNoteIn(path: string, text: string): Note | null {
	const lines = text.split('\n');
	let inCode = false;
	for (const [index, line] of lines.entries()) {
		if (/^\s*(?:```|~~~)/.test(line)) inCode = !inCode;
		const speaks = line.length <= 1_000 && (ROLLBACK.test(line) || GO_BACK.test(line));
		if (speaks && !OF_DATA.test(line) && tellsHow(path, lines, { index, inCode })) {
			return { line: index + 1, what: line.replace(/^[\s#=*]+|[\s*:]+$/g, '').slice(0, 80) };
		}
	}
	return null;
}

function tellsHow(
	path: string,
	lines: readonly string[],
	{ index, inCode }: { index: number; inCode: boolean },
): boolean {
	const line = lines[index] ?? '';
	const next = lines[index + 1] ?? '';
	if (OPERATION.test(path) && RELEASE.test(`${line}\n${next}`)) return true;
	if (inCode) return false;
	const isHeading =
		/^\s{0,3}(?:#{1,6}|={1,6})\s+\S|^\s{0,3}\*\*[^*]+\*\*:?\s*$/.test(line) ||
		/^(?:={3,}|-{3,}|~{3,}|\^{3,})\s*$/.test(next);
	const isSaid = /\b(?:to|can|how to)\s+roll(?:ing)?[ -]?back\b/i.test(line) && RELEASE.test(line);
	return isHeading || (isSaid && /readme/i.test(path));
}

import { basename, posix } from 'node:path';
import { z } from 'zod';
import { defineProbe, Unobserved } from '../../core/fact.ts';
import type { FilesPort } from '../../core/io.ts';
import { formatSecrets } from '../secret-formats/format-secrets.ts';
import { foundSecret, mergedSecrets } from '../secrets/secret-found.ts';
import { isAllowed, lineCounter, redactedLine, variableBefore } from '../secrets/secret-lines.ts';
import { natureOf } from '../secrets/secret-place.ts';
import { apart, secretsIn } from '../secrets/secret-scan.ts';
import type { FoundSecret } from '../secrets/secret-sighting.ts';
import { type DeployedImages, DeployedImagesSchema } from './deployment-facts.ts';
import {
	type DeployedFile,
	type DeploymentFiles,
	deploymentFiles,
	ignoreTextOf,
	ownServices,
} from './deployment-files.ts';
import { type Image, surveyImage } from './image-survey.ts';

const MOST_IMAGES = 50;

/** What the images that production is made from keep, who runs them, and how they stop. */
export const deployedImages = defineProbe({
	name: 'deploy.images',
	params: z.object({ root: z.string() }),
	value: DeployedImagesSchema,
	observe: ({ root }, io) => surveyImages(root, io.files),
	describe: ({ root }, { images }) => ({
		kind: 'file',
		summary: `${basename(root)}: ${images.length} images`,
		detail: images
			.slice(0, 20)
			.map(({ file, base, user }) => `${file}: from ${base}, user ${user.state}`)
			.join('\n'),
	}),
	plan: () => null,
});

async function surveyImages(root: string, port: FilesPort): Promise<DeployedImages> {
	const files = await deploymentFiles(root, port);
	const images: DeployedImages['images'] = [];
	for (const one of files.images.slice(0, MOST_IMAGES)) {
		const { image } = one;
		images.push(
			surveyImage(image, {
				packages: files.packages,
				manifests: files.manifests,
				contextPaths: contextPaths(image.context, files.present),
				paths: files.paths,
				ignoreText: await ignoreTextOf(image, files),
				entrypoints: await entryScripts(image, files),
				isMounted: one.isMounted,
				...aroundImage(one, files),
			}),
		);
	}
	const secrets = await unseenSecrets(root, port, { images, files });
	return { images, secrets, unread: files.unread, managed: [...ownServices(files).managed] };
}

const MOST_BYTES = 256 * 1024;
const MOST_SECRETS = 50;

/** Where git sees a file, the scan of the working tree has its secrets already. */
async function unseenSecrets(
	root: string,
	port: FilesPort,
	{ images, files }: { readonly images: DeployedImages['images']; readonly files: DeploymentFiles },
): Promise<DeployedImages['secrets']> {
	const copied = images.flatMap((image) => image.copied.map(({ file }) => file));
	const unseen = [...new Set(copied)].filter(
		(file) => files.present.has(file) && !files.paths.has(file),
	);
	if (unseen.length === 0) return [];
	const key = await port.fingerprintKey();
	const found: FoundSecret[] = [];
	for (const file of unseen) {
		const text = await bytesOf(root, port, { file, unread: files.unread });
		if (text !== null) found.push(...secretsOf(file, text, key));
	}
	return mergedSecrets(found).slice(0, MOST_SECRETS);
}

async function bytesOf(
	root: string,
	port: FilesPort,
	{ file, unread }: { readonly file: string; readonly unread: string[] },
): Promise<string | null> {
	try {
		return await port.read(root, file, MOST_BYTES);
	} catch (error) {
		if (!(error instanceof Unobserved) || error.because !== 'unreadable') throw error;
		unread.push(error.message);
		return null;
	}
}

function secretsOf(file: string, text: string, key: string): readonly FoundSecret[] {
	const matches = apart([...secretsIn(text, natureOf(file, text)), ...formatSecrets(file, text)]);
	const lineOf = lineCounter(text);
	return [...matches]
		.sort((a, b) => a.start - b.start)
		.flatMap((match) => {
			const line = lineOf(match.start);
			if (isAllowed(text, match)) return [];
			const place = { file, line, place: 'own' as const, text: redactedLine(text, match, matches) };
			const variable = variableBefore(text, match);
			return [foundSecret(match, { key, variable, inProduction: false, places: [place] })];
		});
}

function contextPaths(context: string, paths: ReadonlySet<string>): ReadonlySet<string> {
	if (context === '') return paths;
	const folder = `${context}/`;
	return new Set(
		[...paths].flatMap((path) => (path.startsWith(folder) ? [path.slice(folder.length)] : [])),
	);
}

/** A manifest that names a user or an init decides over the image; Kubernetes' name no Dockerfile. */
function aroundImage({ services }: DeployedFile, files: DeploymentFiles) {
	const cluster = files.services.filter(({ kind }) => kind === 'kubernetes');
	const own = services.filter(({ isProduction }) => isProduction);
	return {
		setsUser: [...services, ...cluster].some((one) => one.setsUser),
		hasInit: own.length > 0 ? own.every((one) => one.hasInit) : services.some((one) => one.hasInit),
	};
}

/** Text of the shell scripts that an image starts with, by name. */
async function entryScripts(
	{ config: { entrypoint, command } }: Image,
	files: DeploymentFiles,
): Promise<ReadonlyMap<string, string>> {
	const started = `${entrypoint?.text ?? ''} ${command?.text ?? ''}`;
	const names = new Set(
		started.match(/[\w.-]{1,80}\.sh\b|[\w-]{0,40}entrypoint[\w-]{0,40}/g) ?? [],
	);
	const scripts = new Map<string, string>();
	for (const name of names) {
		const path = [...files.paths].find((one) => posix.basename(one) === name);
		const text = path === undefined ? null : await files.text(path);
		if (text !== null) scripts.set(name, text);
	}
	return scripts;
}

import { basename, posix } from 'node:path';
import { z } from 'zod';
import { defineProbe } from '../../core/fact.ts';
import type { FilesPort } from '../../core/io.ts';
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
				contextPaths: contextPaths(image.context, files.paths),
				paths: files.paths,
				ignoreText: await ignoreTextOf(image, files),
				entrypoints: await entryScripts(image, files),
				isMounted: one.isMounted,
				...aroundImage(one, files),
			}),
		);
	}
	return { images, unread: files.unread, managed: [...ownServices(files).managed] };
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

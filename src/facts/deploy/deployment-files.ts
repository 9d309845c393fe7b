import type { FilesPort } from '../../core/io.ts';
import { usualContext } from '../secret-formats/build-contexts.ts';
import { textOf } from './deploy-step.ts';
import { type Image, ignoreFilesOf, readImage } from './image-survey.ts';
import { type PackageManifest, readPackage } from './package-scripts.ts';
import {
	folderOf,
	isPlatformFile,
	MANAGED,
	type PlatformService,
	pathFrom,
	platformServices,
} from './platform.ts';

/** Bytes; what people write is smaller. */
const MOST_BYTES = 256 * 1024;
/** Manifests, images and packages that are read. */
const MOST_FILES = 1_000;

/** Holds what is shown, tested or made for others, and is not what is deployed. */
const ELSEWHERE =
	/(?:^|\/)(?:node_modules|vendor|fixtures?|__\w+__|testdata|tests?|e2e|templates?|examples?|samples?|docs?|\.devcontainer)\//i;
const IMAGE = /(?:^|\/)(?:[\w.-]*\.)?(?:dockerfile|containerfile)(?:\.[\w.-]+)?$/i;
const OTHER_MANIFEST =
	/(?:^|\/)(?:composer\.json|pyproject\.toml|Pipfile|Gemfile|requirements[\w.-]*\.(?:txt|in))$/;
const FOR_DEVELOPMENT =
	/(?:^|[/._-])(?:dev|devel|development|test|tests|testing|ci|e2e|local|debug|devcontainer|storybook)(?:[/._-]|$)/i;

/** A file with its text, as UTF-8. */
export interface ReadFile {
	readonly path: string;
	readonly text: string;
}

/** What of a repository tells how it is deployed. */
export interface DeploymentFiles {
	/** Everything that git does not ignore, in or out of `ELSEWHERE`. */
	readonly paths: ReadonlySet<string>;
	/** What may be deployed, with its size in bytes. */
	readonly deployable: readonly { readonly path: string; readonly bytes: number }[];
	readonly packages: readonly PackageManifest[];
	/** Of managers other than Node's, by path. */
	readonly manifests: ReadonlyMap<string, string>;
	readonly services: readonly PlatformService[];
	readonly images: readonly DeployedFile[];
	/** Cannot be read, with the reason; filled while files are read. */
	readonly unread: string[];
	/** Reads one more; `null` where it is not there, too large, or cannot be read. */
	text(path: string): Promise<string | null>;
}

/** A Dockerfile that production may be made from. */
export interface DeployedFile {
	readonly image: Image;
	/** Services whose manifest builds it. */
	readonly services: readonly PlatformService[];
	/** The source is mounted over it wherever it is run: most likely for development. */
	readonly isMounted: boolean;
}

export async function deploymentFiles(root: string, port: FilesPort): Promise<DeploymentFiles> {
	const listing = await port.list(root);
	const own = listing.files.filter(({ ignored }) => !ignored);
	const sizes = new Map(own.map(({ path, bytes }) => [path, bytes]));
	const deployable = own.filter(({ path }) => !ELSEWHERE.test(path));
	const unread: string[] = [];
	const read = new Map<string, string | null>();
	const text = async (path: string): Promise<string | null> => {
		const known = read.get(path);
		if (known !== undefined) return known;
		const isReadable = (sizes.get(path) ?? MOST_BYTES + 1) <= MOST_BYTES;
		const found = isReadable ? await textOf(root, port, { path, unread }) : null;
		read.set(path, found);
		return found;
	};
	const all = async (isWanted: (path: string) => boolean): Promise<readonly ReadFile[]> => {
		const found: ReadFile[] = [];
		for (const { path } of deployable.filter((one) => isWanted(one.path)).slice(0, MOST_FILES)) {
			const content = await text(path);
			if (content !== null) found.push({ path, text: content });
		}
		return found;
	};
	const packages = (await all((path) => /(?:^|\/)package\.json$/.test(path)))
		.map((file) => readPackage(file.path, file.text))
		.filter((one) => one !== null);
	const manifests = await all((path) => OTHER_MANIFEST.test(path));
	const platforms = await all((path) => isPlatformFile(path) && !FOR_DEVELOPMENT.test(path));
	const services = withoutRepeats(platforms.flatMap((one) => platformServices(one.path, one.text)));
	const images = await all((path) => IMAGE.test(path) && !FOR_DEVELOPMENT.test(path));
	return {
		paths: new Set(sizes.keys()),
		deployable,
		packages,
		manifests: new Map(manifests.map((one) => [one.path, one.text])),
		services: services.map((service) => withDockerfile(service, sizes)),
		images: imagesOf(images, services, sizes),
		unread,
		text,
	};
}

/** Heroku's app.json says how an app is made; its Procfile, where there is one, how it starts. */
function withoutRepeats(services: readonly PlatformService[]): readonly PlatformService[] {
	const started = services.filter(({ kind, start }) => kind === 'heroku' && start !== null);
	return services.filter(
		(one) => !one.file.endsWith('app.json') || !started.some(({ folder }) => folder === one.folder),
	);
}

const BUILDS_BY_NAME = new Set(['fly', 'railway', 'cloud-run', 'digitalocean']);

/** These build the Dockerfile that they find where their manifest names none. */
function withDockerfile(
	service: PlatformService,
	sizes: ReadonlyMap<string, number>,
): PlatformService {
	const usual = pathFrom(service.folder, 'Dockerfile');
	const isFound = service.dockerfile === null && usual !== null && sizes.has(usual);
	return isFound && BUILDS_BY_NAME.has(service.kind) ? { ...service, dockerfile: usual } : service;
}

function imagesOf(
	files: readonly ReadFile[],
	services: readonly PlatformService[],
	sizes: ReadonlyMap<string, number>,
): readonly DeployedFile[] {
	const resolved = services.map((one) => withDockerfile(one, sizes));
	return files.flatMap(({ path, text }) => {
		const own = resolved.filter(({ dockerfile }) => dockerfile === path);
		const byRank = [...own].sort((a, b) => rankOf(a) - rankOf(b));
		const [first] = byRank;
		const context = first?.kind === 'compose' ? first.folder : usualContext(path);
		const image = readImage(path, text, context, first?.target ?? '');
		const isMounted = own.length > 0 && own.every(({ mountsSource }) => mountsSource);
		return image === null ? [] : [{ image, services: own, isMounted }];
	});
}

/** What production builds comes first. */
const rankOf = (service: PlatformService): number =>
	(service.mountsSource ? 2 : 0) + (service.isProduction ? 0 : 1);

/** Text of the `.dockerignore` that counts for an image; empty without. */
export async function ignoreTextOf(image: Image, files: DeploymentFiles): Promise<string> {
	const path = ignoreFilesOf(image).find((one) => files.paths.has(one));
	return path === undefined ? '' : ((await files.text(path)) ?? '');
}

/** Services that run something, and the names of the platforms that do it all by themselves. */
export function ownServices({ services }: Pick<DeploymentFiles, 'services'>): {
	readonly own: readonly PlatformService[];
	readonly managed: readonly string[];
} {
	const managed = services.filter(({ kind }) => MANAGED.has(kind)).map(({ name }) => name);
	return {
		own: services.filter(({ kind }) => !MANAGED.has(kind)),
		managed: [...new Set(managed)],
	};
}

/** Folders from a file's own up to the root. */
export function foldersAbove(path: string): readonly string[] {
	const folders: string[] = [];
	for (let folder = folderOf(path); folder !== ''; folder = folderOf(folder)) folders.push(folder);
	return [...folders, ''];
}

import {
	advice,
	type Fix,
	type LocalState,
	type ProductionStart,
	type WrongPort,
} from '../../src/sdk.ts';

/** Programs that come with the packages. */
const OF_PACKAGES = /^(?:next|gatsby|docusaurus|turbo|react-router-serve)\b/;

/** The line of the file that starts production, with the command that belongs there. */
export function productionCommand(
	start: Pick<ProductionStart, 'file'>,
	{ instead, build }: NonNullable<ProductionStart['development']>,
): Fix {
	return {
		summary: `Start ${instead} instead`,
		steps: [
			...(build === '' ? [] : [`Run ${build} when the release is built, not when it starts.`]),
			'Keep the development command in a script of its own, such as "dev".',
		],
		snippets: [lineFor(start.file, instead, build)],
	};
}

type Snippet = Fix['snippets'][number];

function lineFor(file: string, instead: string, build: string): Snippet {
	const any = { platform: 'any' as const };
	if (/dockerfile|containerfile/i.test(file)) return imageLines(instead, build);
	if (file.endsWith('Procfile')) {
		return { platform: 'heroku', language: 'procfile', text: `web: ${instead}` };
	}
	if (file.endsWith('package.json')) {
		return { ...any, language: 'json', text: `"start": ${JSON.stringify(instead)}` };
	}
	if (/fly[\w.-]*\.toml$/.test(file)) {
		const text = `[processes]\n  app = ${JSON.stringify(instead)}`;
		return { platform: 'fly', language: 'toml', text };
	}
	return { ...any, language: 'shell', text: instead };
}

/** Programs of Node's packages, which no shell finds by their names alone. */
const OF_NODE =
	/^(?:next|nuxt|vite|webpack|react-scripts|ng|vue-cli-service|gatsby|astro|docusaurus|tsc|nest|nx|turbo|meteor)\b/;

/** The exec form knows no variables, so that a shell has to put itself aside for them. */
function imageLines(instead: string, build: string): Snippet {
	const program = OF_PACKAGES.test(instead) ? `node_modules/.bin/${instead}` : instead;
	const words = program.includes('$') ? ['sh', '-c', `exec ${program}`] : program.split(' ');
	const list = words.map((word) => JSON.stringify(word)).join(', ');
	const built = OF_NODE.test(build) ? `RUN npx ${build}\n` : build === '' ? '' : `RUN ${build}\n`;
	return { platform: 'any', language: 'dockerfile', text: `${built}CMD [${list}]` };
}

/** The same call or command, at the port and address that the platform reaches. */
export function reachable(wrong: WrongPort): Fix {
	const { instead, file, line, name, platform, expected } = wrong;
	const isPort = wrong.port !== null;
	return {
		summary: `Listen on 0.0.0.0, at ${expected === null || isPort ? 'the port in PORT' : `port ${expected}`}`,
		steps: [
			`Change ${file}:${line} to the line below.`,
			...(platform === 'fly' && expected !== null && !wrong.loopback
				? [
						`Or set internal_port in fly.toml to ${wrong.port ?? expected}, where the code listens; set PORT = "${expected}" under [env] if the code reads it.`,
					]
				: []),
			...(platform === 'cloud-run' && isPort && !wrong.loopback
				? [`Or deploy with --port=${wrong.port}, so that ${name} sends requests there.`]
				: []),
		],
		snippets: [{ platform: 'any', language: languageOf(file), text: instead }],
	};
}

function languageOf(file: string): string {
	if (file.endsWith('.py')) return 'python';
	if (file.endsWith('.go')) return 'go';
	return /\.[cm]?[jt]sx?$/.test(file) ? 'javascript' : 'shell';
}

/** A disk that stays, where the platform has one; else a service that keeps the data. */
export function keptElsewhere({ platform, what, name }: LocalState): Fix {
	const files = what !== 'database';
	switch (platform) {
		case 'fly':
			return {
				summary: 'Mount a volume and keep the data on it',
				steps: [
					'Create the volume, add the mount to fly.toml, and write below /data.',
					'A volume belongs to one machine: keep one machine, or move to a database server.',
				],
				snippets: [
					{ platform: 'fly', language: 'shell', text: 'fly volumes create data --size 1' },
					{
						platform: 'fly',
						language: 'toml',
						text: '[mounts]\n  source = "data"\n  destination = "/data"',
					},
				],
			};
		case 'render':
			return {
				summary: 'Add a disk to the service and keep the data on it',
				steps: ['Add the disk to render.yaml and write below its mount path.'],
				snippets: [
					{
						platform: 'any',
						language: 'yaml',
						text: 'disk:\n  name: data\n  mountPath: /data\n  sizeGB: 1',
					},
				],
			};
		case 'heroku':
			if (files) break;
			return {
				summary: 'Move the data to Heroku Postgres',
				steps: ['Add the database and read DATABASE_URL; dynos have no disk that stays.'],
				snippets: [
					{
						platform: 'heroku',
						language: 'shell',
						text: 'heroku addons:create heroku-postgresql:essential-0',
					},
				],
			};
		case 'kubernetes':
		case 'compose':
			return {
				summary: 'Mount a volume where the data is written',
				steps: ['Declare the volume and mount it at the folder.'],
				snippets: [
					{
						platform: 'any',
						language: 'yaml',
						text: 'services:\n  app:\n    volumes:\n      - data:/data\nvolumes:\n  data:',
					},
				],
			};
		default:
			break;
	}
	return files
		? advice(
				`Move ${what} from the disk of ${name} to a store that lasts`,
				what === 'sessions'
					? 'Keep sessions in the database or in Redis: for express-session, connect-pg-simple or connect-redis.'
					: 'Write uploads to an object store (S3, R2, Google Cloud Storage): for multer, multer-s3; for Django, django-storages; for Active Storage, config.active_storage.service = :amazon.',
				'Copy what is there already before the next deploy.',
			)
		: advice(
				`Move the data from SQLite on the disk of ${name} to a database server`,
				'Create a managed PostgreSQL or MySQL (or libSQL, which speaks SQLite) and read its URL from DATABASE_URL.',
				'Copy what is there already before the next deploy.',
			);
}

import { basename } from 'node:path';
import { z } from 'zod';
import { defineProbe, Unobserved } from '../../core/fact.ts';
import type { FileListing, FilesPort } from '../../core/io.ts';
import { placeOf } from '../secrets/secret-place.ts';
import { isComment, isManifest, neededPackages } from './mail-manifests.ts';
import { MAIL_SERVICES, type MailService } from './mail-services.ts';

const SIGNS = ['package', 'variable', 'code', 'setting', 'host'] as const;

const Place = z.object({ file: z.string(), line: z.number().int(), what: z.string() });

const ServiceSchema = z.object({
	name: z.string(),
	signs: z.array(z.enum(SIGNS)),
	/** Names of packages, variables and hosts; never a value. */
	places: z.array(Place),
});

const MailIntentSchema = z.object({
	services: z.array(ServiceSchema),
	/** Domains of addresses that mail is sent from. */
	from: z.array(z.object({ domain: z.string(), file: z.string(), line: z.number().int() })),
	files: z.number().int(),
	/** There was more than is read. */
	cut: z.boolean(),
});

/** With which services a product sends, and as whom. */
export type MailIntent = z.infer<typeof MailIntentSchema>;
export type IntendedService = z.infer<typeof ServiceSchema>;

/** A dependency alone may lie idle; with a key, a call or a host it is used. */
export function isUsed({ signs }: IntendedService): boolean {
	return signs.length > 1 || signs.includes('host') || signs.includes('setting');
}

const MOST_FILES = 600;
const MOST_BYTES = 256 * 1024;
const MOST_BYTES_IN_ALL = 16 * 1024 * 1024;
const MOST_PLACES = 6;
const MOST_FROM = 40;
/** Longer lines are machine-made. */
const MOST_LINE = 1_000;

const SOURCE =
	/\.(?:[cm]?[jt]sx?|vue|svelte|py|rb|php|go|java|kt|cs|exs?|rs|ya?ml|toml|properties|json|tf|env|ini|xml)$|(?:^|\/)(?:\.env[^/]*|\.dev\.vars|Procfile|Dockerfile)$/i;
const ENV_FILE = /(?:^|\/)(?:\.env[^/]*|[\w-]+\.env|\.dev\.vars)$/i;
/** Read first where not everything can be. */
const LIKELY = /mail|smtp|notif|(?:^|\/)\.env|config|settings|send|resend|auth/i;
const LOCK =
	/(?:^|\/)(?:package-lock|npm-shrinkwrap|composer\.lock|yarn\.lock|pnpm-lock)[^/]*$|\.min\.js$|(?:^|\/)(?:tsconfig|biome|renovate)[^/]*\.json$/i;
/** Every new Laravel project names the variables of services that it does not use. */
const SKELETON = /(?:^|\/)config\/(?:services|mail)\.php$/;
/** Written by people who had no domain yet. */
const PLACEHOLDER =
	/(?:^|\.)(?:example|test|invalid|localhost|local|internal)$|(?:^|\.)(?:example\.(?:com|org|net)|resend\.dev|your-?(?:domain|company|app)\.\w+|my-?(?:domain|app)\.\w+|domain\.(?:com|tld)|acme\.(?:com|dev|org)|gmail\.com|hotmail\.com|outlook\.com|yahoo\.com|email\.com|foo\.com|bar\.com)$/i;

/**
 * Reads manifests, env files, settings and sources, the likely ones first, and touches no network. Kept
 * are names of packages, variables and hosts with their places, and domains of senders; no value of a
 * variable and no address. Tests, examples and documentation are passed over.
 */
export const mailIntent = defineProbe({
	name: 'repository.mail-intent',
	params: z.object({ root: z.string() }),
	value: MailIntentSchema,
	observe: ({ root }, io) => readIntent(root, io.files),
	describe: ({ root }, { services, files }) => ({
		kind: 'file',
		summary: `${basename(root) || root}: sends with ${services.map(({ name }) => name).join(', ') || 'nothing that is known'} (${files} files)`,
		detail: services
			.flatMap(({ name, places }) =>
				places.map(({ file, line, what }) => `${name}: ${file}:${line} ${what}`),
			)
			.join('\n'),
	}),
	plan: () => null,
});

type ListedFile = FileListing['files'][number];

async function readIntent(root: string, port: FilesPort): Promise<MailIntent> {
	const listing = await port.list(root);
	const wanted = listing.files.filter((file) => isWanted(file)).sort(likelyFirst);
	const found = new Findings();
	let bytes = 0;
	let files = 0;
	for (const { path } of wanted.slice(0, MOST_FILES)) {
		if (bytes > MOST_BYTES_IN_ALL) break;
		const text = await readText(root, path, port);
		if (text === null) continue;
		files++;
		bytes += text.length;
		found.read(path, text);
	}
	return {
		...found.settled(),
		files,
		cut: listing.cut === true || wanted.length > MOST_FILES || bytes > MOST_BYTES_IN_ALL,
	};
}

function isWanted(file: ListedFile): boolean {
	const { path, bytes } = file;
	if (bytes > MOST_BYTES || LOCK.test(path)) return false;
	if (!isManifest(path) && !SOURCE.test(path)) return false;
	const place = placeOf(file);
	if (place === null || place === 'fixture' || place === 'client') return false;
	return place !== 'docs' || ENV_FILE.test(path);
}

function likelyFirst(a: ListedFile, b: ListedFile): number {
	return rankOf(a.path) - rankOf(b.path) || (a.path < b.path ? -1 : 1);
}

function rankOf(path: string): number {
	if (isManifest(path)) return 0;
	return LIKELY.test(path) ? 1 : 2;
}

async function readText(root: string, path: string, port: FilesPort): Promise<string | null> {
	try {
		const text = await port.read(root, path, MOST_BYTES);
		return text.includes('\0') ? null : text;
	} catch (error) {
		if (error instanceof Unobserved && error.because === 'unreadable') return null;
		throw error;
	}
}

type Sign = (typeof SIGNS)[number];
type Seen = IntendedService['places'][number];

/** Gathers what one text after the other shows. */
export class Findings {
	readonly #services = new Map<string, { signs: Set<Sign>; places: Seen[] }>();
	readonly #from = new Map<string, MailIntent['from'][number]>();

	read(path: string, text: string): void {
		if (isManifest(path)) {
			for (const { name, line } of neededPackages(path, text)) {
				const service = BY_PACKAGE.get(name);
				if (service !== undefined) this.#add(service, 'package', { file: path, line, what: name });
			}
			return;
		}
		for (const [index, line] of text.split('\n').entries()) {
			if (line.length > MOST_LINE || isComment(line)) continue;
			this.#readLine(line, { file: path, line: index + 1 });
		}
	}

	settled(): Pick<MailIntent, 'services' | 'from'> {
		return {
			services: [...this.#services].map(([name, { signs, places }]) => ({
				name,
				signs: SIGNS.filter((sign) => signs.has(sign)),
				places,
			})),
			from: [...this.#from.values()],
		};
	}

	#readLine(line: string, at: { readonly file: string; readonly line: number }): void {
		if (HINT.test(line)) {
			for (const service of MAIL_SERVICES) {
				for (const [sign, what] of signsIn(service, line, SKELETON.test(at.file))) {
					this.#add(service, sign, { ...at, what });
				}
			}
		}
		if (this.#from.size < MOST_FROM && SENDER.test(line)) {
			for (const domain of domainsIn(line)) {
				if (!this.#from.has(domain)) this.#from.set(domain, { domain, ...at });
			}
		}
	}

	#add({ name }: MailService, sign: Sign, place: Seen): void {
		const service = this.#services.get(name) ?? { signs: new Set<Sign>(), places: [] };
		const isNew = !service.signs.has(sign);
		service.signs.add(sign);
		if (isNew || service.places.length < MOST_PLACES) service.places.push(place);
		this.#services.set(name, service);
	}
}

const BY_PACKAGE = new Map(
	MAIL_SERVICES.flatMap((service) => service.packages.map((name) => [name, service] as const)),
);

/** Most lines have none of these, so that few are read closely. */
const HINT =
	/mail|smtp|resend|postmark|sendgrid|brevo|sendinblue|sib_|mandrill|spark|mj_|ses|customer_?io|import|require|service/i;
const SENDER = /from|sender|reply|noreply|no-reply/i;

function* signsIn(
	service: MailService,
	line: string,
	isSkeleton: boolean,
): Generator<readonly [Sign, string]> {
	const host = service.hosts?.exec(line)?.[0];
	if (host !== undefined) yield ['host', host];
	const variable = isSkeleton ? undefined : service.variables?.exec(line)?.[0];
	if (variable !== undefined) yield ['variable', variable];
	const module_ = importIn(line);
	const isImported =
		module_ !== null &&
		(service.packages.includes(module_) ||
			(service.modules ?? [service.packages[0]]).includes(module_));
	if (isImported) yield ['code', `import of ${module_}`];
	const setting = settingIn(line);
	if (setting !== null && service.settings.includes(setting)) {
		yield ['setting', `mail sent by ${setting}`];
	}
}

/** JavaScript and TypeScript, then Python. */
function importIn(line: string): string | null {
	const quoted = /(?:\bfrom|\brequire\(|\bimport\(?)\s*["']([@\w./-]{1,100})["']/.exec(line)?.[1];
	if (quoted !== undefined) return quoted.toLowerCase();
	return /^\s*(?:import|from)\s+(\w{1,60})/.exec(line)?.[1]?.toLowerCase() ?? null;
}

/** Laravel, Rails, Django with anymail, nodemailer's well-known services. */
const SETTINGS = [
	/^\s*(?:export\s+)?MAIL_(?:MAILER|DRIVER)\s*=\s*["']?([\w-]{1,40})/,
	/\bdelivery_method\s*=\s*:(\w{1,40})/,
	/\banymail\.backends\.(\w{1,40})\./,
	/^\s*service\s*:\s*["']([\w .-]{1,40})["']/,
	/\bcreateTransport\(\s*\{\s*service\s*:\s*["']([\w .-]{1,40})["']/,
];

function settingIn(line: string): string | null {
	for (const pattern of SETTINGS) {
		const found = pattern.exec(line)?.[1];
		if (found !== undefined) return found.toLowerCase().replace(/_api$/, '');
	}
	return null;
}

function domainsIn(line: string): readonly string[] {
	const found = [...line.matchAll(/[\w.+-]{1,64}@((?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})\b/gi)];
	return found.flatMap(([, domain = '']) =>
		PLACEHOLDER.test(domain) ? [] : [domain.toLowerCase()],
	);
}

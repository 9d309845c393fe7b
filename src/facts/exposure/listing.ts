/** What servers write above a list of a folder's files. */
const LISTINGS: readonly RegExp[] = [
	// nginx, Apache
	/<title>\s{0,20}Index of \//i,
	// Python, Tomcat
	/<(?:title|h1)>\s{0,20}Directory listing for \[?\//i,
	// Jetty
	/<h1[^>]{0,100}>\s{0,20}Directory: /i,
	// IIS
	/<a href="[^"]{0,2000}">\[To Parent Directory\]/i,
	// serve
	/<title>\s{0,20}Files within [^<]{0,200}\//i,
	// Caddy
	/<span class="meta-item">\s{0,80}<b>\d{1,9}<\/b>\s{1,80}(?:file|director)/,
	// Express
	/<title>\s{0,20}listing directory \//i,
];

/** Whether a page is a server's list of the files in a folder. */
export function isFolderListing(bytes: string): boolean {
	return LISTINGS.some((sign) => sign.test(bytes));
}

/** Whether an answer is the list of a bucket's objects: of S3, of what imitates it, or of Azure. */
export function isBucketListing(bytes: string): boolean {
	return /^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:ListBucketResult|EnumerationResults)\b/.test(
		bytes,
	);
}

/** Objects that a list names, as far as it was read. */
export function listedObjects(bytes: string): number {
	return bytes.match(/<(?:Contents|Blob)>/g)?.length ?? 0;
}

export interface Bucket {
	readonly store: 'Amazon S3' | 'Google Cloud Storage' | 'Azure Blob Storage';
	/** The bucket's name; `account/container` at Azure. */
	readonly name: string;
	/** Where it would list its objects. */
	readonly listing: string;
	/** The same for an object that nobody has put there. */
	readonly control: string;
}

const NAME = '([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])';
const S3 = 's3(?:[.-](?:dualstack\\.)?[a-z0-9-]{2,30})?\\.amazonaws\\.com(?:\\.cn)?';
const S3_HOST = new RegExp(`^${NAME}\\.${S3}$`);
const S3_PATH = new RegExp(`^${S3}$`);
const GOOGLE_HOST = new RegExp(`^${NAME}\\.storage\\.googleapis\\.com$`);
const PATH_NAME = new RegExp(`^/${NAME}/.`);

/** The bucket that a URL lies in, by the address alone; `null` where it is none that has a name. */
export function bucketOf(url: string, seed: string): Bucket | null {
	if (!URL.canParse(url)) return null;
	const { protocol, hostname, pathname } = new URL(url);
	if (protocol !== 'https:' && protocol !== 'http:') return null;
	const inPath = PATH_NAME.exec(pathname)?.[1] ?? null;
	const s3 = S3_HOST.exec(hostname)?.[1];
	if (s3 !== undefined) return atRoot('Amazon S3', s3, hostname, seed);
	if (S3_PATH.test(hostname)) return inFolder('Amazon S3', inPath, hostname, seed);
	if (hostname === 'storage.googleapis.com') {
		return inFolder('Google Cloud Storage', inPath, hostname, seed);
	}
	const google = GOOGLE_HOST.exec(hostname)?.[1];
	if (google !== undefined) return atRoot('Google Cloud Storage', google, hostname, seed);
	return azure(hostname, inPath, seed);
}

type Store = Bucket['store'];

function atRoot(store: Store, name: string, host: string, seed: string): Bucket {
	return { store, name, listing: `https://${host}/`, control: `https://${host}/lr-${seed}` };
}

function inFolder(store: Store, name: string | null, host: string, seed: string): Bucket | null {
	if (name === null) return null;
	const listing = `https://${host}/${name}/`;
	return { store, name, listing, control: `${listing}lr-${seed}` };
}

function azure(host: string, container: string | null, seed: string): Bucket | null {
	const account = /^([a-z0-9]{3,24})\.blob\.core\.windows\.net$/.exec(host)?.[1];
	if (account === undefined || container === null) return null;
	const ask = (name: string) => `https://${host}/${name}?restype=container&comp=list`;
	return {
		store: 'Azure Blob Storage',
		name: `${account}/${container}`,
		listing: ask(container),
		control: ask(`lr-${seed}`),
	};
}

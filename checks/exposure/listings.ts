import {
	type Answered,
	advice,
	at,
	controlInWords,
	defineCheck,
	type Evidence,
	type Fix,
	isBucketListing,
	isExposed,
	isFolderListing,
	type Judgement,
	type ListingSurvey,
	listedObjects,
	listingSurvey,
	minutes,
	type OpenBucket,
	perPlatform,
	sites,
	z,
} from '../../src/sdk.ts';
import { controlOf } from './_found-files.ts';
import { probed, probes, unseenPaths } from './_probed-paths.ts';

interface Folder {
	readonly url: string;
	/** Customers’ files or backups lie in folders of this name. */
	readonly delicate: boolean;
	readonly control: string;
}

interface Listed {
	readonly url: string;
	/** For people: `the bucket a of Amazon S3`. */
	readonly what: string;
	readonly store: string | null;
	readonly name: string;
	readonly objects: number;
	readonly control: string;
}

type Said = 'directory' | 'bucket';

export default defineCheck({
	id: 'exposure/listings',
	title: 'No folder or bucket lists its files',
	rationale:
		'A list of files saves strangers the guessing: backups, uploads of customers and forgotten files are ' +
		'one click away, and search engines index them.',
	references: ['CWE-548', 'OWASP Web Security Testing Guide, WSTG-CONF-04 and WSTG-CONF-11'],
	reach: 'trust',
	layer: 'server',

	over: sites,
	options: z.object({}),

	verdicts: {
		none: {
			outcome: 'pass',
			says: (a: { origin: string; folders: number; buckets: number; control: string }) =>
				`${a.origin} lists none of ${a.folders} folders` +
				(a.buckets === 0
					? ''
					: `, and ${a.buckets === 1 ? 'the one other place' : `none of ${a.buckets} other places`} that its page loads from ${a.buckets === 1 ? 'does not list its files' : 'lists its files'}`) +
				`. ${a.control}`,
		},
		directory: {
			outcome: 'fail',
			severity: {
				oneOf: ['high', 'later'],
				pick: (a: Folder) => (a.delicate ? 'high' : 'later'),
			},
			effort: minutes(15),
			says: (a: Folder) => `${a.url} shows everybody the list of its files.`,
			impact: (a: Folder) =>
				a.delicate
					? 'Strangers see what customers have uploaded or what was backed up, and download all of it.'
					: 'Strangers find files that nothing links to: old versions, notes, what was put there for a minute.',
			fix: (a: Folder) =>
				perPlatform(
					`Switch the list of files off at ${a.url}`,
					{
						nginx: 'autoindex off;',
						apache: 'Options -Indexes',
						caddy: 'file_server # without browse',
						express: "app.use(express.static('public')); // without serve-index",
						azure: '<system.webServer><directoryBrowse enabled="false" /></system.webServer>',
					},
					'Look through the list once, and delete what nobody should have.',
					...(a.delicate
						? [
								'Give uploads of customers out to those who may see them, by the application and not by the folder.',
							]
						: []),
				),
			control: controlOf,
			reproduce: ({ url }: Folder) => `curl -sS ${url} | grep -iE '<title>|<h1>|Parent Directory'`,
			evidence: ({ url, control }: Folder) => evidence(url, 'a list of files', control),
		},
		bucket: {
			outcome: 'fail',
			severity: 'high',
			effort: minutes(30),
			says: (a: Listed) =>
				`${a.what} shows everybody the list of its objects (${a.url}: ${a.objects === 1 ? 'one object' : `${a.objects} objects`} in what was read).`,
			impact:
				'Strangers download the whole bucket, and not only what the site shows: uploads of customers, exports and backups included.',
			fix: bucketFix,
			control: controlOf,
			reproduce: ({ url }: Listed) => `curl -sS '${url}' | head -c 300`,
			evidence: ({ url, objects, control }: Listed) =>
				evidence(url, `a list of ${objects} objects`, control),
		},
	},

	needs: ({ subject: { name, seed, login, siblings, deep } }) => ({
		survey: listingSurvey({ host: name, seed, login, siblings: [...siblings], deep }),
	}),

	judge({ given: { survey }, say }) {
		const { origin, controls, paths } = survey.probes;
		const control = controlInWords(controls);
		const found: Judgement<Said>[] = [];
		for (const one of paths) {
			const place = { kind: 'url', name: one.url } as const;
			if (isExposed(one, controls, isFolderListing, { html: true })) {
				const delicate = /upload|backup/i.test(one.path);
				found.push(at(place, say('directory', { url: one.url, delicate, control })));
			}
			if (one.path === '/' && isExposed(one, controls, isBucketListing)) {
				found.push(at(place, say('bucket', ownBucket(one, control))));
			}
		}
		for (const one of survey.buckets) {
			found.push(at({ kind: 'url', name: one.url }, say('bucket', listed(one))));
		}
		const unseen = unseenPaths({ paths: [...paths, ...notSeen(survey)] });
		if (unseen !== null) return [...found, unseen];
		if (found.length > 0) return found;
		const buckets = survey.asked.length;
		return say('none', { origin, folders: paths.length, buckets, control });
	},

	examples: (example) => [
		example('not there', giving('/uploads/', 404), 'none'),
		example('a page', giving('/', 200, '<!doctype html><title>Shop</title>'), 'none'),
		example(
			'nginx',
			giving('/uploads/', 200, '<html><head><title>Index of /uploads/</title>'),
			'directory',
		),
		example('Python', giving('/', 200, '<title>Directory listing for /</title>'), 'directory'),
		example(
			'Jetty',
			giving('/static/', 206, '<html><h1 class="t">Directory: /static/</h1>'),
			'directory',
		),
		example('IIS', giving('/images/', 200, '<A HREF="/">[To Parent Directory]</A>'), 'directory'),
		example(
			'Express',
			giving('/assets/', 200, '<title>listing directory /assets</title>'),
			'directory',
		),
		example('a text about lists', giving('/', 200, '<p>Switch “Index of /” off</p>'), 'none'),
		example('a refusal', giving('/uploads/', 403, '<title>Index of /</title>'), 'none'),
		example(
			'every path gives such a page',
			{
				survey: {
					...NOTHING,
					probes: probes([probed('/static/', 200, '<title>Index of /a</title>')], (path) =>
						probed(path, 200, '<title>Index of /b</title>'),
					),
				},
			},
			'none',
		),
		example(
			'a bucket behind the name',
			giving('/', 200, '<?xml version="1.0"?><ListBucketResult>'),
			'bucket',
		),
		example(
			'a bucket of the page',
			{ survey: { ...NOTHING, buckets: [OPEN], asked: [OPEN.url] } },
			'bucket',
		),
		example(
			'a bucket of one’s own name',
			{ survey: { ...NOTHING, buckets: [{ ...OPEN, bucket: null }], asked: [OPEN.url] } },
			'bucket',
		),
		example(
			'Google’s',
			{ survey: { ...NOTHING, buckets: [GOOGLE], asked: [GOOGLE.url] } },
			'bucket',
		),
		example('Azure’s', { survey: { ...NOTHING, buckets: [AZURE], asked: [AZURE.url] } }, 'bucket'),
		example('a closed bucket', { survey: { ...NOTHING, asked: [OPEN.url] } }, 'none'),
		example(
			'two closed buckets',
			{ survey: { ...NOTHING, asked: [OPEN.url, GOOGLE.url] } },
			'none',
		),
		example(
			'a bucket that was not seen',
			{
				survey: {
					...NOTHING,
					asked: [OPEN.url],
					unseen: { because: 'timeout', detail: 'no answer in time' },
				},
			},
			'unknown',
		),
	],
});

const OPEN: OpenBucket = {
	url: 'https://shop-media.s3.amazonaws.com/',
	bucket: { store: 'Amazon S3', name: 'shop-media' },
	objects: 2,
	control: { url: 'https://shop-media.s3.amazonaws.com/lr-00', status: 404 },
};

const GOOGLE: OpenBucket = {
	url: 'https://storage.googleapis.com/shop-media/',
	bucket: { store: 'Google Cloud Storage', name: 'shop-media' },
	objects: 1,
	control: { url: 'https://storage.googleapis.com/shop-media/lr-00', status: 404 },
};

const AZURE: OpenBucket = {
	url: 'https://shop.blob.core.windows.net/media?restype=container&comp=list',
	bucket: { store: 'Azure Blob Storage', name: 'shop/media' },
	objects: 1,
	control: {
		url: 'https://shop.blob.core.windows.net/lr-00?restype=container&comp=list',
		status: null,
	},
};

const NOTHING: ListingSurvey = {
	probes: probes([probed('/uploads/', 404)]),
	buckets: [],
	asked: [],
	unseen: null,
};

function giving(path: string, status: number, bytes = ''): { survey: ListingSurvey } {
	return { survey: { ...NOTHING, probes: probes([probed(path, status, bytes)]) } };
}

/** As a path of its own, so that it is told like one. */
function notSeen({ unseen }: ListingSurvey) {
	return unseen === null ? [] : [{ ...probed('/', 0), unseen }];
}

function ownBucket({ url, bytes }: Answered, control: string): Listed {
	const what = 'The bucket behind this host';
	return { url, what, store: null, name: '', objects: listedObjects(bytes), control };
}

function listed({ url, bucket, objects, control }: OpenBucket): Listed {
	const gave = control.status === null ? 'no answer' : control.status;
	return {
		url,
		what:
			bucket === null
				? 'A bucket that the page loads from'
				: `The bucket ${bucket.name} of ${bucket.store}`,
		store: bucket?.store ?? null,
		name: bucket?.name ?? '',
		objects,
		control: `A random object, asked for comparison: ${control.url} gave ${gave}.`,
	};
}

function evidence(url: string, what: string, control: string): readonly Evidence[] {
	return [
		{ kind: 'http', summary: `GET ${url}: ${what}`, detail: what },
		{ kind: 'control', summary: 'random paths', detail: control },
	];
}

function bucketFix({ url, store, name }: Listed): Fix {
	const fix = advice(
		`Make the list at ${url} private`,
		'Take the right to list away, and leave the right to read single objects that the site shows.',
		'Look through the list for what nobody should have: delete it, and replace every secret in it.',
		'Put uploads of customers into a bucket without public access, and give them out by signed URLs.',
	);
	const lines = store === null ? [] : (COMMANDS[store]?.(name) ?? []);
	const text = lines.join('\n');
	const snippets = text === '' ? [] : [{ platform: 'any', language: 'shell', text } as const];
	return { ...fix, snippets };
}

/** Names of buckets have no character that a shell would interpret: see `bucketOf`. */
const COMMANDS: Readonly<Record<string, (name: string) => readonly string[]>> = {
	'Amazon S3': (name) => [
		`aws s3api put-bucket-acl --bucket ${name} --acl private`,
		'# Then take s3:ListBucket out of the policy that this shows:',
		`aws s3api get-bucket-policy --bucket ${name}`,
	],
	'Google Cloud Storage': (name) => [
		`gcloud storage buckets remove-iam-policy-binding gs://${name} --member=allUsers --role=roles/storage.objectViewer`,
		'# Reading without listing:',
		`gcloud storage buckets add-iam-policy-binding gs://${name} --member=allUsers --role=roles/storage.legacyObjectReader`,
	],
	'Azure Blob Storage': (name) => {
		const [account = '', container = ''] = name.split('/');
		return [
			`az storage container set-permission --account-name ${account} --name ${container} --public-access blob`,
		];
	},
};

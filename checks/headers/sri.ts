import {
	at,
	cannotSay,
	countingHashes,
	defineCheck,
	fieldValues,
	type HttpAnswered,
	hasIntegrity,
	integrityOf,
	type Judgement,
	type PinnedFile,
	pinnedFiles,
	type Say,
	sites,
	z,
} from '../../src/sdk.ts';
import { SRI_VERDICTS, type Told } from './_sri-verdicts.ts';

export default defineCheck({
	id: 'headers/sri',
	title: 'Scripts of other companies come over HTTPS, and hashes match what they pin',
	rationale:
		'A script of another company runs with the rights of the page. A hash keeps a changed one out; a wrong ' +
		'hash keeps the right one out, and the page does not work.',
	references: [
		'Subresource Integrity §3.3 (which hashes count, and what is refused)',
		'HTML, CORS settings attributes',
		'MDN HTTP Observatory: subresource-integrity',
	],
	reach: 'trust',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: SRI_VERDICTS,

	appliesTo: ({ context: { kind } }) => kind === 'page' || 'it serves no page that loads scripts',
	needs: ({ subject: { name: host, login } }) => ({ files: pinnedFiles({ host, login }) }),

	judge({ given: { files }, subject: { name: host }, say }) {
		const insecure = files.filter(isInsecure);
		const judged = files.filter((file) => countingHashes(file.integrity).length > 0);
		const found: Judgement<keyof typeof SRI_VERDICTS>[] = [
			...once(insecure).map((file) =>
				at(
					{ kind: 'url', name: file.url },
					say('insecure-script', { ...told(file, host), isRelative: isRelative(file) }),
				),
			),
			...pinFaults(judged, host, say),
			...loose(files, host, say),
		];
		const unseen = judged.find(
			(file) => !isInsecure(file) && !lacksCors(file) && matches(file) === null,
		);
		if (unseen !== undefined) {
			const why = unseen.unseen ?? 'its answers vary by browser, or it was not read to its end';
			found.push(
				cannotSay('inconclusive', `the hash of ${unseen.url} was not compared: ${why}`, 'high'),
			);
		}
		if (found.length > 0) return found;
		const strangers = files.filter(
			({ from, element }) => from === 'stranger' && element === 'script',
		);
		return say('pinned', { host, strangers: strangers.length, pinned: judged.length });
	},

	examples: (example) => [
		example('no script of a stranger', { files: [] }, 'pinned'),
		example('pinned, and as it says', { files: [file({})] }, 'pinned'),
		example(
			'one of two hashes of the strongest kind',
			{ files: [file({ integrity: `sha384-AAAA ${RIGHT}` })] },
			'pinned',
		),
		example(
			'a weaker hash does not count',
			{ files: [file({ integrity: `${RIGHT.replace('sha384', 'sha256')} sha384-AAAA` })] },
			'hash-mismatch',
		),
		example('another file', { files: [file({ answer: seen('bb') })] }, 'hash-mismatch'),
		example(
			'an own style sheet that a CDN has rewritten',
			{
				files: [
					file({
						element: 'style',
						url: 'https://example.com/a.css',
						from: 'origin',
						crossorigin: null,
						answer: seen('bb'),
					}),
				],
			},
			'hash-mismatch',
		),
		example(
			'a file that varies by browser',
			{ files: [file({ answer: seen('bb', [['Vary', 'Accept-Encoding, User-Agent']]) })] },
			'unknown',
		),
		example(
			'a file that was not seen',
			{ files: [file({ answer: null, unseen: 'no answer' })] },
			'unknown',
		),
		example('no crossorigin', { files: [file({ crossorigin: null })] }, 'no-crossorigin'),
		example(
			'a module needs none',
			{ files: [file({ crossorigin: null, isModule: true })] },
			'pinned',
		),
		example(
			'nor does an own file',
			{ files: [file({ crossorigin: null, from: 'origin' })] },
			'pinned',
		),
		example('a script without a hash', { files: [file({ integrity: null })] }, 'missing'),
		example('a hash that nobody can read', { files: [file({ integrity: 'md5-AAAA' })] }, 'missing'),
		example(
			'one that its maker changes',
			{ files: [file({ integrity: null, isMoving: true })] },
			'pinned',
		),
		example(
			'by http:',
			{
				files: [file({ url: 'http://cdn.example.net/a.js', href: 'http://cdn.example.net/a.js' })],
			},
			'insecure-script',
		),
		example(
			'without a scheme',
			{ files: [file({ href: '//cdn.example.net/a.js' })] },
			'insecure-script',
		),
		example(
			'by http:, upgraded by the page’s policy',
			{
				files: [
					file({
						url: 'http://cdn.example.net/a.js',
						href: 'http://cdn.example.net/a.js',
						integrity: null,
						isUpgraded: true,
						isMoving: true,
					}),
				],
			},
			'pinned',
		),
	],
});

type SaySri = Say<typeof SRI_VERDICTS>;

/** Of a stranger; own ones are mixed content alone. */
function isInsecure({ from, element, href, isUpgraded }: PinnedFile): boolean {
	if (from !== 'stranger' || element !== 'script') return false;
	return (/^http:/i.test(href) && !isUpgraded) || href.startsWith('//');
}

function isRelative({ href }: PinnedFile): boolean {
	return href.startsWith('//');
}

/** The same file on two pages is one finding. */
function once(files: readonly PinnedFile[]): readonly PinnedFile[] {
	return [...new Map(files.map((one) => [one.url, one])).values()];
}

function pinFaults(files: readonly PinnedFile[], host: string, say: SaySri) {
	const ill = once(files.filter(lacksCors));
	const wrong = once(files.filter((file) => !lacksCors(file) && matches(file) === false));
	const place = ({ url }: PinnedFile) => ({ kind: 'url', name: url }) as const;
	return [
		...ill.map((file) => at(place(file), say('no-crossorigin', told(file, host)))),
		...wrong.map((file) => at(place(file), say('hash-mismatch', told(file, host)))),
	];
}

function lacksCors({ from, crossorigin, isModule }: PinnedFile): boolean {
	return from !== 'origin' && crossorigin === null && !isModule;
}

/** `null` where it cannot be told. */
function matches({ integrity, answer }: PinnedFile): boolean | null {
	if (answer === null || variesByBrowser(answer)) return null;
	return hasIntegrity(integrity, answer);
}

function variesByBrowser(answer: HttpAnswered): boolean {
	return fieldValues(answer, 'vary').some((value) => /\*|\buser-agent\b|\bsec-ch-/i.test(value));
}

/** As many as a finding names. */
const MOST_NAMED = 5;

function loose(files: readonly PinnedFile[], host: string, say: SaySri) {
	const free = once(
		files.filter(
			({ element, from, integrity, isMoving }) =>
				element === 'script' &&
				from === 'stranger' &&
				!isMoving &&
				countingHashes(integrity).length === 0,
		),
	);
	const [first] = free;
	if (first === undefined) return [];
	const shown = free.slice(0, MOST_NAMED);
	return [
		say('missing', {
			host,
			page: first.page,
			urls: shown.map(({ url }) => url.slice(0, 200)),
			count: free.length,
			tags: shown.map((file) => told(file, host).tag),
		}),
	];
}

function told(file: PinnedFile, host: string): Told {
	const { element, page } = file;
	return { host, page, url: file.url.slice(0, 500), element, tag: tagOf(file) };
}

/** The element as it should be: by https:, with the hash of what was seen, else the one that it has. */
function tagOf({ element, url, from, integrity, answer, isMoving, isModule }: PinnedFile): string {
	const secured = quoted(url.replace(/^http:/, 'https:'));
	const actual = answer === null ? null : integrityOf(answer);
	const hash = isMoving ? integrity : (actual ?? integrity);
	const attributes = [
		element === 'script'
			? `${isModule ? 'type="module" ' : ''}src="${secured}"`
			: `rel="stylesheet" href="${secured}"`,
		...(hash === null ? [] : [`integrity="${quoted(hash)}"`]),
		...(hash === null || from === 'origin' ? [] : ['crossorigin="anonymous"']),
	].join(' ');
	return element === 'script' ? `<script ${attributes}></script>` : `<link ${attributes}>`;
}

function quoted(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}

const RIGHT = `sha384-${Buffer.from('aa'.repeat(48), 'hex').toString('base64')}`;

function seen(byte: 'aa' | 'bb', headers: HttpAnswered['headers'] = []): HttpAnswered {
	return {
		kind: 'answered',
		status: 200,
		headers,
		body: {
			bytes: 'x',
			truncated: false,
			sha256: byte.repeat(32),
			sha384: byte.repeat(48),
			sha512: byte.repeat(64),
		},
		address: '203.0.113.1',
		tls: null,
		timing: { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 },
	};
}

function file(more: Partial<PinnedFile>): PinnedFile {
	return {
		element: 'script',
		url: 'https://cdn.example.net/a@1.2.3/a.js',
		href: 'https://cdn.example.net/a@1.2.3/a.js',
		page: 'https://example.com/',
		from: 'stranger',
		integrity: RIGHT,
		crossorigin: '',
		isModule: false,
		isMoving: false,
		isUpgraded: false,
		answer: seen('aa'),
		unseen: null,
		...more,
	};
}

import { gunzipSync } from 'node:zlib';
import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** What a logo's file is. */
export type SvgReading =
	/** Not XML with an `svg` element at its root. */
	| { readonly kind: 'not-svg'; readonly detail: string }
	| {
			readonly kind: 'svg';
			/** Where it leaves SVG Tiny PS, one line each. */
			readonly faults: readonly string[];
	  };

/** Larger ones are not read; BIMI logos should have 32 KB. */
const MOST_BYTES = 1_048_576;

/**
 * What draft-svg-tiny-ps-abrotman demands and exports get wrong: version 1.2, profile tiny-ps, a title,
 * no `x` and `y` on the root, nothing that runs, moves, embeds or refers outside. Elements that a viewer
 * merely skips are let pass. `bytes`: one character a byte; SVGZ (RFC 6170 §5.2) is unpacked.
 */
export function readSvg(bytes: string): SvgReading {
	const text = textOf(bytes);
	if (text === null) return { kind: 'not-svg', detail: 'it cannot be unpacked' };
	if (/<!ENTITY/i.test(text)) {
		return { kind: 'svg', faults: ['it declares entities, which readers refuse'] };
	}
	const fault = wellFormedFault(text);
	if (fault !== null) return { kind: 'not-svg', detail: fault };
	const [root, ...others] = elementsIn(text);
	if (root === undefined || localName(root.name) !== 'svg') {
		return { kind: 'not-svg', detail: `its root element is ${shownName(root?.name)}, not svg` };
	}
	const faults = [...rootFaults(root), ...others.flatMap(elementFaults)];
	return { kind: 'svg', faults: [...new Set(faults)].slice(0, MOST_FAULTS) };
}

const MOST_FAULTS = 20;

function textOf(bytes: string): string | null {
	const buffer = Buffer.from(bytes, 'latin1');
	if (!bytes.startsWith('\x1f\x8b')) return buffer.toString('utf8').replace(/^\ufeff/, '');
	try {
		return gunzipSync(buffer, { maxOutputLength: MOST_BYTES }).toString('utf8');
	} catch {
		return null;
	}
}

/** Deeper than any drawing: parsers that call themselves would run out of stack. */
const MOST_DEPTH = 200;

function wellFormedFault(text: string): string | null {
	if (!/<(?:[a-z_][\w.-]{0,40}:)?svg[\s/>]/i.test(text)) return 'it has no svg element';
	try {
		if (depthOf(text) > MOST_DEPTH) return 'its elements are nested too deeply';
		const valid = XMLValidator.validate(text);
		return valid === true ? null : `it is no well-formed XML: ${valid.err.msg.slice(0, 120)}`;
	} catch (error) {
		return `it is no well-formed XML: ${(error as Error).message.slice(0, 120)}`;
	}
}

/** At most what it could be: comments and text count as they look. */
function depthOf(text: string): number {
	let depth = 0;
	let most = 0;
	for (const [tag] of text.matchAll(/<\/?[a-z_][^<>]*>/gi)) {
		if (tag.startsWith('</')) depth -= 1;
		else if (!tag.endsWith('/>')) depth += 1;
		most = Math.max(most, depth);
	}
	return most;
}

interface Element {
	readonly name: string;
	readonly attributes: Readonly<Record<string, string>>;
	readonly children: readonly Element[];
	/** Its own text, white space aside. */
	readonly text: string;
}

const ATTRIBUTES = ':@';
const TEXT = '#text';

type Node = Readonly<Record<string, unknown>>;

/** The root first, then everything below it. */
function elementsIn(text: string): readonly Element[] {
	const parser = new XMLParser({
		preserveOrder: true,
		ignoreAttributes: false,
		attributeNamePrefix: '',
		parseTagValue: false,
		parseAttributeValue: false,
		processEntities: false,
		ignoreDeclaration: true,
		ignorePiTags: true,
	});
	try {
		const [root] = (parser.parse(text) as readonly Node[]).flatMap(elementOf);
		return root === undefined ? [] : withAllBelow(root);
	} catch {
		return [];
	}
}

function elementOf(node: Node): readonly Element[] {
	const name = Object.keys(node).find((key) => key !== ATTRIBUTES);
	if (name === undefined || name === TEXT) return [];
	const nodes = (node[name] ?? []) as readonly Node[];
	const text = nodes.map((each) => (TEXT in each ? String(each[TEXT]) : '')).join('');
	const attributes = (node[ATTRIBUTES] ?? {}) as Readonly<Record<string, string>>;
	return [{ name, attributes, children: nodes.flatMap(elementOf), text: text.trim() }];
}

function withAllBelow(element: Element): readonly Element[] {
	return [element, ...element.children.flatMap(withAllBelow)];
}

function localName(name: string): string {
	return name.slice(name.indexOf(':') + 1);
}

function shownName(name: string | undefined): string {
	return name === undefined ? 'missing' : name.slice(0, 40);
}

function rootFaults(root: Element): readonly string[] {
	const { attributes, children } = root;
	const { version, baseProfile } = attributes;
	const faults: string[] = [];
	if (version !== '1.2') faults.push(`version is ${quoted(version)}, not "1.2"`);
	if (baseProfile !== 'tiny-ps')
		faults.push(`baseProfile is ${quoted(baseProfile)}, not "tiny-ps"`);
	const title = children.find(({ name }) => localName(name) === 'title');
	if (title === undefined) faults.push('the svg element has no title');
	else if (title.text === '') faults.push('the title is empty');
	for (const name of ['x', 'y'] as const) {
		if (attributes[name] !== undefined) faults.push(`the svg element has ${name}=`);
	}
	return [...faults, ...attributeFaults(root)];
}

function quoted(value: string | undefined): string {
	return value === undefined ? 'missing' : JSON.stringify(value.slice(0, 40));
}

/** Run, move, embed, or belong to a larger profile than Tiny 1.2. */
const FORBIDDEN = [
	'script',
	'handler',
	'listener',
	'animate',
	'animateColor',
	'animateMotion',
	'animateTransform',
	'set',
	'animation',
	'audio',
	'video',
	'image',
	'foreignObject',
	'prefetch',
	'discard',
	'style',
	'filter',
	'mask',
	'clipPath',
	'pattern',
	'marker',
	'symbol',
];

function elementFaults(element: Element): readonly string[] {
	const name = localName(element.name);
	const faults = attributeFaults(element);
	return FORBIDDEN.includes(name) ? [`it has a ${name} element`, ...faults] : faults;
}

function attributeFaults({ name, attributes }: Element): readonly string[] {
	return Object.entries(attributes).flatMap(([key, value]) => {
		const local = localName(key);
		if (/^on[a-z]+$/i.test(local)) return [`${shownName(name)} has ${local.slice(0, 40)}=`];
		const isOutside = local === 'href' && !String(value).trim().startsWith('#');
		return isOutside ? [`${shownName(name)} refers outside the file`] : [];
	});
}

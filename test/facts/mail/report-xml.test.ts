import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
	childOf,
	readXml,
	textOf,
	UnreadableXml,
	type XmlElement,
} from '../../../src/facts/mail/report-xml.ts';
import { cpuMs } from '../../cpu-time.ts';

function root(text: string): XmlElement | undefined {
	let outermost: XmlElement | undefined;
	readXml(text, (element, within) => {
		if (within.length === 0) outermost = element;
		return false;
	});
	return outermost;
}

const valueIn = (text: string) => textOf(root(text), 'v');

describe('readXml', () => {
	it.each([
		['an element', '<r><v>1</v></r>', '1'],
		['white space around a value', '<r><v>\n\t1 </v></r>', '1'],
		['a prefix and capitals', '<x:R xmlns:x="urn:a"><x:V>1</x:V></x:R>', '1'],
		['attributes with a bracket', `<r><v a=">" b='</v>'>1</v></r>`, '1'],
		['predefined entities (XML 1.0 §4.6)', '<r><v>&lt;&amp;&gt;&quot;&apos;</v></r>', `<&>"'`],
		['character references (XML 1.0 §4.1)', '<r><v>&#65;&#x42;&#x1F600;</v></r>', 'AB😀'],
		['an entity decoded once', '<r><v>&amp;lt;</v></r>', '&lt;'],
		['a character that there is not', '<r><v>&#x110000;&#0;</v></r>', '&#x110000;&#0;'],
		['a bare ampersand', '<r><v>A & B</v></r>', 'A & B'],
		['an entity that nobody declared', '<r><v>&nbsp;</v></r>', '&nbsp;'],
		['a CDATA section (XML 1.0 §2.7)', '<r><v><![CDATA[<&amp;]]></v></r>', '<&amp;'],
		['a comment (XML 1.0 §2.5)', '<r><!-- <v>2</v> --><v>1</v></r>', '1'],
		['a declaration and an instruction', '<?xml version="1.0"?><?a b?><r><v>1</v></r>', '1'],
		[
			'a document type without entities (XML 1.0 §2.8)',
			'<!DOCTYPE r [ <!ELEMENT r ANY> ]><r><v>1</v></r>',
			'1',
		],
		['an end tag without a start', '<r></x><v>1</v></y></r>', '1'],
		['an element that does not end within one that does', '<r><a><v>0</a><v>1</v></r>', '1'],
		['a name that is none', '<r><1st>x</1st><v>1</v></r>', '1'],
		['an empty element', '<r><a/><v>1</v><b /></r>', '1'],
		['a space in an end tag (XML 1.0 §3.1)', '<r><v>1</v ></r >', '1'],
	])('reads %s', (_, text, value) => {
		expect(valueIn(text)).toBe(value);
	});

	it('forgives a schema element around the report that nobody closes', () => {
		const text =
			'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x"><r><v>1</v></r>';
		const seen: string[] = [];
		const { namespaces } = readXml(text, ({ name }) => {
			seen.push(name);
			return false;
		});
		expect(seen).toEqual(['v', 'r']);
		expect(namespaces).toEqual(['http://www.w3.org/2001/XMLSchema']);
	});

	it.each([
		['is cut off in an element', '<r><v>1', 'it ends within <r>'],
		['is cut off in a tag', '<r><v', 'a tag does not end'],
		['is cut off in an attribute', '<r a="', 'a tag does not end'],
		['is cut off in a comment', '<r><!-- ', 'a comment does not end'],
		['is cut off in a CDATA section', '<r><![CDATA[ ]]', 'a CDATA section does not end'],
		['nests without end', '<a>'.repeat(40), 'elements are nested deeper than 32'],
		[
			'holds more elements than a report',
			`<r>${'<a/>'.repeat(10_001)}</r>`,
			'<r> holds more than 10000 elements',
		],
	])('refuses a text that %s', (_, text, message) => {
		expect(() => root(text)).toThrow(new UnreadableXml(message));
	});

	it('expands no entity: a billion laughs are refused unread', () => {
		const lines = Array.from(
			{ length: 9 },
			(_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`,
		);
		const text = `<!DOCTYPE r [<!ENTITY l0 "lol">${lines.join('')}]><r><v>&l9;</v></r>`;
		expect(() => root(text)).toThrow(/declares entities/);
		expect(() => root('<!DOCTYPE r SYSTEM "file:///etc/passwd"><r><v>1</v></r>')).not.toThrow();
	});

	it('does not keep what it is told that somebody has taken', () => {
		const taken: string[] = [];
		const kept: XmlElement[] = [];
		readXml('<r><a>1</a><b/><a>2</a></r>', (element) => {
			if (element.name === 'a') taken.push(element.text);
			if (element.name === 'r') kept.push(element);
			return element.name === 'a';
		});
		expect(taken).toEqual(['1', '2']);
		expect(kept[0]?.children.map(({ name }) => name)).toEqual(['b']);
		expect(childOf(kept[0], 'a')).toBeUndefined();
	});

	it('gives a tree or one kind of refusal, whatever the text is', () => {
		const piece = fc.oneof(
			fc.constantFrom(
				'<',
				'>',
				'</',
				'/>',
				'<r>',
				'</r>',
				'<!--',
				'-->',
				'<![CDATA[',
				']]>',
				'<!',
				'<?',
				'?>',
				'&',
				'&#',
				';',
				'"',
				"'",
				'xmlns="',
				' ',
			),
			fc.string({ maxLength: 6 }),
		);
		fc.assert(
			fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
				try {
					readXml(pieces.join(''), () => false);
				} catch (error) {
					expect(error).toBeInstanceOf(UnreadableXml);
				}
			}),
			{ numRuns: 2_000 },
		);
	});

	it.each([
		'<a/>',
		'<a><b/></a>',
		'</a>',
		'<',
		'&amp;',
		'<a ',
		'<!--',
		'<?',
		'<!',
		'<a "',
		'xmlns:',
	])('takes time in proportion to the text: 4 MB of %s', (piece) => {
		const text = `<feedback ${piece}`.repeat(1) + piece.repeat(4_000_000 / piece.length);
		const started = cpuMs();
		try {
			readXml(text, () => false);
		} catch (error) {
			expect(error).toBeInstanceOf(UnreadableXml);
		}
		expect(cpuMs() - started).toBeLessThan(1_500);
	});
});

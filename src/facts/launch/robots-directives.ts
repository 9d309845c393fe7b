import type { HttpAnswered } from '../../core/io.ts';
import { pageIn } from '../web/html.ts';
import { fieldValues } from '../web/http.ts';

/** One thing that keeps a page out of search results. */
export interface NoIndex {
	readonly where: 'header' | 'meta';
	/** The directive as written, cut. */
	readonly text: string;
	/** The crawlers that it names; empty for all of them. */
	readonly agent: string;
}

/** Crawlers of the search engine that decides; a rule for another one keeps nobody else out. */
const MAIN = new Set(['', '*', 'robots', 'googlebot']);

const LONGEST = 120;

/**
 * What an answer itself tells crawlers to leave it out by: `noindex` or `none` in X-Robots-Tag or in a meta
 * element for all crawlers or for Google's, or an `unavailable_after` in the past. The strictest counts.
 */
export function noIndexIn(answer: HttpAnswered, url: string, now: Date): readonly NoIndex[] {
	const fields = fieldValues(answer, 'x-robots-tag').map(
		(value) => ({ where: 'header', agent: '', value }) as const,
	);
	const metas = (pageIn(answer, url)?.metas ?? [])
		.filter(({ key }) => key === 'robots' || key === 'googlebot')
		.map(({ key, content }) => {
			const agent = key === 'robots' ? '' : key;
			return { where: 'meta', agent, value: content } as const;
		});
	return [...fields, ...metas].flatMap(({ where, agent, value }) => {
		const found = readDirectives(value, agent).find((one) => keepsOut(one, now));
		return found === undefined
			? []
			: [{ where, text: value.trim().slice(0, LONGEST), agent: found.agent }];
	});
}

interface Directive {
	/** Lower case; empty for everybody. */
	readonly agent: string;
	readonly name: string;
	readonly value: string;
}

/**
 * A list of directives; the name of a crawler before a colon holds for the rest of the field. The date of
 * `unavailable_after` may have a comma, which parts nothing.
 */
export function readDirectives(text: string, agent = ''): readonly Directive[] {
	const found: Directive[] = [];
	let about = agent;
	for (const part of text.slice(0, 4_096).split(',')) {
		const last = found.at(-1);
		if (last?.name === 'unavailable_after' && /^\s*\d/.test(part)) {
			found[found.length - 1] = { ...last, value: `${last.value},${part}` };
			continue;
		}
		const [, named, rest = ''] =
			/^\s*(?:(?!unavailable_after|max-)([a-z0-9_*-]{1,64})\s*:)?(.*)$/is.exec(part) ?? [];
		about = named?.toLowerCase() ?? about;
		found.push(...directivesIn(rest, about));
	}
	return found;
}

/** Written with spaces instead of commas, the words mean the same to whoever wrote them. */
function directivesIn(text: string, agent: string): readonly Directive[] {
	const [, name = '', value = ''] = /^\s*([a-z_-]{1,64})\s*:\s*(.*)$/is.exec(text) ?? [];
	if (name !== '') return [{ agent, name: name.toLowerCase(), value }];
	const words = text.toLowerCase().split(/\s+/).filter(Boolean);
	return words.map((word) => ({ agent, name: word, value: '' }));
}

function keepsOut({ agent, name, value }: Directive, now: Date): boolean {
	if (!MAIN.has(agent)) return false;
	if (name === 'noindex' || name === 'none') return true;
	if (name !== 'unavailable_after') return false;
	const time = Date.parse(value);
	return !Number.isNaN(time) && time < now.getTime();
}

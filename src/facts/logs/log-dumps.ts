const HEADERS =
	/(?:(?<![\w-])(?:req(?:uest)?[_.]?)?(?:raw_?)?headers)\\?["']?\s{0,3}(?::|=>|=)\s{0,3}[{[]/gi;
const USUAL_HEADERS =
	/\\?["']?(?:host|user-agent|accept|accept-encoding|accept-language|connection|content-type|content-length|referer|x-forwarded-for)\\?["']?\s{0,3}(?::|=>|,)/gi;
const BODY =
	/(?<![\w-])(?:req(?:uest)?[_.]?)?(?:body|payload|form_?data)\\?["']?\s{0,3}(?::|=>|=)\s{0,3}\\?["']?\{/gi;
const ENTRY = /\\?["']?[\w-]{1,40}\\?["']?\s{0,3}(?::|=>)\s{0,3}/g;

/** Offsets of whole header blocks and request bodies. */
export function requestDumpsIn(text: string): readonly number[] {
	if (!/headers|body|payload|form_?data/i.test(text)) return [];
	const headers = [...text.matchAll(HEADERS)].filter((found) => {
		const names = text.slice(found.index, found.index + 1_500).match(USUAL_HEADERS) ?? [];
		return new Set(names.map((name) => name.toLowerCase())).size >= 3;
	});
	const bodies = [...text.matchAll(BODY)].filter((found) => {
		const inside = text.slice(found.index + found[0].length, found.index + 1_500);
		return (inside.split('}', 1)[0]?.match(ENTRY) ?? []).length >= 3;
	});
	return [...headers, ...bodies].map(({ index }) => index).sort((a, b) => a - b);
}

const VARIABLE =
	/(?<![\w-])(PATH|HOME|PWD|SHELL|LANG|HOSTNAME|NODE_ENV|LOGNAME|USER|TERM|RAILS_ENV|PYTHONPATH|VIRTUAL_ENV|JAVA_HOME)\\?["']?\s{0,3}(?::|=>|=)\s{0,3}\\?["']?[\w/.]/g;
const STACK =
	/^\s{2,12}at [^\n]{3,300}:\d{1,6}|Traceback \(most recent call last\)|^\s{0,8}File "[^"\n]{1,300}", line \d+|^\s{0,8}from [^\n]{1,300}:\d{1,6}:in /m;
/** Of one report of an error. */
const NEAR = 6_000;

/** Offsets of environments that were written out beside a stack. */
export function environmentDumpsIn(text: string): readonly number[] {
	const names = [...text.matchAll(VARIABLE)];
	const found: number[] = [];
	let last = -NEAR;
	for (const [index, { index: start }] of names.entries()) {
		if (start - last < NEAR) continue;
		const near = names.slice(index, index + 40).filter((one) => one.index - start < NEAR);
		if (new Set(near.map(([, name]) => name)).size < 4) continue;
		if (!STACK.test(text.slice(Math.max(0, start - NEAR), start + NEAR))) continue;
		found.push(start);
		last = start;
	}
	return found;
}

const LEVEL = /\b(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRIT(?:ICAL)?|ALERT|EMERG|FATAL)\b/i;

/** Lines that programs write: each has a time with a level, or whose request was answered how. */
const FORMS: readonly (readonly [form: RegExp, what: string])[] = [
	[
		/^\S{1,100} \S{1,100} \S{1,100} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] ".{0,1500}" \d{3} /,
		'an access log of a web server',
	],
	[/^\[\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d\b.{0,40}\] PHP /, 'an error log of PHP'],
	[
		/^\[[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d[\d. ]{1,12}\] \[[\w:-]{2,40}\]/,
		'an error log of Apache',
	],
	[/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[a-z]{3,6}\] \d{1,8}#\d/, 'an error log of nginx'],
	[/^\[\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d.{0,20}\] \w{1,30}\.[A-Z]{4,9}: /, 'a log of Laravel'],
	[/^\d{1,6} (?:info it worked if it ends with ok|verbose cli\b)/, 'a log of npm'],
];

/** Log lines as JSON: a level and a time, in either order. */
const JSON_LINE = [
	/^\{.{0,1500}"level"\s{0,5}:\s{0,5}["\d]/,
	/"(?:time|timestamp|ts|@timestamp)"\s{0,5}:/,
] as const;

const TIMED =
	/^[[(]?(?:\w{3} )?(?:\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\d\d[-/.](?:\d\d|[A-Z][a-z]{2})[-/.]\d{4}[ :]\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d)/;

const LEVELLED =
	/^\[?(?:TRACE|DEBUG|INFO|NOTICE|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b\]?[: -]{0,3}.{0,40}\d\d:\d\d:\d\d/;

const MOST_LINES = 200;
const MOST_OF_A_LINE = 2_000;

/** What kind of log a text is, by its lines; `null` for any other text. */
export function recogniseLog(bytes: string): string | null {
	const lines = bytes
		.split('\n', MOST_LINES)
		.map((line) => line.slice(0, MOST_OF_A_LINE).trimEnd());
	for (const line of lines) {
		const what = lineOfLog(line);
		if (what !== null) return what;
	}
	return null;
}

function lineOfLog(line: string): string | null {
	const form = FORMS.find(([is]) => is.test(line));
	if (form !== undefined) return form[1];
	const isTimed = TIMED.test(line) && LEVEL.test(line.slice(0, 300));
	return isTimed || LEVELLED.test(line) || JSON_LINE.every((part) => part.test(line))
		? 'a log of an application'
		: null;
}

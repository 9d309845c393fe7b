export const RUNTIMES = ['node', 'python', 'ruby', 'php', 'go'] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** The day on which the calendars below were last compared with the vendors'. */
export const CALENDAR_DATE = '2026-06-30';

/** Where each vendor says until when a release line gets security fixes. */
export const CALENDAR_SOURCES: Readonly<Record<Runtime, string>> = {
	node: 'https://github.com/nodejs/Release#release-schedule',
	python: 'https://devguide.python.org/versions/',
	ruby: 'https://www.ruby-lang.org/en/downloads/branches/',
	php: 'https://www.php.net/supported-versions.php',
	go: 'https://go.dev/doc/devel/release',
};

/** A release line, with the day of its last security fixes; a month's last day where the vendor names the month. */
interface Line {
	readonly cycle: string;
	readonly ends: string;
	/** The day from which new work should begin on it; `null` for a line that is none for production. */
	readonly from: string | null;
}

const line = (cycle: string, ends: string, from: string | null = null): Line => ({
	cycle,
	ends,
	from,
});

const CALENDAR: Readonly<Record<Runtime, readonly Line[]>> = {
	node: [
		line('0', '2016-12-31'),
		line('4', '2018-04-30'),
		line('5', '2016-06-30'),
		line('6', '2019-04-30'),
		line('7', '2017-06-30'),
		line('8', '2019-12-31'),
		line('9', '2018-06-30'),
		line('10', '2021-04-30'),
		line('11', '2019-06-01'),
		line('12', '2022-04-30'),
		line('13', '2020-06-01'),
		line('14', '2023-04-30'),
		line('15', '2021-06-01'),
		line('16', '2023-09-11'),
		line('17', '2022-06-01'),
		line('18', '2025-04-30'),
		line('19', '2023-06-01'),
		line('20', '2026-04-30', '2023-10-24'),
		line('21', '2024-06-01'),
		line('22', '2027-04-30', '2024-10-29'),
		line('23', '2025-06-01'),
		line('24', '2028-04-30', '2025-10-28'),
		line('25', '2026-06-01'),
	],
	python: [
		line('2.6', '2013-10-29'),
		line('2.7', '2020-01-01'),
		line('3.4', '2019-03-18'),
		line('3.5', '2020-09-30'),
		line('3.6', '2021-12-23'),
		line('3.7', '2023-06-27'),
		line('3.8', '2024-10-07'),
		line('3.9', '2025-10-31'),
		line('3.10', '2026-10-31', '2021-10-04'),
		line('3.11', '2027-10-31', '2022-10-24'),
		line('3.12', '2028-10-31', '2023-10-02'),
		line('3.13', '2029-10-31', '2024-10-07'),
		line('3.14', '2030-10-31', '2025-10-07'),
	],
	ruby: [
		line('2.3', '2019-03-31'),
		line('2.4', '2020-03-31'),
		line('2.5', '2021-03-31'),
		line('2.6', '2022-04-12'),
		line('2.7', '2023-03-31'),
		line('3.0', '2024-04-23'),
		line('3.1', '2025-03-26'),
		line('3.2', '2026-03-31', '2022-12-25'),
		line('3.3', '2027-03-31', '2023-12-25'),
		line('3.4', '2028-03-31', '2024-12-25'),
	],
	php: [
		line('5.6', '2018-12-31'),
		line('7.0', '2019-01-10'),
		line('7.1', '2019-12-01'),
		line('7.2', '2020-11-30'),
		line('7.3', '2021-12-06'),
		line('7.4', '2022-11-28'),
		line('8.0', '2023-11-26'),
		line('8.1', '2025-12-31'),
		line('8.2', '2026-12-31', '2022-12-08'),
		line('8.3', '2027-12-31', '2023-11-23'),
		line('8.4', '2028-12-31', '2024-11-21'),
		line('8.5', '2029-12-31', '2025-11-20'),
	],
	// A line ends with the release of the second after it; the last two have no date yet.
	go: [
		line('1.17', '2022-08-02'),
		line('1.18', '2023-02-01'),
		line('1.19', '2023-08-08'),
		line('1.20', '2024-02-06'),
		line('1.21', '2024-08-13'),
		line('1.22', '2025-02-11'),
		line('1.23', '2025-08-12'),
		line('1.24', '2026-02-10'),
	],
};

/** Lines that have no end in the calendar yet. */
const NEWER: Readonly<Record<Runtime, readonly string[]>> = {
	node: ['26', '27'],
	python: ['3.15'],
	ruby: ['4.0'],
	php: [],
	go: ['1.25', '1.26'],
};

/** Every line that the calendar knows of, old ones first. */
export const cyclesOf = (runtime: Runtime): readonly string[] => [
	...CALENDAR[runtime].map(({ cycle }) => cycle),
	...NEWER[runtime],
];

/** ISO date of the last security fixes; `null` where it is not known to end. */
export function endOf(runtime: Runtime, cycle: string): string | null {
	const found = CALENDAR[runtime].find((one) => one.cycle === cycle);
	if (found !== undefined) return found.ends;
	// A line that the calendar leaves out ended no later than the next one.
	return CALENDAR[runtime].find((one) => isOlder(cycle, one.cycle))?.ends ?? null;
}

function isOlder(a: string, b: string): boolean {
	const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
	const difference = (left[0] ?? 0) - (right[0] ?? 0) || (left[1] ?? 0) - (right[1] ?? 0);
	return difference < 0;
}

/** The line that serves longest among those that are ready for production on a day; `null` for none. */
export function recommended(runtime: Runtime, day: string): { cycle: string; ends: string } | null {
	const ready = CALENDAR[runtime].filter(
		({ from, ends }) => from !== null && from <= day && ends > day,
	);
	const best = ready.at(-1);
	return best === undefined ? null : { cycle: best.cycle, ends: best.ends };
}

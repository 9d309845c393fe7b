import {
	defineCheck,
	doesNotApply,
	endpoints,
	minutes,
	perPlatform,
	type TimingSummary,
	z,
} from '../../src/sdk.ts';
import { taken } from './_samples.ts';
import { evidence, forShell, ms, notMeasured, timedAndSeen } from './_told.ts';

export default defineCheck({
	id: 'timing/download',
	title: 'No large text takes most of the time because it is sent without compression',
	rationale:
		'What is over 14 KB does not fit into the first flight of a new connection; text shrinks to a quarter ' +
		'when it is compressed.',
	references: ['RFC 9110 §8.4 (Content-Encoding)', 'RFC 6928 (initial window of ten segments)'],
	reach: 'speed',
	layer: 'server',

	over: endpoints,
	options: z.object({}),

	verdicts: {
		short: {
			outcome: 'pass',
			says: (a: TimingSummary) =>
				`${a.url} sends ${kilobytes(a.bytes)}${a.encoding === '' ? '' : `, as ${a.encoding},`} in ${ms(a.phases.download)} of ${ms(a.p50)}.`,
		},
		dominates: {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(20),
			says: (a: TimingSummary) =>
				`Reading the ${kilobytes(a.bytes)} of ${a.url}, sent without compression, takes ${ms(a.phases.download)} of ${ms(a.p50)}.`,
			impact: 'On a phone it takes several times as long, and costs the visitor’s data.',
			fix: perPlatform(
				'Compress text before it is sent:',
				{
					nginx:
						'gzip on;\ngzip_types text/plain text/css application/json application/javascript image/svg+xml;\ngzip_min_length 1024;',
					apache:
						'AddOutputFilterByType DEFLATE text/html text/css application/json application/javascript',
					caddy: 'encode zstd gzip',
					express: "app.use(require('compression')());",
				},
				'Send less: leave out what the first screen does not show.',
			),
			reproduce: ({ url }: TimingSummary) =>
				`curl -sS -o /dev/null -H 'Accept-Encoding: gzip, br' -w '%{size_download} %{time_starttransfer} %{time_total}\\n' ${forShell(url)}`,
			evidence,
		},
	},

	needs: timedAndSeen,

	judge({ given: { answer, timing }, subject, say }) {
		const not = notMeasured(timing, answer, subject);
		if (not !== null) return not;
		const { phases, p50, bytes, encoding, type, noise, url } = timing;
		if (isCompact(type)) return doesNotApply(`${url} sends ${type}, which is compressed already`);
		const isLong =
			phases.download > p50 / 2 && phases.download > noise.pingP95Ms + noise.loopDelayP99Ms;
		return say(isLong && bytes > FIRST_FLIGHT && encoding === '' ? 'dominates' : 'short', timing);
	},

	examples: (example) => {
		const read = (download: number, bytes: number, more: Partial<TimingSummary> = {}) =>
			taken({
				p50: 200,
				phases: { dns: 0, connect: 20, tls: 20, firstByte: 80, download },
				bytes,
				...more,
			});
		return [
			example('half of the time', read(100, 90_000), 'short'),
			example('more than half', read(101, 90_000), 'dominates'),
			example('14 KB', read(150, 14_336), 'short'),
			example('just over 14 KB', read(150, 14_337), 'dominates'),
			example('compressed', read(150, 90_000, { encoding: 'br' }), 'short'),
			example('a picture', read(150, 90_000, { type: 'image/png' }), 'not-applicable'),
			example('a drawing', read(150, 90_000, { type: 'image/svg+xml' }), 'dominates'),
		];
	},
});

const FIRST_FLIGHT = 14 * 1024;

/** Pictures, films, fonts and archives, which no Content-Encoding makes smaller. */
function isCompact(type: string): boolean {
	return /^\s*(?:image\/(?!svg|bmp|x-icon)|audio\/|video\/|font\/woff|application\/(?:zip|gzip|pdf|x-7z-compressed|zstd))/i.test(
		type,
	);
}

function kilobytes(bytes: number): string {
	return bytes < 1024 ? `${Math.round(bytes)} bytes` : `${Math.round(bytes / 1024)} KB`;
}

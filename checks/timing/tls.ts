import {
	cannotSay,
	defineCheck,
	doesNotApply,
	type HostTiming,
	hostTiming,
	minutes,
	perPlatform,
	timedHosts,
	z,
} from '../../src/sdk.ts';
import { ms } from './_told.ts';

const RATIO = 1.7;
/** On a shorter way the handshake takes as long as the arithmetic does, and no round trip can be told. */
const LEAST_CONNECT_MS = 10;
const LEAST_OPENED = 2;

export default defineCheck({
	id: 'timing/tls',
	title: 'The TLS handshake takes one round trip',
	rationale:
		'TLS 1.3 takes one round trip, TLS 1.2 two; a chain that does not fit into one flight, one more.',
	references: ['RFC 8446 §2 (one round trip)', 'RFC 6928 (initial window of ten segments)'],
	reach: 'speed',
	layer: 'server',

	over: timedHosts,
	options: z.object({}),

	verdicts: {
		'one-round-trip': {
			outcome: 'pass',
			says: (a: HostTiming) => `${a.host}: TCP takes ${ms(a.connect)}, TLS ${ms(a.tls)}.`,
		},
		'extra-round-trip': {
			outcome: 'fail',
			severity: 'later',
			effort: minutes(30),
			says: (a: HostTiming) =>
				`The TLS handshake with ${a.host} takes ${ms(a.tls)}, ${(a.tls / a.connect).toFixed(1)} times a TCP round trip of ${ms(a.connect)}: a round trip more than it needs.`,
			impact:
				'Every new connection of every visitor pays it, most of all those far away and on phones.',
			fix: perPlatform(
				'Offer TLS 1.3, and keep the chain short:',
				{
					nginx: 'ssl_protocols TLSv1.2 TLSv1.3;\nssl_session_cache shared:SSL:10m;',
					apache: 'SSLProtocol -all +TLSv1.2 +TLSv1.3',
				},
				'Send the leaf and its intermediates alone, without the root, and prefer an ECDSA certificate: the chain then fits into one flight.',
			),
			control: (a: HostTiming) => `The medians of ${a.opened} connections to one address.`,
			reproduce: ({ host }: HostTiming) =>
				`curl -sS -o /dev/null -w '%{time_connect} %{time_appconnect}\\n' https://${host}/`,
			evidence: (a: HostTiming) => [
				{
					kind: 'timing',
					summary: `${a.opened} connections to ${a.host}: TCP ${ms(a.connect)}, TLS ${ms(a.tls)}`,
					detail: '',
				},
			],
		},
	},

	needs: ({ subject: { name, together, idleSeconds } }) => ({
		timing: hostTiming({ host: name, together: [...together], idleSeconds }),
	}),

	judge({ given: { timing }, say }) {
		const { host, opened, connect, tls, noise } = timing;
		if (opened > 0 && tls === 0) return doesNotApply(`${host} is spoken to without TLS`);
		if (opened < LEAST_OPENED) {
			return cannotSay('inconclusive', `${opened} connections to ${host} were opened`);
		}
		if (connect < LEAST_CONNECT_MS) {
			return doesNotApply(`${host} is ${ms(connect)} away, too near to tell round trips apart`);
		}
		const ours = Math.max(noise.pingP95Ms, noise.loopDelayP99Ms);
		if (tls >= RATIO * connect && ours > connect / 2) {
			return cannotSay(
				'inconclusive',
				`this machine is too noisy (${ms(ours)}) to tell a round trip of ${ms(connect)} to ${host}`,
			);
		}
		const isLong = tls - ours >= RATIO * connect;
		return say(isLong ? 'extra-round-trip' : 'one-round-trip', timing);
	},

	examples: (example) => {
		const given = (connect: number, tls: number, opened = 4, pingP95Ms = 0.5) => ({
			timing: {
				host: 'api.example.com',
				opened,
				connect,
				tls,
				dns: 0,
				total: 300,
				noise: { pingP95Ms, loopDelayP99Ms: 1 },
			},
		});
		return [
			example('one', given(100, 110), 'one-round-trip'),
			example('just below', given(100, 170.9), 'one-round-trip'),
			example('1.7 and the noise', given(100, 171), 'extra-round-trip'),
			example('a noisy machine', given(20, 60, 4, 11), 'unknown'),
			example('noise of half a round trip', given(20, 60, 4, 10), 'extra-round-trip'),
			example('too near', given(9, 40), 'not-applicable'),
			example('plain', given(100, 0), 'not-applicable'),
			example('one connection', given(100, 200, 1), 'unknown'),
		];
	},
});

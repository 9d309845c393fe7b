import {
	assessServed,
	type ChainProblem,
	CLOUDFLARE,
	cannotSay,
	defineCheck,
	doesNotApply,
	type Fact,
	known,
	type OriginView,
	optional,
	originHosts,
	originView,
	type ServedChain,
	servedChains,
	type TrustStore,
	trustStore,
	unknown,
	z,
} from '../../src/sdk.ts';
import { besideOf } from './_judged-chains.ts';
import { ORIGIN_VERDICTS } from './_origin-verdicts.ts';
import { NO_TRUST, SAMPLE_TRUST, sampleChain } from './_samples.ts';

/** Cloudflare's own codes for an origin that it cannot reach. */
const UNREACHED: ReadonlySet<number> = new Set([521, 522, 525, 526]);

type Answers = NonNullable<OriginView['origin']>;
type Completed = Extract<Answers['https'], { kind: 'completed' }>;

export default defineCheck({
	id: 'ssl/origin',
	title: 'The way behind the CDN is encrypted too',
	rationale:
		'Behind a CDN there are two connections, and the padlock shows the first. Whether the second is ' +
		'encrypted, and the certificate there checked, is a setting that nobody sees from outside.',
	references: [
		'Cloudflare: SSL/TLS encryption modes, and errors 521 to 526',
		'Cloudflare: Origin CA certificates',
	],
	reach: 'sign-in',
	layer: 'server',
	over: originHosts,
	options: z.object({}),
	verdicts: ORIGIN_VERDICTS,
	needs: ({ subject: { name, apex, origin } }) => ({
		view: originView({ host: name, apex, origin }),
		served: optional(servedChains({ host: name, beside: besideOf({ name, apex }) })),
		trust: trustStore({}),
	}),
	judge({ given: { view, served, trust }, subject, now, say }) {
		const host = subject.name;
		const naked = nakedAt(host, { served, trust, now });
		if (naked !== null) return say('origin-ca-on-public-name', naked);
		const { edge, status, origin, ownUrls } = view;
		const isCloudflare = edge === CLOUDFLARE;
		if (isCloudflare && status !== null && UNREACHED.has(status)) {
			return say('edge-cannot-connect', { host, edge: CLOUDFLARE, status });
		}
		if (edge === null && origin === null) {
			return doesNotApply('no CDN was recognised in front of the host');
		}
		const front = edge ?? 'the CDN';
		const isFlexible = isCloudflare && ownUrls.plain.length > 0 && ownUrls.secure.length === 0;
		const suspected = isFlexible
			? [say('flexible-suspected', { host, edge: front, urls: ownUrls.plain })]
			: [];
		if (origin === null) return [...suspected, say('not-checked', { host, edge: front })];
		const { address, https, http } = origin;
		const about = { host, edge: front, address };
		if (https.kind === 'failed') {
			if (http !== null) return say('no-tls', { ...about, detail: https.detail });
			const detail = `neither port of ${address} answers from here (${https.detail}); an origin that lets in its CDN alone is right to`;
			return [...suspected, cannotSay('denied', detail)];
		}
		const faults = originFaults(https, { host, trust, now, isCloudflare });
		if (faults.length > 0) {
			return [...suspected, say('bad-certificate', { ...about, detail: faults.join('; ') })];
		}
		const detail = `${https.protocol} at ${address}, with a valid certificate`;
		return [...suspected, say('encrypted', { ...about, detail })];
	},
	examples: (example) => {
		const given = (
			view: Partial<OriginView> = {},
			more: { served?: Fact<readonly ServedChain[]>; trust?: TrustStore } = {},
		) => ({
			view: {
				edge: CLOUDFLARE,
				status: 200,
				ownUrls: { plain: [], secure: [] },
				origin: null,
				...view,
			},
			served: known([chainOf('good')]),
			trust: SAMPLE_TRUST,
			...more,
		});
		const behind = (origin: Partial<Answers>, more: Partial<OriginView> = {}) =>
			given({
				...more,
				origin: { address: '198.51.100.9', https: shakes('good'), http: 301, ...origin },
			});
		const plain = ['http://example.com/style.css'];
		const flexible = { ownUrls: { plain, secure: [] } };
		const shut = {
			kind: 'failed',
			how: 'refused',
			phase: 'connect',
			alert: null,
			detail: 'refused',
		} as const;
		return [
			example('no CDN', given({ edge: null }), 'not-applicable'),
			example('a CDN, and no origin named', given(), 'not-checked'),
			example('another CDN', given({ edge: 'Fastly' }), 'not-checked'),
			example('521', given({ status: 521 }), 'edge-cannot-connect'),
			example('522', given({ status: 522 }), 'edge-cannot-connect'),
			example('525', given({ status: 525 }), 'edge-cannot-connect'),
			example('526', given({ status: 526 }), 'edge-cannot-connect'),
			example('520, which is the program', given({ status: 520 }), 'not-checked'),
			example('526 of another server', given({ edge: 'Fastly', status: 526 }), 'not-checked'),
			example('own addresses with http', given(flexible), 'flexible-suspected'),
			example('at another CDN', given({ ...flexible, edge: 'Fastly' }), 'not-checked'),
			example(
				'some of them with https',
				given({ ownUrls: { plain, secure: ['https://example.com/'] } }),
				'not-checked',
			),
			example('an origin in order', behind({}), 'encrypted'),
			example('behind no CDN that we know', behind({}, { edge: null }), 'encrypted'),
			example('port 443 closed', behind({ https: shut }), 'no-tls'),
			example('both ports closed', behind({ https: shut, http: null }), 'unknown'),
			example('signed by itself', behind({ https: shakes('selfSigned') }), 'bad-certificate'),
			example('for another name', behind({ https: shakes('elsewhere') }), 'bad-certificate'),
			example('without its intermediate', behind({ https: shakes('alone') }), 'bad-certificate'),
			example('of Origin CA, at the origin', behind({ https: shakes('originCa') }), 'encrypted'),
			example(
				'of Origin CA, behind another CDN',
				behind({ https: shakes('originCa') }, { edge: 'Fastly' }),
				'bad-certificate',
			),
			example(
				'of Origin CA, shown to visitors',
				given({ edge: null }, { served: known([chainOf('originCa')]) }),
				'origin-ca-on-public-name',
			),
			example(
				'from nobody known, shown to visitors',
				given({ edge: null }, { served: known([chainOf('good')]), trust: NO_TRUST }),
				'not-applicable',
			),
			example(
				'nothing answers',
				given({ edge: null }, { served: unknown('timeout', 'silent') }),
				'not-applicable',
			),
		];
	},
});

/** Only an untrusted end counts: whoever gave that root with `--ca` trusts it. */
function nakedAt(
	host: string,
	about: { served: Fact<readonly ServedChain[]>; trust: TrustStore; now: Date },
) {
	const chains = about.served.status === 'known' ? about.served.value : [];
	const ours = chains.filter((one) =>
		assessServed(one, { ...about, host }).problems.some(isOriginCa),
	);
	const [first] = ours;
	if (first === undefined) return null;
	const where = ours.flatMap(({ addresses }) => addresses).join(', ');
	return { host, address: first.addresses[0] ?? '', where };
}

function isOriginCa({ id, values }: ChainProblem): boolean {
	return id === 'ssl/chain/untrusted-root' && values['kind'] === 'cloudflare-origin';
}

/** What would stop a CDN that checks. Cloudflare trusts its own Origin CA. */
function originFaults(
	https: Completed,
	about: { host: string; trust: TrustStore; now: Date; isCloudflare: boolean },
): readonly string[] {
	const { problems } = assessServed(https, about);
	return problems
		.filter(({ severity, id }) => {
			const isGrave = severity === 'blocker' || severity === 'high';
			return isGrave && !id.endsWith('/expires-soon') && !id.endsWith('-expires-soon');
		})
		.filter((problem) => !(about.isCloudflare && isOriginCa(problem)))
		.map(({ detail }) => detail);
}

// ── For the examples ─────────────────────────────────────────────────────────────────────────────

function chainOf(name: Parameters<typeof sampleChain>[0]): ServedChain {
	return { addresses: ['203.0.113.1'], chain: sampleChain(name), fetched: [], lookups: [] };
}

function shakes(name: Parameters<typeof sampleChain>[0]): Completed {
	return {
		kind: 'completed',
		protocol: 'TLSv1.3',
		cipher: 'TLS_AES_128_GCM_SHA256',
		alpn: null,
		chain: sampleChain(name),
	};
}

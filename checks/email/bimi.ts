import {
	type BimiCertificate,
	type BimiLogo,
	type BimiRecordView,
	type BimiSurvey,
	bimiSurvey,
	type CertificateSummary,
	cannotSay,
	type DmarcDiscovery,
	defineCheck,
	discoverDmarc,
	dmarcDiscovery,
	doesNotApply,
	type Fact,
	isError,
	type Judgement,
	known,
	type MailDomain,
	mailDomains,
	optional,
	parseBimiRecord,
	policyTag,
	readSvg,
	registrableOf,
	repairedBimiRecord,
	type Say,
	softened,
	tagValue,
	unknown,
	z,
} from '../../src/sdk.ts';
import { BIMI_VERDICTS } from './_bimi-verdicts.ts';
import { SENDER } from './_sample-domains.ts';
import { inZone, type Zone } from './_zone.ts';

type Key = keyof typeof BIMI_VERDICTS;
type Said = readonly Judgement<Key>[];
type OneRecord = Extract<BimiRecordView, { kind: 'one' }>;

interface Reading {
	readonly survey: BimiSurvey;
	readonly dmarc: Fact<DmarcDiscovery>;
	readonly now: Date;
	readonly say: Say<typeof BIMI_VERDICTS>;
}

export default defineCheck({
	id: 'email/bimi',
	title: 'Mail programs can show the logo of the domain',
	rationale:
		'BIMI puts a logo beside mail that passes DMARC. It is optional; a record that is broken or comes before ' +
		'DMARC is enforced shows nothing.',
	references: [
		'draft-brand-indicators-for-message-identification §4.3 (record), §7.1 (DMARC)',
		'draft-svg-tiny-ps-abrotman (SVG Tiny Portable/Secure)',
		'RFC 6170 §5.2 (SVGZ)',
	],
	reach: 'trust',
	layer: 'mail',
	over: mailDomains,
	options: z.object({}),
	verdicts: BIMI_VERDICTS,
	needs: ({ subject: { name: domain } }) => {
		const above = registrableOf(domain);
		return {
			survey: bimiSurvey({ domain, organizational: above === domain ? null : above }),
			dmarc: optional(dmarcDiscovery({ domain })),
		};
	},
	judge({ given: { survey, dmarc }, subject, now, say }) {
		const { record, owner } = survey;
		switch (record.kind) {
			case 'failed':
				return cannotSay('inconclusive', record.detail, 'high');
			case 'absent': {
				if (subject.context.role === 'no-mail') return doesNotApply('The domain sends no mail.');
				const { negativeTtl } = record;
				return say('absent', { domain: owner, seen: [], negativeTtl });
			}
			case 'multiple': {
				const { texts, ttl } = record;
				const fixed = texts.map(repairedBimiRecord).find((text) => text !== null);
				const about = { domain: owner, seen: texts, details: texts, ttl };
				return say('multiple', { ...about, fixed: fixed ?? DECLINED });
			}
			case 'one':
				return judged({ survey, dmarc, now, say }, record);
		}
	},
	examples: (example) =>
		examples().map(([name, says, survey, { dmarc = REJECT, now, subject } = {}]) => {
			const given = { survey, dmarc: typeof dmarc === 'string' ? walked(dmarc) : dmarc };
			return example(name, given, says, {
				...(now !== undefined && { now }),
				subject: { context: { ...SENDER, ...subject } },
			});
		}),
});

/** No part in BIMI, in so many words. */
const DECLINED = 'v=BIMI1; l=; a=;';

function judged(reading: Reading, view: OneRecord): Said {
	const { survey, say } = reading;
	const { owner: domain, logo, certificate } = survey;
	const { record, text, ttl } = view;
	const about = { domain, seen: [text] };
	const details = record.broken.filter(isError).map(({ message }) => message);
	const fixed = repairedBimiRecord(text) ?? DECLINED;
	const said: Judgement<Key>[] =
		details.length > 0 ? [say('syntax', { ...about, details, ttl, fixed })] : [];
	if (!record.declined) said.push(...dmarcFindings(reading, about));
	if (logo !== null && record.location !== null) {
		said.push(...logoFindings(say, { ...about, url: record.location }, logo));
	}
	if (certificate !== null && record.authority !== null) {
		said.push(...certificateFindings(reading, { ...about, url: record.authority }, certificate));
	}
	const isBare = record.authority === null && !record.declined && details.length === 0;
	const note = isBare ? [say('no-certificate', about)] : [];
	if (said.length > 0) return [...said, ...note];
	return [...note, say('published', { domain, location: record.location })];
}

type About = { readonly domain: string; readonly seen: readonly string[] };

/** §7.1: no `none` for the domain or its sub-domains, and no share of the mail left out. */
function dmarcFindings({ dmarc, say }: Reading, about: About): Said {
	if (dmarc.status !== 'known') return [cannotSay('inconclusive', dmarc.detail, 'high')];
	const { walk } = dmarc.value;
	if (walk.failed.length > 0) return [cannotSay('inconclusive', walk.failed.join('; '), 'high')];
	const { policy } = walk;
	if (policy === null) {
		const details = ['there is none'];
		return [say('dmarc-not-enforced', { ...about, details, dmarc: walk.domain })];
	}
	const applied = policy.testing ? softened(policy.policy) : policy.policy;
	const share = tagValue(policy.record, 'pct');
	const isPartial = policy.policy === 'quarantine' && /^\d{1,2}$/.test(share ?? '');
	const above = walk.steps.find(({ domain }) => domain === walk.organizational)?.record ?? null;
	const weakAbove = [policy.record, above].some(
		(record) => record !== null && policyTag(record, 'sp') === 'none',
	);
	const details = [
		...(policy.policy === 'none' ? [`the policy is none (_dmarc.${policy.from})`] : []),
		...(policy.policy !== 'none' && applied === 'none' ? ['t=y lowers it to none'] : []),
		...(policy.policy !== 'none' && weakAbove ? ['sp=none leaves sub-domains open'] : []),
		...(isPartial ? [`quarantine for ${share} % alone`] : []),
	];
	if (details.length === 0) return [];
	return [say('dmarc-not-enforced', { ...about, details, dmarc: policy.from })];
}

/** What receivers take, by the guidance of the BIMI Group; 1 KB is 1,024 bytes. */
const MOST_LOGO_BYTES = 32 * 1024;

function logoFindings(
	say: Say<typeof BIMI_VERDICTS>,
	about: About & { readonly url: string },
	logo: BimiLogo,
): Said {
	if (logo.kind === 'unknown') return [cannotSay(logo.because, logo.detail, 'later')];
	if (logo.kind === 'unreachable') {
		return [say('logo-unreachable', { ...about, detail: logo.detail })];
	}
	const { svg, bytes, truncated } = logo;
	const size = truncated ? 'more than 1 MB' : `${bytes.toLocaleString('en')} bytes`;
	const tooBig = bytes > MOST_LOGO_BYTES ? [say('logo-too-big', { ...about, size })] : [];
	// What was cut in the middle is no XML any more, whatever it was.
	if (truncated) return tooBig;
	if (svg.kind === 'not-svg') {
		return [...tooBig, say('logo-not-svg', { ...about, detail: svg.detail })];
	}
	if (svg.faults.length === 0) return tooBig;
	return [...tooBig, say('svg-profile', { ...about, details: svg.faults })];
}

function certificateFindings(
	{ now, say }: Reading,
	about: About & { readonly url: string },
	found: BimiCertificate,
): Said {
	if (found.kind === 'unknown') return [cannotSay(found.because, found.detail, 'later')];
	if (found.kind !== 'fetched') {
		return [cannotSay('inconclusive', `${about.url}: ${found.detail}`, 'later')];
	}
	const { notAfter } = found.certificate;
	if (now.getTime() <= Date.parse(notAfter)) return [];
	return [say('certificate-expired', { ...about, until: notAfter })];
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

const REJECT = 'v=DMARC1; p=reject';

function walked(text: string): Fact<DmarcDiscovery> {
	const zone: Zone = text === '' ? {} : { '_dmarc.example.com TXT': [text] };
	return known(discoverDmarc('example.com', inZone({ 'example.com A': ['203.0.113.9'], ...zone })));
}

const SVG =
	'<svg version="1.2" baseProfile="tiny-ps" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><title>Example</title><circle cx="32" cy="32" r="30"/></svg>';
const LOGO = 'l=https://example.com/logo.svg';

const certificateUntil = (notAfter: string): CertificateSummary => ({
	subject: 'CN=Example',
	issuer: 'CN=Sample Root',
	names: ['example.com'],
	notBefore: '2029-01-01T00:00:00.000Z',
	notAfter,
	sha256: '0'.repeat(64),
	key: 'RSA, 2048 bits',
	hash: 'SHA-256',
});

const logoOf = (text: string, change: { bytes?: number; truncated?: boolean } = {}): BimiLogo => ({
	kind: 'fetched',
	bytes: change.bytes ?? text.length,
	truncated: change.truncated ?? false,
	mediaType: 'image/svg+xml',
	svg: readSvg(text),
});

function survey(
	text: string,
	{
		logo = logoOf(SVG),
		certificate = null,
	}: { logo?: BimiLogo; certificate?: BimiCertificate | null } = {},
): BimiSurvey {
	const record = parseBimiRecord(text);
	return {
		owner: 'example.com',
		record: { kind: 'one', text, record, ttl: 300 },
		logo: record.location === null ? null : logo,
		certificate: record.authority === null ? null : certificate,
	};
}

const bare = (record: BimiRecordView): BimiSurvey => ({
	owner: 'example.com',
	record,
	logo: null,
	certificate: null,
});

const WHOLE = `v=BIMI1; ${LOGO}; a=https://example.com/logo.pem`;
const GOOD: BimiCertificate = {
	kind: 'fetched',
	certificate: certificateUntil('2030-01-01T00:00:00.000Z'),
};
const whole = (logo: BimiLogo) => survey(WHOLE, { logo, certificate: GOOD });

/** Made when they are asked for: reading a logo loads an XML parser. */
const examples = (): readonly (readonly [
	name: string,
	says: Key | 'unknown' | 'not-applicable',
	survey: BimiSurvey,
	more?: {
		dmarc?: string | Fact<DmarcDiscovery>;
		now?: string;
		subject?: Partial<MailDomain['context']>;
	},
])[] => [
	['logo and certificate', 'published', survey(WHOLE, { certificate: GOOD })],
	['declined', 'published', survey('v=BIMI1; l=; a=;'), { dmarc: '' }],
	['an unknown tag', 'published', survey(`${WHOLE}; x=1`, { certificate: GOOD })],
	[
		'quarantine',
		'published',
		survey(WHOLE, { certificate: GOOD }),
		{ dmarc: 'v=DMARC1; p=quarantine' },
	],
	['no record', 'absent', bare({ kind: 'absent', negativeTtl: 900 })],
	[
		'no record and no mail',
		'not-applicable',
		bare({ kind: 'absent', negativeTtl: 900 }),
		{ subject: { role: 'no-mail', receives: 'no' } },
	],
	['the look-up failed', 'unknown', bare({ kind: 'failed', detail: 'servfail' })],
	[
		'two records',
		'multiple',
		bare({ kind: 'multiple', texts: [`v=BIMI1; ${LOGO}`, DECLINED], ttl: 300 }),
	],
	['http', 'syntax', survey('v=BIMI1; l=http://example.com/logo.svg; a=;')],
	['the version in small letters', 'syntax', survey(`v=bimi1; ${LOGO}; a=;`)],
	['the logo before the version', 'syntax', survey(`${LOGO}; v=BIMI1`)],
	['no DMARC', 'dmarc-not-enforced', survey(WHOLE, { certificate: GOOD }), { dmarc: '' }],
	['p=none', 'dmarc-not-enforced', survey(WHOLE), { dmarc: 'v=DMARC1; p=none' }],
	['sp=none', 'dmarc-not-enforced', survey(WHOLE), { dmarc: 'v=DMARC1; p=reject; sp=none' }],
	['pct=99', 'dmarc-not-enforced', survey(WHOLE), { dmarc: 'v=DMARC1; p=quarantine; pct=99' }],
	[
		'pct=100',
		'published',
		survey(WHOLE, { certificate: GOOD }),
		{ dmarc: 'v=DMARC1; p=quarantine; pct=100' },
	],
	[
		'quarantine in test mode',
		'dmarc-not-enforced',
		survey(WHOLE),
		{ dmarc: 'v=DMARC1; p=quarantine; t=y' },
	],
	['DMARC not read', 'unknown', survey(WHOLE), { dmarc: unknown('timeout', 'no answer') }],
	['404', 'logo-unreachable', whole({ kind: 'unreachable', detail: 'status 404' })],
	['403', 'unknown', whole({ kind: 'unknown', because: 'denied', detail: 'status 403' })],
	['a page', 'logo-not-svg', whole(logoOf('<!doctype html><title>x</title>'))],
	['a picture', 'logo-not-svg', whole(logoOf('\x89PNG\r\n'))],
	['one byte too big', 'logo-too-big', whole(logoOf(SVG, { bytes: 32_769 }))],
	['as big as allowed', 'published', whole(logoOf(SVG, { bytes: 32_768 }))],
	['very big', 'logo-too-big', whole(logoOf(SVG, { bytes: 1_048_576, truncated: true }))],
	['no title', 'svg-profile', whole(logoOf(SVG.replace(/<title>.*<\/title>/, '')))],
	['a script', 'svg-profile', whole(logoOf(SVG.replace('<circle', '<script/><circle')))],
	['SVG 1.1', 'svg-profile', whole(logoOf(SVG.replace('1.2', '1.1')))],
	['no certificate', 'no-certificate', survey(`v=BIMI1; ${LOGO}; a=;`)],
	[
		'a certificate that cannot be read',
		'unknown',
		survey(WHOLE, {
			certificate: { kind: 'unreadable', detail: 'it holds no certificate in PEM' },
		}),
	],
	[
		'the second after',
		'certificate-expired',
		survey(WHOLE, { certificate: GOOD }),
		{ now: '2030-01-01T00:00:01Z' },
	],
	[
		'the last second',
		'published',
		survey(WHOLE, { certificate: GOOD }),
		{ now: '2030-01-01T00:00:00Z' },
	],
];

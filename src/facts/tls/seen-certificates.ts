import { X509Certificate } from 'node:crypto';
import { groupBy } from '../../core/group-by.ts';
import type { DnsAnswer, HttpOutcome, SmtpOutcome, TlsOutcome, TrustStore } from '../../core/io.ts';
import type { ServiceMap } from '../../core/report.ts';
import type { Target } from '../../core/target.ts';
import { isWithin } from '../dns/ancestry.ts';
import { isBimiText, parseBimiRecord } from '../mail/bimi-record.ts';
import { mailCertificateProblems } from '../mail/mail-certificate.ts';
import { fieldValues } from '../web/http.ts';
import { certificateIn } from './served-certificates.ts';
import { assessServed, certificateSummary } from './served-chains.ts';
import { firstCertificateIn } from './x509.ts';
import { attributeText, displayName } from './x509-name.ts';

type Row = ServiceMap['certificates'][number];

/** One observation, as the fact store hands it on. */
interface Observed {
	readonly probe: string;
	readonly params: unknown;
	readonly value: unknown;
}

/** A chain that was shown, and where. */
interface Shown {
	readonly service: NonNullable<Row['service']>;
	readonly host: string;
	readonly place: string;
	/** DER in base64, leaf first. */
	readonly chain: readonly string[];
}

const ORGANISATION = '2.5.4.10';

/**
 * Every certificate that the target's names and mail hosts showed, whichever check asked: web, mail
 * (STARTTLS), the policy host of MTA-STS, and the mark certificate of BIMI. The one that ends first
 * comes first. Handshakes without a name and those with other people's hosts are controls.
 */
export function seenCertificates(
	observed: readonly Observed[],
	{ target, now }: { target: Target; now: Date },
): ServiceMap['certificates'] {
	const marks = markUrls(observed);
	const shown = observed.flatMap((one) => shownIn(one, target, marks));
	const trust = observed.find(({ probe }) => probe === 'tls.trust-store')?.value as
		| TrustStore
		| undefined;
	const same = groupBy(shown, ({ service, host, chain }) =>
		JSON.stringify([service, host, chain[0]]),
	);
	const rows = [...same.values()].flatMap((all) => rowOf(all, now, trust ?? null));
	return rows.sort((a, b) => compare(keyOf(a), keyOf(b)));
}

function keyOf({ notAfter, host, service, sha256 }: Row): string {
	return [notAfter, host, service, sha256].join(' ');
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

// ── Where they were shown ────────────────────────────────────────────────────────────────────────

function shownIn(
	{ probe, params, value }: Observed,
	target: Target,
	marks: ReadonlySet<string>,
): readonly Shown[] {
	switch (probe) {
		case 'tls.handshake':
			return inHandshake(params as Handshake, value as TlsOutcome, target);
		case 'smtp.session':
			return inSession(params as Handshake, value as SmtpOutcome);
		case 'http.exchange':
			return inFile(params as { readonly url: string }, value as HttpOutcome, marks);
		default:
			return [];
	}
}

interface Handshake {
	readonly host: string;
	readonly address: string;
	readonly port?: number;
	readonly withoutName?: true;
}

function inHandshake(
	{ host, address, port = 443, withoutName }: Handshake,
	outcome: TlsOutcome,
	{ registrable, domain, oldDomains }: Target,
): readonly Shown[] {
	const zones = [registrable ?? domain ?? '', ...oldDomains];
	const isOurs = zones.some((zone) => zone !== '' && isWithin(host, zone));
	if (outcome.kind !== 'completed' || withoutName === true || !isOurs) return [];
	const service = host.startsWith('mta-sts.') ? 'mta-sts' : 'web';
	return [{ service, host, place: placeOf(address, port), chain: outcome.chain }];
}

function inSession({ host, address }: Handshake, outcome: SmtpOutcome): readonly Shown[] {
	if (outcome.kind !== 'session' || outcome.tls?.kind !== 'completed') return [];
	return [{ service: 'mail', host, place: placeOf(address, 25), chain: outcome.tls.chain }];
}

function inFile(
	{ url }: { readonly url: string },
	outcome: HttpOutcome,
	marks: ReadonlySet<string>,
): readonly Shown[] {
	if (outcome.kind !== 'answered' || outcome.status !== 200 || !marks.has(url)) return [];
	const mark = firstCertificateIn(outcome.body.bytes);
	if (mark === null) return [];
	return [{ service: 'bimi', host: new URL(url).hostname, place: url, chain: [mark] }];
}

const MOST_HOPS = 3;

/** Where BIMI records (`a=`) say that a mark certificate is, and where that redirects to. */
function markUrls(observed: readonly Observed[]): ReadonlySet<string> {
	const urls = new Set(observed.flatMap(authoritiesIn));
	const exchanges = observed.filter(({ probe }) => probe === 'http.exchange');
	for (let hop = 0; hop < MOST_HOPS; hop += 1) {
		for (const { params, value } of exchanges) {
			const { url } = params as { readonly url: string };
			const next = urls.has(url) ? locationIn(value as HttpOutcome, url) : null;
			if (next !== null) urls.add(next);
		}
	}
	return urls;
}

function authoritiesIn({ probe, params, value }: Observed): readonly string[] {
	if (probe !== 'dns.answer' || !(params as { name: string }).name.includes('._bimi.')) return [];
	return (value as DnsAnswer).records.flatMap(({ data }) => {
		const text = 'strings' in data ? data.strings.join('') : '';
		const authority = isBimiText(text) ? parseBimiRecord(text).authority : null;
		return authority !== null && URL.canParse(authority) ? [new URL(authority).href] : [];
	});
}

function locationIn(outcome: HttpOutcome, url: string): string | null {
	if (outcome.kind !== 'answered' || outcome.status < 300 || outcome.status > 399) return null;
	const [location] = fieldValues(outcome, 'location');
	return location !== undefined && URL.canParse(location, url) ? new URL(location, url).href : null;
}

function placeOf(address: string, port: number): string {
	return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

// ── What they are ────────────────────────────────────────────────────────────────────────────────

function rowOf(
	[first, ...others]: readonly [Shown, ...Shown[]],
	now: Date,
	trust: TrustStore | null,
): readonly Row[] {
	const { service, host, chain } = first;
	const leaf = chain[0] ?? '';
	const certificate = certificateIn(leaf);
	const summary = certificateSummary(leaf);
	// One that cannot be read has its own finding.
	if (certificate === null || summary === null) return [];
	const { notBefore, notAfter, sha256, key } = summary;
	const problem = trust === null || service === 'bimi' ? undefined : refusal(first, now, trust);
	return [
		{
			host,
			...asNodeWrites(leaf),
			notBefore,
			notAfter,
			sha256,
			service,
			servedAt: [...new Set([first, ...others].map(({ place }) => place))].sort(),
			issuedBy: issuerText(certificate.issuer),
			key,
			daysLeft: Math.floor((Date.parse(notAfter) - now.getTime()) / 86_400_000),
			trusted: problem === undefined ? null : problem === null,
			problem: problem ?? null,
		},
	];
}

function asNodeWrites(leaf: string): Pick<Row, 'subject' | 'issuer' | 'names'> {
	try {
		const { subject, issuer, subjectAltName } = new X509Certificate(Buffer.from(leaf, 'base64'));
		return {
			subject: subject ?? '',
			issuer: issuer ?? '',
			names: subjectAltName?.split(', ') ?? [],
		};
	} catch {
		return { subject: '', issuer: '', names: [] };
	}
}

function issuerText(issuer: Parameters<typeof displayName>[0]): string {
	const organisation = attributeText(issuer, ORGANISATION).slice(0, 100);
	const name = displayName(issuer);
	return organisation === '' || name.includes(organisation) ? name : `${organisation} (${name})`;
}

/** Why its clients refuse it: browsers, or senders that check certificates (RFC 8461 §4.2). */
function refusal({ service, host, chain }: Shown, now: Date, trust: TrustStore): string | null {
	const about = { host, now, trust };
	if (service === 'web') {
		const { accepted, problems } = assessServed({ chain }, about);
		return accepted ? null : (problems[0]?.detail ?? 'it is not accepted');
	}
	const problems = mailCertificateProblems({ chain }, about);
	return problems.find(({ kind }) => kind !== 'expiring')?.detail ?? null;
}

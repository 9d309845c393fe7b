import { getDomain } from 'tldts';
import { addressText } from './address-text.ts';
import { type ChainProblem, dateText, problem } from './chain-problem.ts';
import { coversHost, coversTooShallowly, type Reference, referenceOf } from './host-match.ts';
import type { Certificate } from './x509.ts';
import { ANY_PURPOSE, CLIENT_AUTH, OID, SERVER_AUTH } from './x509-extensions.ts';
import type { GeneralName } from './x509-general-name.ts';
import { attributeText, COMMON_NAME } from './x509-name.ts';

const DAY = 86_400_000;
/** Clocks of clients and CAs may differ that much. */
const CLOCK_SLACK = 5 * 60_000;
/** Time to notice and to repair a broken renewal before visitors do. */
const SOON = 14 * DAY;
/** A weekend. */
const VERY_SOON = 3 * DAY;
/** ACME clients renew at a third of the lifetime; at half of it where that is short. */
const SHORT_LIFE = 10 * DAY;
/** Beyond it a certificate is shared by strangers rather than by one owner's names. */
const MANY_NAMES = 100;
/** As many as a sentence bears. */
const SHOWN_NAMES = 5;

export interface LeafView {
	readonly host: string | undefined;
	readonly at: number;
	readonly isPublic: boolean;
	/** A self-signed certificate is not blamed for its kind as well. */
	readonly isTrusted: boolean;
}

/** Right name, dates and kind: `ssl/certificate` without the rules of form. */
export function leafProblems(leaf: Certificate, view: LeafView): readonly ChainProblem[] {
	return [
		...dateProblems(leaf, view.at),
		...nameProblems(leaf, view.host),
		...(view.isTrusted ? kindProblems(leaf, view.isPublic) : []),
	];
}

function dateProblems({ notBefore, notAfter }: Certificate, at: number): readonly ChainProblem[] {
	const from = dateText(notBefore);
	const until = dateText(notAfter);
	if (at > notAfter) {
		const days = Math.floor((at - notAfter) / DAY);
		const detail = `the server's certificate expired on ${until}`;
		return [problem('ssl/certificate/expired', 'blocker', detail, { until, days })];
	}
	if (at + CLOCK_SLACK < notBefore) {
		const detail = `the server's certificate is not valid before ${from}`;
		return [problem('ssl/certificate/not-yet-valid', 'blocker', detail, { from })];
	}
	const left = notAfter - at;
	const life = notAfter - notBefore + 1000;
	const values = { until, days: Math.floor(left / DAY), lifeDays: Math.ceil(life / DAY) };
	const detail = `the server's certificate expires on ${until}`;
	if (left <= SOON && left < life / 3) {
		const severity = left <= VERY_SOON ? 'blocker' : 'high';
		return [problem('ssl/certificate/expires-soon', severity, detail, values)];
	}
	if (left < (life > SHORT_LIFE ? life / 3 : life / 2)) {
		return [problem('ssl/certificate/renewal-overdue', 'later', detail, values)];
	}
	return [];
}

function nameProblems(leaf: Certificate, host: string | undefined): readonly ChainProblem[] {
	const { altNames, extensions } = leaf;
	if (altNames === null) {
		// One that can't be read is malformed, and says so elsewhere.
		if (extensions.some(({ oid }) => oid === OID.altNames)) return [];
		const name = attributeText(leaf.subject, COMMON_NAME) || 'none';
		const detail = `the server's certificate has no subjectAltName (common name: ${name})`;
		return [problem('ssl/certificate/no-san', 'blocker', detail, { name })];
	}
	const found = [...sharingProblems(altNames, host)];
	if (host === undefined || host === '') return found;
	const reference = referenceOf(host);
	if (reference !== null && coversHost(altNames, reference)) return found;
	const names = namesText(altNames);
	const detail = `the server's certificate is for ${names}, not for ${host}`;
	found.push(problem('ssl/certificate/wrong-host', 'blocker', detail, { host, names }));
	const shallow = shallowWildcard(altNames, reference);
	if (shallow !== undefined) {
		const text = `${shallow} stands for one label, and ${host} has more`;
		const values = { host, wildcard: shallow };
		found.push(problem('ssl/certificate/wildcard-too-shallow', 'info', text, values));
	}
	return found;
}

function shallowWildcard(
	names: readonly GeneralName[],
	reference: Reference | null,
): string | undefined {
	if (reference?.kind !== 'dns') return undefined;
	return dnsNamesIn(names).find((name) => coversTooShallowly(name, reference.name));
}

function sharingProblems(
	names: readonly GeneralName[],
	host: string | undefined,
): readonly ChainProblem[] {
	const own = host === undefined ? null : getDomain(host);
	const dns = dnsNamesIn(names);
	const others = [
		...new Set(dns.slice(0, 1_000).flatMap((name) => getDomain(name.replace(/^\*\./, '')) ?? [])),
	].filter((domain) => domain !== own);
	// A certificate for somebody else altogether is a wrong one, not a shared one.
	const isShared = own !== null && others.length > 0 && dns.some((name) => isBelow(name, own));
	if (!isShared && names.length <= MANY_NAMES) return [];
	const with_ = others.slice(0, SHOWN_NAMES).join(', ') || 'the same domain only';
	const detail = `the server's certificate carries ${names.length} names (other domains: ${with_})`;
	const values = { count: names.length, others: with_ };
	return [problem('ssl/certificate/shared-with-others', 'info', detail, values)];
}

function isBelow(name: string, domain: string): boolean {
	const lower = name.toLowerCase();
	return lower === domain || lower.endsWith(`.${domain}`);
}

function dnsNamesIn(names: readonly GeneralName[]): readonly string[] {
	return names.flatMap((name) => (name.kind === 'dns' ? [name.text] : []));
}

/** The names as findings show them: the first few, addresses included. */
function namesText(names: readonly GeneralName[]): string {
	const texts = names.flatMap((name) => {
		if (name.kind === 'dns') return [name.text];
		return name.kind === 'ip' ? [addressText(name.bytes)] : [];
	});
	const shown = texts.slice(0, SHOWN_NAMES).join(', ').slice(0, 300) || 'no host';
	const more = texts.length - SHOWN_NAMES;
	return more > 0 ? `${shown} and ${more} more` : shown;
}

function kindProblems(leaf: Certificate, isPublic: boolean): readonly ChainProblem[] {
	const { basicConstraints, extendedKeyUsage, extensions } = leaf;
	const found: ChainProblem[] = [];
	if (basicConstraints?.ca === true) {
		const detail = "the server's certificate is a CA certificate";
		found.push(problem('ssl/certificate/is-ca', 'blocker', detail));
	}
	if (extendedKeyUsage === null) {
		// One that can't be read is malformed, and says so elsewhere.
		if (!extensions.some(({ oid }) => oid === OID.extendedKeyUsage)) {
			const detail = "the server's certificate does not say what it is for (no extKeyUsage)";
			found.push(problem('ssl/certificate/purpose-missing', 'high', detail));
		}
		return found;
	}
	if (!extendedKeyUsage.includes(SERVER_AUTH)) {
		const purposes = extendedKeyUsage.map(purposeText).join(', ');
		const detail = `the server's certificate is not for servers, but for ${purposes}`;
		found.push(problem('ssl/certificate/not-for-servers', 'blocker', detail, { purposes }));
	} else if (isPublic && extendedKeyUsage.includes(CLIENT_AUTH)) {
		const detail = "the server's certificate is for clients too";
		found.push(problem('ssl/certificate/also-for-clients', 'info', detail));
	}
	return found;
}

const PURPOSES: Readonly<Record<string, string>> = {
	[ANY_PURPOSE]: 'any purpose',
	[CLIENT_AUTH]: 'clients',
	'1.3.6.1.5.5.7.3.3': 'code signing',
	'1.3.6.1.5.5.7.3.4': 'e-mail',
	'1.3.6.1.5.5.7.3.8': 'time stamping',
	'1.3.6.1.5.5.7.3.9': 'OCSP signing',
};

const purposeText = (oid: string): string => PURPOSES[oid] ?? oid;

import {
	cannotSay,
	type Evidence,
	type Judgement,
	type Looked,
	type Severity,
	type TlsSurvey,
	type TlsSurveys,
} from '../../src/sdk.ts';

/** One fault of what a host speaks, however many addresses show it. */
export interface Spotted {
	readonly host: string;
	/** The first address that shows it. */
	readonly address: string;
	/** All that do, and whether others don't, in words. */
	readonly where: string;
	/** What shows it: version and suite. */
	readonly detail: string;
	readonly severity: Severity;
}

/** What a rule sees at one address; `null` where it sees nothing wrong. */
export type Seen = { readonly detail: string; readonly severity: Severity } | null;

const RANK: readonly Severity[] = ['blocker', 'high', 'later', 'info'];

/** The gravest sighting names the address; `null` where no address has the fault. */
export function spotted(
	host: string,
	{ surveys }: TlsSurveys,
	rule: (survey: TlsSurvey) => Seen,
): Spotted | null {
	const found = surveys.flatMap((survey) => {
		const seen = rule(survey);
		return seen === null ? [] : [{ ...seen, address: survey.address }];
	});
	const [worst] = found.toSorted((a, b) => RANK.indexOf(a.severity) - RANK.indexOf(b.severity));
	if (worst === undefined) return null;
	const where = found.map(({ address }) => address);
	const rest = surveys.map(({ address }) => address).filter((one) => !where.includes(one));
	const others = rest.length > 0 ? `, not at ${rest.join(', ')}` : '';
	return { host, ...worst, where: `${where.join(', ')}${others}` };
}

export const isYes = (look: Looked | null): boolean => look?.seen === 'yes';
export const isNo = (look: Looked | null): boolean => look?.seen === 'no';

/** No version that current clients speak. */
export function isOld({ versions }: TlsSurvey): boolean {
	return isNo(versions['TLSv1.2']) && isNo(versions['TLSv1.3']);
}

/** `TLS 1.0` for `TLSv1`. */
export function named(version: string): string {
	const [family = '', number = ''] = version.split('v');
	return `${family} ${number.includes('.') ? number : `${number}.0`}`;
}

/** What was seen; empty where it was not. */
export function how(look: Looked | null): string {
	return look?.seen === 'yes' ? look.how : '';
}

/** One question that stayed open at an address, and the worst that may be behind it. */
export interface Open {
	readonly what: string;
	readonly look: Looked | null;
	readonly couldBe: Severity;
}

/** Why nothing can be said about the rest; `null` where every question that matters was answered. */
export function notLooked(
	host: string,
	{ surveys }: TlsSurveys,
	questions: (survey: TlsSurvey) => readonly Open[],
): Judgement<never> | null {
	for (const survey of surveys) {
		const open = questions(survey).filter(
			({ look, couldBe }) => look?.seen === 'unknown' && couldBe !== 'info',
		);
		const [first] = open;
		if (first?.look?.seen !== 'unknown') continue;
		const { because, detail } = first.look;
		const couldBe = RANK.find((level) => open.some((one) => one.couldBe === level));
		const what = open.map((one) => one.what).join(', ');
		return cannotSay(
			because,
			`${host} at ${survey.address}: ${what} not known: ${detail}`,
			couldBe,
		);
	}
	return null;
}

export function evidence(a: Spotted): readonly Evidence[] {
	return [{ kind: 'tls', summary: `${a.host} at ${a.address}:443`, detail: a.detail }];
}

/** `openssl s_client` at the address. Host and address come from the target list and the resolver. */
export function client(
	{ host, address }: Pick<Spotted, 'host' | 'address'>,
	flags: string,
): string {
	return `openssl s_client -connect ${bracketed(address)}:443 -servername ${host} ${flags} </dev/null`;
}

/** What OpenSSL no longer speaks, nmap spells out. */
export function scan({ host, address }: Pick<Spotted, 'host' | 'address'>, script: string): string {
	const family = address.includes(':') ? '-6 ' : '';
	return `nmap ${family}-Pn -p 443 --script ${script} --script-args tls.servername=${host} ${address}`;
}

function bracketed(address: string): string {
	return address.includes(':') ? `[${address}]` : address;
}

/** For the pass: where was looked. */
export function places({ surveys, passedOver }: TlsSurveys): string {
	const asked = surveys.map(({ address }) => address).join(', ');
	return passedOver.length === 0 ? asked : `${asked}; ${passedOver.length} more alike`;
}

import {
	type HttpsEndpoint,
	type HttpsRecord,
	type HttpsRecordSurvey,
	itemsOf,
	paramOf,
	type Reached,
	svcParamKey,
	svcParamKeyNumber,
} from '../../src/sdk.ts';

const HINTS: readonly string[] = ['ipv4hint', 'ipv6hint'];
const HTTPS_PORT = 443;
/** Reserved as invalid (RFC 9460 §14.3.2). */
const NO_KEY = 65_535;

/** Not by its number, as an answer shows keys without a name and values that are none. */
function isNamed(key: string): boolean {
	return !/^key\d+$/.test(key);
}

function numberOf(key: string): number {
	return svcParamKeyNumber(key) ?? NO_KEY;
}

// ── Form ─────────────────────────────────────────────────────────────────────────────────────────

/** What RFC 9460 forbids in the records themselves, in words. */
export function formFaults({ records, owner }: HttpsRecordSurvey): readonly string[] {
	const hasAlias = records.some(({ priority }) => priority === 0);
	const isMixed = hasAlias && records.some(({ priority }) => priority > 0);
	const toItself = records.some(({ priority, target }) => priority === 0 && target === owner);
	return [
		...(isMixed
			? ['an alias (priority 0) stands beside other HTTPS records, which then do not count']
			: []),
		...(toItself ? ['the alias leads to itself'] : []),
		...records.filter(({ priority }) => priority > 0).flatMap(recordFaults),
	];
}

function recordFaults(record: HttpsRecord): readonly string[] {
	const keys = record.params.map(([key]) => key);
	const numbers = keys.map(numberOf);
	const repeated = keys.filter((_, at) => numbers.indexOf(numbers[at] ?? -1) < at);
	const isOrdered = numbers.every((number, at) => at === 0 || (numbers[at - 1] ?? -1) <= number);
	const unreadable = keys.filter((key) => key !== svcParamKey(numberOf(key)));
	return [
		...(repeated.length > 0 ? [`${repeated[0]} is given twice`] : []),
		...(isOrdered ? [] : [`the parameters are out of order (${keys.join(', ')})`]),
		...unreadable.map((key) => `the value of ${svcParamKey(numberOf(key))} is none`),
		...(keys.includes('key65535') ? ['key65535 is reserved as invalid'] : []),
		...(keys.includes('no-default-alpn') && !keys.includes('alpn')
			? ['no-default-alpn stands without alpn']
			: []),
		...mandatoryFaults(record),
	];
}

/** RFC 9460 §8. A key that browsers do not know makes them pass over the record. */
function mandatoryFaults(record: HttpsRecord): readonly string[] {
	const listed = itemsOf(paramOf(record, 'mandatory'));
	const keys = record.params.map(([key]) => key);
	const numbers = listed.map(numberOf);
	const isRising = numbers.every((number, at) => at === 0 || (numbers[at - 1] ?? -1) < number);
	return [
		...(listed.includes('mandatory') ? ['mandatory lists itself'] : []),
		...(isRising ? [] : ['the keys in mandatory are repeated or out of order']),
		...listed.flatMap((key) => {
			if (key === 'mandatory') return [];
			if (!keys.includes(key)) return [`mandatory lists ${key}, which is not there`];
			return isNamed(key) ? [] : [`mandatory lists ${key}, which no browser knows`];
		}),
	];
}

// ── Truth ────────────────────────────────────────────────────────────────────────────────────────

/** Contradictions between the records and what was seen, and what could not be seen. */
export interface Contradictions {
	readonly faults: readonly string[];
	readonly unseen: readonly string[];
}

export function contradictions(survey: HttpsRecordSurvey): Contradictions {
	const all = survey.endpoints.map((endpoint) => contradictionsAt(endpoint, survey));
	return {
		faults: [...new Set(all.flatMap(({ faults }) => faults))],
		unseen: [...new Set(all.flatMap(({ unseen }) => unseen))],
	};
}

function contradictionsAt(
	endpoint: HttpsEndpoint,
	{ plain, owner }: HttpsRecordSurvey,
): Contradictions {
	const { record, target, addresses, port, reached } = endpoint;
	if (record.priority === 0 && record.target === '.') {
		const isServed = plain.addresses.length > 0;
		const off = 'the alias to "." says that there is no service, and the name has addresses';
		return { faults: isServed ? [off] : [], unseen: [] };
	}
	if (addresses === null) {
		return { faults: [], unseen: [`nobody says whether ${target} has an address`] };
	}
	const isElsewhere = target !== owner;
	if (addresses.length === 0) {
		return { faults: isElsewhere ? [`its target ${target} has no address`] : [], unseen: [] };
	}
	// Without the plain way to compare with, a failure says nothing of the record.
	if (plain.reached.kind !== 'completed') return { faults: [], unseen: [] };
	const isOwnPlace = !isElsewhere && port === HTTPS_PORT;
	const where = `${target} port ${port}`;
	const place = isOwnPlace ? NOTHING : placeFaults(where, reached, plain.reached);
	const hints = endpoint.strayHints.map((hint) => hintFaults(hint, endpoint, plain.reached));
	const promised = alpnFault(record, reached);
	return {
		faults: [...place.faults, ...hints.flatMap(({ faults }) => faults), ...promised],
		unseen: [...place.unseen, ...hints.flatMap(({ unseen }) => unseen)],
	};
}

const NOTHING: Contradictions = { faults: [], unseen: [] };

function placeFaults(where: string, reached: Reached, plain: Reached): Contradictions {
	switch (reached.kind) {
		case 'not-tried':
			return { faults: [], unseen: [`${where} was not tried`] };
		case 'failed':
			return reached.isSure
				? { faults: [`no TLS at ${where} (${reached.how.replaceAll('-', ' ')})`], unseen: [] }
				: { faults: [], unseen: [`${where} does not answer from here`] };
		case 'completed': {
			const isOther = plain.kind === 'completed' && plain.covers && !reached.covers;
			return {
				faults: isOther ? [`the certificate at ${where} is for another name`] : [],
				unseen: [],
			};
		}
	}
}

/**
 * A hint beside the addresses is no fault where the same server answers there. With a certificate of
 * its own it may be another part of a pool, unless none of the hints is an address.
 */
function hintFaults(
	{ address, reached }: HttpsEndpoint['strayHints'][number],
	{ record, addresses, target, strayHints }: HttpsEndpoint,
	plain: Reached,
): Contradictions {
	const other = `the hint ${address} is no address of ${target} (${(addresses ?? []).join(', ')})`;
	const found = placeFaults(`the hint ${address},`, reached, plain);
	if (found.faults.length > 0) return { faults: [other], unseen: [] };
	if (reached.kind !== 'completed' || plain.kind !== 'completed') return found;
	const hints = HINTS.flatMap((key) => itemsOf(paramOf(record, key)));
	const isWholly = hints.length === strayHints.length;
	const isOtherServer = isWholly && reached.sha256 !== plain.sha256;
	return { faults: isOtherServer ? [other] : [], unseen: [] };
}

/** HTTP/3 cannot be tried here, so a promise of it is left alone. */
function alpnFault(record: HttpsRecord, reached: Reached): readonly string[] {
	const promised = itemsOf(paramOf(record, 'alpn'));
	if (!promised.includes('h2') || reached.kind !== 'completed' || reached.alpn === 'h2') return [];
	const agreed = reached.alpn ?? 'no protocol, which means http/1.1';
	return [`it promises h2, and the server, offered h2, agreed on ${agreed}`];
}

// ── The record as it should be ───────────────────────────────────────────────────────────────────

/** In order, each key once, without what was found wrong; hints go, as addresses say the same. */
export function corrected(survey: HttpsRecordSurvey): readonly string[] {
	const { owner, ttl, records, endpoints } = survey;
	const services = records.filter(({ priority }) => priority > 0);
	return (services.length > 0 ? services : records).flatMap((record) => {
		const endpoint = endpoints.find(
			(one) => one.record === record || one.record.text === record.text,
		);
		if (record.priority === 0) return [];
		const isGone = endpoint !== undefined && isUnreachable(endpoint, survey);
		const target = isGone ? '.' : record.target;
		const params = sound(record)
			.filter(([key]) => !(isGone && key === 'port'))
			.filter(([key]) => !HINTS.includes(key) || (endpoint?.strayHints.length ?? 0) === 0)
			.map(([key, value]) =>
				key === 'alpn' ? ([key, alpnOf(value, endpoint)] as const) : ([key, value] as const),
			)
			.filter(([key, value]) => key !== 'alpn' || value !== '');
		const text = params.map(([key, value]) => (value === '' ? key : `${key}="${value}"`));
		const name = target === '.' ? target : `${target}.`;
		return [[`${owner}. ${ttl ?? 300} IN HTTPS ${record.priority} ${name}`, ...text].join(' ')];
	});
}

function isUnreachable(endpoint: HttpsEndpoint, survey: HttpsRecordSurvey): boolean {
	const { addresses, reached, target, port } = endpoint;
	if (target === survey.owner && port === HTTPS_PORT) return false;
	return (
		addresses?.length === 0 || placeFaults('', reached, survey.plain.reached).faults.length > 0
	);
}

function sound({ params }: HttpsRecord): HttpsRecord['params'] {
	const named = params.filter(([key]) => isNamed(key) && key !== 'mandatory');
	const once = [...new Map(named).entries()];
	const hasAlpn = once.some(([key]) => key === 'alpn');
	return once
		.filter(([key]) => key !== 'no-default-alpn' || hasAlpn)
		.sort(([a], [b]) => numberOf(a) - numberOf(b));
}

function alpnOf(value: string, endpoint: HttpsEndpoint | undefined): string {
	const reached = endpoint?.reached;
	if (reached?.kind !== 'completed' || reached.alpn === 'h2') return value;
	return itemsOf(value)
		.filter((protocol) => protocol !== 'h2')
		.join(',');
}

import { type BrokenRule, ruleMaker, shown } from './broken-rule.ts';
import {
	extensionFault,
	lengthWithoutBlanks,
	type RecordField,
	readFieldList,
} from './field-list.ts';
import { httpsHost, isQualified, mailtoHost, schemeOf, uriFault } from './uri-syntax.ts';

/** One place that reports go to. */
interface ReportPlace {
	readonly uri: string;
	/** 0-based. */
	readonly position: number;
	/** Lower case; `null` where no report can be sent there. */
	readonly host: string | null;
}

export interface TlsRptRecord {
	readonly rua: readonly ReportPlace[];
	/** Fields that RFC 8460 does not name; reporters ignore them. */
	readonly extensions: readonly RecordField[];
	readonly broken: readonly BrokenRule[];
}

const SECTION = 'RFC 8460 §3';
const VERSION = 'v=TLSRPTv1';
const rule = ruleMaker(SECTION);

/** Whether reporters look at a text at all, where the name has several (RFC 8460 §3). */
export function isTlsRptText(text: string): boolean {
	return text.startsWith(`${VERSION};`);
}

/** Meant as a TLS-RPT record, whatever its faults. */
export function looksLikeTlsRpt(text: string): boolean {
	return /^[\s"'\\]*(?:v\s*[=:]?\s*)?tls-?rpt/i.test(text);
}

/** `tlsrpt-record` of RFC 8460 §3, to the letter. The version and `rua` have a case. */
export function parseTlsRptRecord(text: string): TlsRptRecord {
	const { fields, broken } = readFieldList(text, { version: VERSION, section: SECTION });
	const given = fields.filter(({ name }) => name === 'rua');
	const others = fields.filter(({ name }) => name !== 'rua');
	const faults = others.map(extensionFault);
	const rua = given.flatMap(placesIn);
	return {
		rua,
		extensions: others.filter((_, index) => faults[index] === null),
		broken: [
			...broken,
			...(given.length === 0 && fields.length > 0 ? [noRua(others, text.length)] : []),
			...ruaFaults(rua),
			...faults.flatMap((fault) =>
				fault === null ? [] : [rule(fault.rule, fault.position, fault.message)],
			),
			...given
				.slice(1)
				.map(({ position }) =>
					rule(
						'field-repeated',
						position,
						'rua= is given again: write one, with commas between',
						'warning',
					),
				),
			...spacedVersion(text),
		],
	};
}

function placesIn({ value, valuePosition }: RecordField): readonly ReportPlace[] {
	let position = valuePosition;
	return value.split(',').map((piece, index) => {
		const lead = index === 0 ? 0 : (/^[ \t]*/.exec(piece)?.[0].length ?? 0);
		const uri = piece.slice(lead, Math.max(lead, lengthWithoutBlanks(piece)));
		const place = { uri, position: position + lead, host: hostOf(uri) };
		position += piece.length + 1;
		return place;
	});
}

function hostOf(uri: string): string | null {
	if (uri.includes('!') || uriFault(uri) !== null) return null;
	return schemeOf(uri) === 'https' ? httpsHost(uri) : mailtoHost(uri);
}

function noRua(others: readonly RecordField[], end: number): BrokenRule {
	const other = others.find(({ name }) => name.toLowerCase() === 'rua');
	return other === undefined
		? rule('rua-missing', end, 'there is no rua=, so that no report has an address')
		: rule('rua-missing', other.position, `rua= is written in small letters, not ${other.name}=`);
}

function ruaFaults(rua: readonly ReportPlace[]): readonly BrokenRule[] {
	const usable = rua.some(({ host }) => host !== null);
	return rua.flatMap(({ uri, position }) => {
		const fault = uriFault(uri);
		if (fault !== null) {
			const says = `the URI ${uri === '' ? '' : `${shown(uri)} `}${fault.says}${commaHint(uri)}`;
			return [rule('rua-uri', position + fault.offset, says)];
		}
		const mark = uri.indexOf('!');
		if (mark !== -1) {
			const says = `an exclamation mark in ${shown(uri)} must be written %21`;
			return [rule('rua-uri', position + mark, says)];
		}
		return schemeFault(uri, position, usable);
	});
}

function commaHint(uri: string): string {
	return /^[^:@]+@[^:@]+$/.test(uri) ? ': write mailto: before the address' : '';
}

function schemeFault(uri: string, position: number, usable: boolean): readonly BrokenRule[] {
	const scheme = schemeOf(uri);
	if (scheme !== 'mailto' && scheme !== 'https') {
		const says = `${shown(uri)}: reports are sent to mailto: and https: alone`;
		return [rule('rua-scheme', position, says, usable ? 'warning' : 'error')];
	}
	const host = hostOf(uri);
	if (host === null) {
		const says = scheme === 'https' ? 'names no host' : 'holds no single mail address';
		return [rule('rua-address', position, `${shown(uri)} ${says}`)];
	}
	if (isQualified(host) || host.startsWith('[')) return [];
	const says = `${shown(uri)}: ${host} is no fully qualified name`;
	return [rule('rua-address', position, says, 'warning')];
}

/** Legal by the grammar, and discarded beside another TXT record (§3). */
function spacedVersion(text: string): readonly BrokenRule[] {
	if (!/^v=TLSRPTv1[ \t]+;/.test(text)) return [];
	const message = `some reporters look for "${VERSION};" and pass over a record with a space before the semicolon`;
	return [rule('version-space', VERSION.length, message, 'warning')];
}

/** The record as it should be; `null` where it names no place that could be kept. */
export function repairedTlsRptRecord(text: string): string | null {
	const { fields } = readFieldList(text, { version: VERSION, section: SECTION });
	const values = fields
		.filter(({ name }) => name.toLowerCase() === 'rua')
		.map(({ value }) => value);
	const loose = /(?:^|[\s;])rua\s{0,8}[=:]\s{0,8}([^;]{1,2000})/i.exec(text)?.[1];
	const listed = values.length > 0 ? values : loose === undefined ? [] : [loose];
	const uris = listed.flatMap((value) => value.split(',')).flatMap(repairedUri);
	if (uris.length === 0) return null;
	const kept = fields.filter(
		(field) => field.name.toLowerCase() !== 'rua' && extensionFault(field) === null,
	);
	const rest = kept.map(({ name, value }) => `; ${name}=${value}`).join('');
	return `${VERSION}; rua=${[...new Set(uris)].join(',')}${rest}`;
}

function repairedUri(piece: string): readonly string[] {
	const bare = piece
		.trim()
		.replace(/!\d{1,20}[kmgt]?$/i, '')
		.replaceAll('!', '%21');
	const candidate = /^[^:/@\s]+@[^:/@\s]+$/.test(bare) ? `mailto:${bare}` : bare;
	return hostOf(candidate) === null ? [] : [candidate];
}

import { type SvcParam, svcParamKey } from '../../core/svc-param.ts';
import { addressV4, addressV6 } from './address.ts';
import { Malformed } from './malformed.ts';
import { decimal } from './name.ts';
import { WireReader } from './wire-reader.ts';

/**
 * SvcParams (RFC 9460 §2.2) in wire order, which may be wrong: judging it is not ours. A value that
 * its key does not allow is given as bytes under `keyNNNNN`, the generic name (§2.1).
 */
export function readSvcParams(reader: WireReader): readonly SvcParam[] {
	const params: SvcParam[] = [];
	while (reader.left > 0) {
		const key = reader.u16();
		const value = reader.bytes(reader.u16());
		params.push(svcParam(key, value));
	}
	return params;
}

function svcParam(key: number, value: Buffer): SvcParam {
	try {
		return [svcParamKey(key), svcValue(svcParamKey(key), value)];
	} catch (error) {
		if (!(error instanceof Malformed)) throw error;
		return [`key${key}`, escapeValue(value)];
	}
}

function svcValue(key: string, value: Buffer): string {
	switch (key) {
		case 'mandatory':
			return list(value, (reader) => svcParamKey(reader.u16()));
		case 'alpn':
			return list(value, alpnId);
		case 'no-default-alpn':
		case 'ohttp':
			if (value.length > 0) throw new Malformed(`${key} has a value`);
			return '';
		case 'port':
			if (value.length !== 2) throw new Malformed('a port has two octets');
			return String(value.readUInt16BE(0));
		case 'ipv4hint':
			return list(value, (reader) => addressV4(reader.bytes(4)));
		case 'ipv6hint':
			return list(value, (reader) => addressV6(reader.bytes(16)));
		case 'ech':
			return value.toString('base64');
		default:
			return escapeValue(value);
	}
}

function list(value: Buffer, read: (reader: WireReader) => string): string {
	if (value.length === 0) throw new Malformed('a list is empty');
	const reader = new WireReader(value);
	const items: string[] = [];
	while (reader.left > 0) items.push(read(reader));
	return items.join(',');
}

/** Escaped twice: as an item of a list, then as a character-string (RFC 9460 appendix A.1). */
function alpnId(reader: WireReader): string {
	const id = reader.string();
	if (id.length === 0) throw new Malformed('a protocol name is empty');
	return escapeValue(Buffer.from(id.toString('latin1').replace(/[\\,]/g, '\\$&'), 'latin1'));
}

function escapeValue(value: Buffer): string {
	return value
		.toString('latin1')
		.replace(/["\\]/g, '\\$&')
		.replace(/[^ -~]/g, decimal);
}

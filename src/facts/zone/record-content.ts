import type { DnsRecord } from '../../core/io.ts';
import { rdataFromText } from '../zone-file/zone-file.ts';

/**
 * What a record says, to compare. Letter case of names (RFC 4343 §3), final dots and how a text is cut
 * into strings are no content; free text and CAA values keep their case (RFC 8659 §4.1).
 */
export function recordContent({
	type,
	text,
	data,
}: Pick<DnsRecord, 'type' | 'text' | 'data'>): string {
	if (data.type === 'TXT' || data.type === 'SPF') return `${type} ${data.strings.join('')}`;
	if (data.type === 'CAA') return `${type} ${data.flags} ${data.tag.toLowerCase()} ${data.value}`;
	const octets = rdataFromText(type, text);
	return `${type} ${octets === null ? text.toLowerCase() : octets.toString('hex')}`;
}

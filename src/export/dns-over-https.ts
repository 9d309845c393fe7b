import type { WatchedRecord } from './watched-records.ts';

/**
 * A look-up as a URL, for tools that know HTTP better than DNS: Google's JSON over HTTPS. Its answer holds
 * every record as text.
 */
export function dnsOverHttps(name: string, type: string): string {
	return `https://dns.google/resolve?name=${encodeURIComponent(name)}&type=${type}`;
}

/** What is in that answer where a record has the value, and not by the question that stands there too. */
export function answerText(type: WatchedRecord['type'], value: string): string {
	switch (type) {
		case 'A':
		case 'AAAA':
			return `"${value}"`;
		case 'CNAME':
		case 'NS':
			return `"${value}."`;
		case 'MX':
			return ` ${value}."`;
		case 'CAA':
		case 'TXT':
			return value;
	}
}

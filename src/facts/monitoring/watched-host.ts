import { addressClass } from '../dns/address-class.ts';
import { isWithin } from '../dns/ancestry.ts';
import { isStagingName } from '../hosts.ts';
import { isLocalName } from '../web/stranger.ts';
import { isVariable } from './monitor.ts';

/** What a monitor's address leads to. */
export type WatchedHost =
	| { readonly kind: 'production' | 'staging' | 'local' | 'elsewhere'; readonly host: string }
	/** Set by a variable, or an address in numbers that may be anybody's. */
	| { readonly kind: 'unseen'; readonly host: string };

/** `registrable`: the audited domain; `null` where none is audited, and every public name may be it. */
export function watchedHost(url: string, registrable: string | null): WatchedHost {
	const host = hostIn(url);
	if (isVariable(url) || host === '') return { kind: 'unseen', host: '' };
	const numbers = addressClass(host);
	if (numbers !== null) {
		return { kind: /^(?:loopback|private|link-local)$/.test(numbers) ? 'local' : 'unseen', host };
	}
	if (isLocalName(host) || !host.includes('.') || /\.svc$|\.cluster\.local$/.test(host)) {
		return { kind: 'local', host };
	}
	if (isStagingName(host)) return { kind: 'staging', host };
	if (registrable !== null && !isWithin(host, registrable)) return { kind: 'elsewhere', host };
	return { kind: 'production', host };
}

/** Of a URL, of `host:port`, or of a bare name; lower case, empty where there is none. */
function hostIn(url: string): string {
	const text = url.trim();
	const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `x://${text}`;
	const host = /^[^:]+:\/\/(?:[^@/?#\s]*@)?(\[[^\]]*\]|[^:/?#\s]*)/.exec(full)?.[1] ?? '';
	return host
		.replace(/^\[|\]$/g, '')
		.replace(/\.$/, '')
		.toLowerCase();
}

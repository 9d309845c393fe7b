/** Which finding of `dns/resolution` says of a host's alias that it leads nowhere. */
export function deadAliasCause(host: string, apex: string): string {
	return host === `www.${apex}` ? 'dns/resolution/www-missing' : 'dns/resolution/no-address';
}

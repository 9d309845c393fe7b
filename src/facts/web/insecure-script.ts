/**
 * The cause of every finding about scripts that the pages of a host load by `http:`: as mixed content, or as
 * a script of strangers. They are one risk, whichever check saw them.
 */
export function insecureScriptsAt(host: string): string {
	return `scripts by http: on pages of ${host}`;
}

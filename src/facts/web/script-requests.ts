import { literalsWith } from './js-literals.ts';

/** Programs name fewer addresses so openly. */
const MOST_URLS = 50;

/** What stands before the text of an address that is about to be asked. */
const CALLS =
	/(?:\bfetch|\.open\(\s{0,8}["'`](?:GET|POST|PUT|PATCH|DELETE|HEAD)["'`]\s{0,8},\s{0,8}|\bnew\s{1,8}(?:WebSocket|EventSource|Worker|SharedWorker)|\bimport|\bimportScripts|\.sendBeacon|\baxios(?:\.(?:get|post|put|patch|delete|request))?|\$\.(?:ajax|get|post|getJSON|getScript)|\bbaseURL\s{0,8}:)\s{0,8}\(?\s{0,8}$/;

const INSECURE = /^(?:http|ws):\/\/[^\s"'`\\$<>]+/i;

/** So much text is looked at before an address. */
const BEFORE = 64;

/**
 * Addresses by `http:` and `ws:` that a script asks for in so many words: `fetch("http://…")`,
 * `new WebSocket("ws://…")`, `xhr.open("GET", "http://…")`, `baseURL: "http://…"`. Code inside comments,
 * strings and regular expressions counts for nothing: documentation shows such lines. Linear, never throws.
 */
export function insecureRequests(script: string): readonly string[] {
	const asked = literalsWith(script, /(?:http|ws):\/\//i).flatMap(({ text, before }) => {
		const url = INSECURE.exec(text)?.[0];
		return url !== undefined && CALLS.test(before.slice(-BEFORE)) ? [url] : [];
	});
	return [...new Set(asked)].slice(0, MOST_URLS);
}

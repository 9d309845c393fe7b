import { Agent, ProxyAgent, request } from 'undici';
import { withDeadline } from './deadline.ts';
import { extraRoots } from './extra-roots.ts';
import { proxyFor } from './proxy.ts';

/** How a message to a chat leaves this machine. */
export interface WebhookSettings {
	/** A secret: whoever has it can write there. No error names more of it than its host. */
	readonly url: URL;
	readonly userAgent: string;
	readonly caFiles: readonly string[];
	/** HTTP_PROXY, HTTPS_PROXY, NO_PROXY. */
	readonly env: Readonly<Record<string, string | undefined>>;
}

const TIMEOUT_MS = 10_000;

/**
 * One POST of `{ "text": … }`, as Slack, Mattermost and Discord's `/slack` take it. Redirects are not
 * followed. Throws where it was not accepted with a status of 2xx within ten seconds.
 */
export async function postWebhook(
	text: string,
	{ url, userAgent, caFiles, env }: WebhookSettings,
	signal: AbortSignal,
): Promise<void> {
	const ca = await extraRoots(caFiles, env);
	const tls = ca === undefined ? {} : { ca };
	const proxy = proxyFor(url, env);
	const dispatcher =
		proxy === null
			? new Agent({ connect: { ...tls, timeout: TIMEOUT_MS } })
			: new ProxyAgent({ uri: proxy.href, requestTls: tls });
	const post = async (until: AbortSignal) => {
		const { statusCode, body } = await request(url, {
			dispatcher,
			method: 'POST',
			headers: { 'content-type': 'application/json', 'user-agent': userAgent },
			body: JSON.stringify({ text }),
			signal: until,
		});
		await body.dump();
		return statusCode;
	};
	try {
		const status = await withDeadline(TIMEOUT_MS, signal, post);
		if (status < 200 || status > 299) throw new Error(`status ${status}`);
	} catch (error) {
		const { message, code, name } = error as NodeJS.ErrnoException;
		throw new Error(`${url.host}: ${message === '' ? (code ?? name) : message}`);
	} finally {
		await dispatcher.destroy();
	}
}

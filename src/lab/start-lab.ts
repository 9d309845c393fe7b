import type { Socket } from 'node:net';
import { createAuthority, type Issued } from './certificates.ts';
import { type SeenQuestion, startDns } from './dns-service.ts';
import { type SeenSession, startMail } from './mail.ts';
import { type AddressMap, createSwitchboard, type Switchboard } from './switchboard.ts';
import { withTlsaData } from './tlsa-data.ts';
import { alertRecord, PLAIN_ANSWER, type SeenRequest, startWeb } from './web.ts';
import {
	type MailHost,
	type PortFault,
	type Route,
	type Site,
	settleRoute,
	settleWorld,
	type World,
} from './world.ts';
import { AUTHORITY_HOST, INFRASTRUCTURE } from './zones.ts';

export interface Lab extends AsyncDisposable {
	/** Where the lab's addresses really are, for the dialer. */
	readonly addressMap: AddressMap;
	/** The recursive resolver, `IP:53` in lab addresses. */
	readonly resolver: string;
	/** The root that the lab's authority hangs on, for `--ca`. */
	readonly caPem: string;
	/** What has come in, in order. */
	readonly requests: {
		readonly http: readonly SeenRequest[];
		readonly dns: readonly SeenQuestion[];
		readonly smtp: readonly SeenSession[];
	};
	/** From now on this path of this host is answered so: a deploy, an outage, its end. */
	change(host: string, path: string, route: Route): void;
	close(): Promise<void>;
}

export interface LabOptions {
	/** Round trip to simulate on every connection and datagram. None unless given. */
	readonly latencyMs?: number;
	/** Whoever asks anybody on port 53 is answered by the recursive resolver, as in some networks. */
	readonly interceptsDns?: boolean;
	/** What certificates and Date headers are relative to; the real clock unless given. */
	readonly now?: Date;
}

const DNS_PORT = 53;

/**
 * A small internet on ephemeral loopback ports. It is reached through `addressMap` alone, so that
 * whoever uses it needs to know nothing else about it. Throws TypeError for a world that is wrong.
 */
export async function startLab(world: World, options: LabOptions = {}): Promise<Lab> {
	const settled = settleWorld(world);
	const began = Date.now();
	const zero = options.now ?? new Date(began);
	const now = () => new Date(zero.getTime() + Date.now() - began);
	const board = createSwitchboard({
		unmapped: settled.unmapped,
		latencyMs: options.latencyMs ?? 0,
		distances: settled.distances,
	});
	const authority = createAuthority({ now: zero, host: AUTHORITY_HOST });
	const http: SeenRequest[] = [];
	const dns: SeenQuestion[] = [];
	const smtp: SeenSession[] = [];

	// All before the authority's list of revoked certificates is written.
	const certificates = new Map<Site | MailHost, Issued>([
		...settled.sites.map((site) => [site, authority.issue(site.certificate, site.hosts)] as const),
		...settled.mail.map((host) => [host, authority.issue(host.certificate, [host.name])] as const),
	]);
	const issued = (owner: Site | MailHost) =>
		certificates.get(owner) ?? authority.issue(owner.certificate, []);

	try {
		const zones = withTlsaData(settled, issued);
		await startDns({ ...settled, zones }, board, zero, (question) => dns.push(question));
		await startWeb({
			sites: [...settled.sites, authoritySite(authority)],
			issue: issued,
			board,
			now,
			seen: (request) => http.push(request),
		});
		await startMail({
			hosts: settled.mail,
			issue: issued,
			board,
			seen: (session) => smtp.push(session),
		});
		for (const fault of settled.ports) await applyPort(fault, board);
	} catch (error) {
		await board.close();
		throw error;
	}

	const { interceptsDns = false } = options;
	return {
		addressMap: (at) =>
			board.addressMap(
				interceptsDns && at.port === DNS_PORT ? { ...at, address: INFRASTRUCTURE.resolver } : at,
			),
		resolver: `${INFRASTRUCTURE.resolver}:53`,
		caPem: authority.rootPem,
		requests: { http, dns, smtp },
		change(host, path, route) {
			const site = settled.sites.find(({ hosts }) => hosts.includes(host));
			if (site === undefined) throw new TypeError(`no site of the world is called ${host}`);
			site.routes[path] = settleRoute(route);
		},
		close: board.close,
		[Symbol.asyncDispose]: board.close,
	};
}

/** Serves what caIssuers and CRL distribution points of the lab's certificates lead to. */
function authoritySite(authority: ReturnType<typeof createAuthority>): Site {
	const { sites } = settleWorld({
		sites: [
			{
				hosts: [AUTHORITY_HOST],
				at: [INFRASTRUCTURE.authority],
				https: 'closed',
				http: {
					routes: Object.fromEntries(
						Object.entries(authority.files()).map(([path, der]) => [
							path,
							{ type: typeOf(path), bodyBase64: der.toString('base64') },
						]),
					),
				},
			},
		],
	});
	const [site] = sites;
	if (site === undefined) throw new Error('the authority has no site');
	return site;
}

function typeOf(path: string): string {
	return path.endsWith('.crl') ? 'application/pkix-crl' : 'application/pkix-cert';
}

async function applyPort({ at, port, does }: PortFault, board: Switchboard): Promise<void> {
	if (does === 'refused' || does === 'silent' || does === 'unreachable') {
		board.block({ address: at, port, transport: 'tcp' }, does);
		board.block({ address: at, port, transport: 'udp' }, does);
		return;
	}
	await board.tcp(at, port, (socket) => misbehave(socket, does));
}

function misbehave(socket: Socket, does: PortFault['does']): void {
	if (typeof does === 'object') {
		if ('says' in does) socket.end(does.says);
		else socket.once('data', () => socket.end(alertRecord(does.alert)));
		return;
	}
	socket.on('data', () => {
		if (does === 'reset') socket.resetAndDestroy();
		if (does === 'plain-text') socket.end(PLAIN_ANSWER);
	});
}

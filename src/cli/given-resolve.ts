import ipaddr from 'ipaddr.js';
import { Usage } from './usage.ts';

/** `HOST:PORT:IP`, as curl's; an IPv6 address may stand in brackets. */
export function parseResolve(text: string): { host: string; port: number; address: string } {
	const [, host, port, address] = /^([^:]+):(\d{1,5}):\[?([0-9a-fA-F.:]+)\]?$/.exec(text) ?? [];
	const isPort = Number(port) >= 1 && Number(port) <= 65_535;
	if (host === undefined || address === undefined || !isPort || !isAddress(address)) {
		throw new Usage(`--resolve "${text}": write HOST:PORT:IP, as in example.com:443:203.0.113.7`);
	}
	return { host: host.toLowerCase(), port: Number(port), address };
}

function isAddress(text: string): boolean {
	return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}

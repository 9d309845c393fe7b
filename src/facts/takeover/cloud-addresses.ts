import ipaddr from 'ipaddr.js';

/**
 * Blocks from which clouds lend addresses to servers, and lend them again once they are given back. Known
 * by common knowledge as of November 2026, coarse, and not exhaustive: an address that is missing here
 * costs a finding of little weight. What serves the clouds' own content networks is left out as far as
 * it is apart.
 */
const CLOUDS: readonly (readonly [name: string, blocks: string])[] = [
	[
		'Amazon EC2',
		'3.0.0.0/8 13.52.0.0/14 13.56.0.0/14 18.188.0.0/14 18.192.0.0/11 34.192.0.0/10 44.192.0.0/10 52.0.0.0/11 54.64.0.0/12 54.144.0.0/12 54.160.0.0/11',
	],
	[
		'Google Cloud',
		'34.64.0.0/10 35.184.0.0/13 35.192.0.0/13 35.224.0.0/12 35.240.0.0/13 104.154.0.0/15 104.196.0.0/14',
	],
	['Microsoft Azure', '20.36.0.0/14 20.40.0.0/13 40.112.0.0/13 52.224.0.0/11'],
	[
		'DigitalOcean',
		'46.101.0.0/16 64.225.0.0/16 68.183.0.0/16 104.131.0.0/16 104.236.0.0/16 128.199.0.0/16 134.209.0.0/16 138.68.0.0/16 138.197.0.0/16 139.59.0.0/16 142.93.0.0/16 157.230.0.0/16 157.245.0.0/16 159.65.0.0/16 159.89.0.0/16 159.203.0.0/16 161.35.0.0/16 164.90.0.0/16 164.92.0.0/16 165.22.0.0/16 165.227.0.0/16 167.71.0.0/16 167.99.0.0/16 167.172.0.0/16 174.138.0.0/16 178.62.0.0/16 178.128.0.0/16 188.166.0.0/16 206.189.0.0/16',
	],
	[
		'Hetzner',
		'49.12.0.0/15 65.21.0.0/16 65.108.0.0/15 78.46.0.0/15 88.99.0.0/16 88.198.0.0/16 95.216.0.0/15 116.202.0.0/15 128.140.0.0/17 135.181.0.0/16 136.243.0.0/16 138.201.0.0/16 157.90.0.0/16 159.69.0.0/16 162.55.0.0/16 167.235.0.0/16 168.119.0.0/16 176.9.0.0/16 178.63.0.0/16 195.201.0.0/16',
	],
	[
		'Linode',
		'45.33.0.0/17 45.56.64.0/18 45.79.0.0/16 69.164.192.0/19 96.126.96.0/19 139.144.0.0/16 139.162.0.0/16 172.104.0.0/15',
	],
	[
		'Vultr',
		'45.32.0.0/16 45.63.0.0/16 45.76.0.0/15 95.179.128.0/17 108.61.0.0/16 140.82.0.0/16 149.28.0.0/16',
	],
];

const BLOCKS = CLOUDS.flatMap(([name, blocks]) =>
	blocks.split(' ').map((block) => {
		const [network, bits] = ipaddr.IPv4.parseCIDR(block);
		return { name, network, bits };
	}),
);

/** The cloud that an IPv4 address is lent by; `null` for every other address. */
export function cloudOf(address: string): string | null {
	if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return null;
	const parsed = ipaddr.IPv4.parse(address);
	return BLOCKS.find(({ network, bits }) => parsed.match(network, bits))?.name ?? null;
}

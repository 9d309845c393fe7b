import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudOf } from '../../../src/facts/takeover/cloud-addresses.ts';
import {
	dnsProviderOf,
	serviceAtAddress,
	serviceAtTarget,
	TAKEOVER_SERVICES,
	takeoverService,
	unclaimedText,
} from '../../../src/facts/takeover/takeover-services.ts';

describe('serviceAtTarget', () => {
	it.each([
		['shop.azurewebsites.net', 'Microsoft Azure', 'yes'],
		['Shop.AzureWebsites.NET.', 'Microsoft Azure', 'yes'],
		['shop.westeurope.cloudapp.azure.com', 'Microsoft Azure', 'yes'],
		['db.database.windows.net', 'Microsoft Azure', 'yes'],
		['shop-a1b2c3d4e5f6g7h8.westeurope-01.azurewebsites.net', 'Microsoft Azure', 'no'],
		['shop.us-east-1.elasticbeanstalk.com', 'AWS Elastic Beanstalk', 'yes'],
		['shop.eba-x1y2z3.us-east-1.elasticbeanstalk.com', 'AWS Elastic Beanstalk', 'no'],
		['bucket.s3.amazonaws.com', 'Amazon S3', 'yes'],
		['bucket.s3.eu-west-1.amazonaws.com', 'Amazon S3', 'yes'],
		['bucket.s3-eu-west-1.amazonaws.com', 'Amazon S3', 'yes'],
		['bucket.s3-website-us-east-1.amazonaws.com', 'Amazon S3', 'yes'],
		['bucket.s3-website.eu-central-1.amazonaws.com', 'Amazon S3', 'yes'],
		['s3-website.eu-central-1.amazonaws.com', 'Amazon S3', 'yes'],
		['stats.uptimerobot.com', 'UptimeRobot', 'yes'],
		['shop.github.io', 'GitHub Pages', 'edge'],
		['x1.herokudns.com', 'Heroku', 'edge'],
		['cname.vercel-dns.com', 'Vercel', 'edge'],
		['shop-1.eu-west-1.elb.amazonaws.com', 'AWS Elastic Load Balancing', 'no'],
		['d1.cloudfront.net', 'Amazon CloudFront', 'no'],
	])('knows %s', (target, service, claimable) => {
		expect(serviceAtTarget(target)).toMatchObject({ service, claimable });
	});

	it.each([
		'notgithub.io',
		'github.io.evil.test',
		'shop.s3x.amazonaws.com',
		'ec2-3-1-2-3.compute-1.amazonaws.com',
		'www.uptimerobot.com',
		'example.test',
		'',
	])('does not know %s', (target) => {
		expect(serviceAtTarget(target)).toBeNull();
	});

	it('never throws', () => {
		fc.assert(fc.property(fc.string(), (text) => void serviceAtTarget(text)));
		fc.assert(fc.property(fc.string(), (text) => void serviceAtAddress(text)));
		fc.assert(fc.property(fc.string(), (text) => void dnsProviderOf(text)));
		fc.assert(fc.property(fc.string(), (text) => void cloudOf(text)));
	});
});

describe('the list of services', () => {
	it('names each once, and each has a way to be recognised and one back', () => {
		const names = TAKEOVER_SERVICES.map(({ name }) => name);
		expect(new Set(names).size).toBe(names.length);
		for (const { suffixes, pattern, signal, claimable, reclaim } of TAKEOVER_SERVICES) {
			expect(suffixes.length > 0 || pattern !== undefined).toBe(true);
			expect(claimable === 'no' || signal.length > 0).toBe(true);
			expect(reclaim).toMatch(/\{host\}|\{target\}/);
		}
	});

	it('leaves no suffix to two services', () => {
		const suffixes = TAKEOVER_SERVICES.flatMap((one) => one.suffixes);
		expect(new Set(suffixes).size).toBe(suffixes.length);
		for (const suffix of suffixes) {
			const owner = TAKEOVER_SERVICES.find((one) => one.suffixes.includes(suffix));
			expect(serviceAtTarget(`x.${suffix}`)?.service).toBe(owner?.name);
		}
	});
});

describe('serviceAtAddress', () => {
	it.each(['185.199.108.153', '185.199.111.153', '2606:50c0:8003::153'])('knows %s', (address) => {
		expect(serviceAtAddress(address)?.service).toBe('GitHub Pages');
	});

	it.each([
		'185.199.107.153',
		'185.199.112.153',
		'185.199.108.154',
		'2606:50c0:8004::153',
		'1.2.3',
	])('does not know %s', (address) => {
		expect(serviceAtAddress(address)).toBeNull();
	});
});

describe('unclaimedText', () => {
	const github = takeoverService('GitHub Pages');
	const robot = takeoverService('UptimeRobot');
	const azure = takeoverService('Microsoft Azure');
	if (github === undefined || robot === undefined || azure === undefined) throw new Error('gone');

	it.each([
		["There isn't a GitHub Pages site here."],
		['There isn&#39;t a GitHub\n  Pages site here.'],
		['There isn\u2019t a GitHub Pages site here.'],
		['THERE ISN&rsquo;T A GITHUB PAGES SITE HERE'],
	])('reads %j', (text) => {
		expect(unclaimedText(github, { status: 404, text })).toBe(
			"There isn't a GitHub Pages site here",
		);
	});

	it('takes a redirect for no sign, and what customers may say only with an error status', () => {
		const text = "There isn't a GitHub Pages site here";
		expect(unclaimedText(github, { status: 301, text })).toBeNull();
		expect(unclaimedText(robot, { status: 200, text: 'page not found' })).toBeNull();
		expect(unclaimedText(robot, { status: 404, text: 'page not found' })).toBe('page not found');
		expect(unclaimedText(github, { status: 500, text: 'Internal error' })).toBeNull();
		expect(unclaimedText(azure, { status: 404, text: '404 Web Site not found.' })).toBeNull();
	});
});

describe('dnsProviderOf', () => {
	it.each([
		['ns1.digitalocean.com', 'DigitalOcean', 'open'],
		['NS1.DNSimple.com.', 'DNSimple', 'open'],
		['ns10.dnsmadeeasy.com', 'DNS Made Easy', 'open'],
		['ns2.he.net', 'Hurricane Electric', 'open'],
		['ns1.linode.com', 'Linode', 'open'],
		['ns1.domaindiscover.com', 'TierraNet', 'open'],
		['ns1.domain.com', 'Domain.com', 'paid'],
		['ns1cny.name.com', 'Name.com', 'paid'],
		['ns1-07.azure-dns.com', 'Azure DNS', 'edge'],
		['ns-cloud-b1.googledomains.com', 'Google Cloud DNS', 'edge'],
		['ns1.dreamhost.com', 'DreamHost', 'edge'],
		['ns-1234.awsdns-56.co.uk', 'Amazon Route 53', 'closed'],
		['ada.ns.cloudflare.com', 'Cloudflare', 'closed'],
	])('knows %s', (server, name, zones) => {
		expect(dnsProviderOf(server)).toEqual({ name, zones });
	});

	it.each(['ns1.example.test', 'www.digitalocean.com', 'ns1.notlinode.com'])(
		'does not know %s',
		(server) => {
			expect(dnsProviderOf(server)).toBeNull();
		},
	);
});

describe('cloudOf', () => {
	it.each([
		['3.120.1.1', 'Amazon EC2'],
		['34.65.1.1', 'Google Cloud'],
		['138.68.1.1', 'DigitalOcean'],
		['49.13.1.1', 'Hetzner'],
		['203.0.113.1', null],
		['2001:db8::1', null],
		['3.120.1', null],
	])('%s is lent by %s', (address, cloud) => {
		expect(cloudOf(address)).toBe(cloud);
	});
});

import {
	at,
	cannotSay,
	type DkimDiscovery,
	type DkimKeyRecord,
	type DkimSelector,
	type DmarcDiscovery,
	defineCheck,
	discoverDkim,
	discoverDmarc,
	dkimDiscovery,
	dmarcDiscovery,
	type Fact,
	isUsable,
	type Judgement,
	known,
	longestTtl,
	type MailDomain,
	mailDomains,
	optional,
	type ProductService,
	productServices,
	providerNamed,
	rewrittenKey,
	type Say,
	unrestricted,
	z,
} from '../../src/sdk.ts';
import {
	ED25519,
	RSA_1023,
	RSA_1024,
	RSA_2047,
	RSA_2048,
	RSA_4096,
	RSA_4097,
	RSA_PKCS1,
} from './_dkim-keys.ts';
import { type AboutKey, DKIM_VERDICTS } from './_dkim-verdicts.ts';
import { SENDER } from './_sample-domains.ts';
import { inZone, type Zone } from './_zone.ts';

type Key = keyof typeof DKIM_VERDICTS;
type Said = readonly Judgement<Key>[];

/** RFC 8301 §3.2. */
const LEAST_BITS = 1024;
const RECOMMENDED_BITS = 2048;
const MOST_BITS = 4096;
/** Enough to recognise a record by. */
const SHOWN_BYTES = 120;

export default defineCheck({
	id: 'email/dkim',
	title: 'Mail is signed with a DKIM key that receivers accept',
	rationale:
		'DKIM is the only proof that survives forwarding; without it DMARC cannot be enforced, and bulk mail ' +
		'is refused.',
	references: [
		'RFC 6376 §3.2, §3.6.1, §3.6.2.2 (key records)',
		'RFC 8301 §3.1, §3.2 (hash, key length)',
		'RFC 8463 (Ed25519)',
		'RFC 8020 (NXDOMAIN)',
	],
	reach: 'mail',
	layer: 'mail',
	over: mailDomains,
	options: z.object({}),
	decisive: { by: 'dkim', in: ['essential'] },
	verdicts: DKIM_VERDICTS,
	appliesTo: ({ context }) => context.role === 'sends' || 'The domain sends no mail.',
	needs: ({ subject }) => ({
		dkim: dkimDiscovery({
			domain: subject.name,
			seed: subject.seed,
			selectors: [...subject.selectors],
			reported: [...subject.reportedSelectors],
		}),
		dmarc: optional(dmarcDiscovery({ domain: subject.name })),
		services: optional(
			productServices({ domain: subject.name, seed: subject.seed, repo: subject.repo }),
		),
	}),
	judge({ given: { dkim, dmarc, services }, subject, say }) {
		const used = services.status === 'known' ? services.value : [];
		const enforcing = isEnforcing(dmarc);
		const keys = dkim.selectors.flatMap((selector) =>
			selectorFindings(selector, { domain: subject.name, enforcing, say }),
		);
		const said = [...existence(dkim, used, subject, say), ...leftovers(dkim, say), ...keys];
		const working = dkim.selectors.filter(isWorking);
		const names = working.map(({ name }) => name);
		const all = [...said, ...fleetFindings(dkim, working, say)];
		const isGood = names.length > 0 && all.every(({ verdict }) => NOTES.has(verdict));
		return isGood ? [...all, say('found', { domain: dkim.domain, names })] : all;
	},
	examples: (example) => [
		example(
			'a key, and none of the service that the product sends with',
			givenBy(selector('s1', RSA_2048), [], [RESEND]),
			'none',
			{ subject: { context: SENDER } },
		),
		...EXAMPLES.map(([name, says, zone, { selectors = [], ...context } = {}]) =>
			example(name, givenBy(zone, selectors), says, {
				subject: { context: { ...SENDER, ...context } },
			}),
		),
	],
});

/** Worth knowing, and no reason to withhold the pass. */
const NOTES: ReadonlySet<string | null> = new Set([
	'wildcard',
	'domainkeys-policy',
	'adsp',
	'single-selector',
]);

function isEnforcing(dmarc: Fact<DmarcDiscovery>): boolean {
	const policy = dmarc.status === 'known' ? dmarc.value.walk.policy : null;
	return policy !== null && policy.policy !== 'none';
}

/** Whether there is any key, as far as DNS can tell. */
function existence(
	dkim: DkimDiscovery,
	services: readonly ProductService[],
	{ context }: MailDomain,
	say: Say<typeof DKIM_VERDICTS>,
): Said {
	const { domain, missing, control, negativeTtl } = dkim;
	const named = services.map(({ name }) => name);
	const args = { domain, negativeTtl, providers: [...new Set([...named, ...dkim.providers])] };
	if (missing.length > 0) {
		const names = missing.map((selector) => `${selector}._domainkey.${domain}`);
		const seen = `asked for by name: ${names.join(', ')}`;
		return [say('none', { ...args, missing, control: seen })];
	}
	if (dkim.existence !== 'absent') {
		const unsigned = withoutKey(services, args, say);
		if (unsigned.length > 0) return unsigned;
	}
	if (dkim.selectors.length > 0 || (dkim.wildcard !== null && isUsable(dkim.wildcard))) return [];
	switch (dkim.existence) {
		case 'absent':
			return [say('none', { ...args, missing, control })];
		case 'present':
			return [say('not-found', { domain, asked: dkim.asked })];
		case 'unclear': {
			const couldBe = context.dkim === 'essential' ? 'blocker' : 'high';
			const detail = `no DKIM key of ${domain} was found under ${dkim.asked} usual names, and ${control}`;
			return [cannotSay('inconclusive', detail, couldBe)];
		}
	}
}

/**
 * A service that the repository sends with, whose selectors are known and are not there while others are.
 * Where SPF does not name it either, that is said of SPF.
 */
function withoutKey(
	services: readonly ProductService[],
	args: { readonly domain: string; readonly negativeTtl: number | null },
	say: Say<typeof DKIM_VERDICTS>,
): Said {
	return services
		.filter(({ dkim, spf, isUsed }) => dkim === 'absent' && spf && isUsed)
		.map(({ name, domain, control }) => {
			const missing = providerNamed(name)?.selectors ?? [];
			return at(
				{ kind: 'record', name: `${name} at ${domain}` },
				say('none', { ...args, domain, providers: [name], missing, control }),
			);
		});
}

function leftovers(dkim: DkimDiscovery, say: Say<typeof DKIM_VERDICTS>): Said {
	const { domain, wildcard, parentTexts, adspTexts } = dkim;
	const [first] = wildcard?.texts ?? [];
	const key = wildcard !== null && isUsable(wildcard);
	const inherited = new Set(wildcard?.texts.map(({ text }) => text));
	const policy = parentTexts.find(({ text }) => /(?:^|;)\s*o\s*=\s*[-~!.^?]/.test(text));
	const adsp = adspTexts.find(({ text }) => /^\s*dkim\s*=/i.test(text) && !inherited.has(text));
	return [
		...(first === undefined
			? []
			: [say('wildcard', { domain, key, ttl: first.ttl, text: shown(first.text) })]),
		...(policy === undefined
			? []
			: [say('domainkeys-policy', { domain, text: shown(policy.text) })]),
		...(adsp === undefined ? [] : [say('adsp', { domain, text: shown(adsp.text) })]),
	];
}

interface Reading {
	readonly domain: string;
	readonly enforcing: boolean;
	readonly say: Say<typeof DKIM_VERDICTS>;
}

function selectorFindings(selector: DkimSelector, { domain, enforcing, say }: Reading): Said {
	const { name, texts, keys, target } = selector;
	const about: AboutKey = {
		domain,
		selector: selector.selector,
		name,
		ttl: longestTtl(texts),
		active: selector.origin === 'given',
		target,
		text: shown(texts.map(({ text }) => text).join(' | ')),
	};
	const [key] = keys;
	if (key === undefined) {
		return here(name, [say('cname-dangling', { ...about, provider: selector.provider })]);
	}
	if (texts.length > 1) {
		const args = { count: texts.length, texts: texts.map(({ text }) => text) };
		return here(name, [say('multiple-txt', { ...about, ...args })]);
	}
	return here(name, [
		...grammar(key, about, say),
		...strength(key, about, say),
		...restrictions(key, about, { enforcing, say }),
	]);
}

function here(name: string, said: Said): Said {
	return said.map((one) => (one.verdict === null ? one : at({ kind: 'record', name }, one)));
}

function grammar(
	{ faults, tags }: DkimKeyRecord,
	about: AboutKey,
	say: Say<typeof DKIM_VERDICTS>,
): Said {
	if (faults.length === 0) return [];
	const hasKey = tags.some(({ name }) => name.toLowerCase() === 'p');
	return [say('syntax', { ...about, faults, fixed: hasKey ? rewrittenKey(tags) : null })];
}

function strength({ key }: DkimKeyRecord, about: AboutKey, say: Say<typeof DKIM_VERDICTS>): Said {
	switch (key.kind) {
		case 'revoked':
			return [say('revoked', about)];
		case 'undecodable':
			return [say('key-undecodable', { ...about, fault: key.says })];
		case 'unknown-type':
			return [say('key-type-unknown', { ...about, type: key.type })];
		case 'missing': // said by the grammar
		case 'ed25519':
			return [];
		case 'rsa': {
			const verdict = strengthOf(key.bits);
			return [
				...(verdict === null ? [] : [say(verdict, { ...about, bits: key.bits })]),
				...(key.form === 'pkcs1' ? [say('rsa-pkcs1', about)] : []),
			];
		}
	}
}

function strengthOf(bits: number): 'rsa-under-1024' | 'rsa-under-2048' | 'rsa-over-4096' | null {
	if (bits < LEAST_BITS) return 'rsa-under-1024';
	if (bits < RECOMMENDED_BITS) return 'rsa-under-2048';
	return bits > MOST_BITS ? 'rsa-over-4096' : null;
}

function restrictions(
	{ hashes, services, testing, obsolete, tags }: DkimKeyRecord,
	about: AboutKey,
	{ enforcing, say }: Pick<Reading, 'enforcing' | 'say'>,
): Said {
	const fixed = rewrittenKey(unrestricted(tags));
	const args = { ...about, fixed };
	// An empty list is said by the grammar.
	const serves = services.length === 0 || services.includes('*') || services.includes('email');
	return [
		...(hashes.length > 0 && !hashes.includes('sha256')
			? [say('hash-excludes-sha256', { ...args, hashes })]
			: []),
		...(serves ? [] : [say('service-type', { ...args, services })]),
		...(testing ? [say('testing', { ...args, enforcing })] : []),
		...(obsolete.length > 0 ? [say('obsolete-tag', args)] : []),
	];
}

/** What verifiers accept in full. */
function isWorking({ keys, texts }: DkimSelector): boolean {
	const [key] = keys;
	if (key === undefined || texts.length > 1 || key.faults.length > 0) return false;
	const isStrong =
		key.key.kind === 'ed25519' || (key.key.kind === 'rsa' && key.key.bits >= LEAST_BITS);
	const serves = key.services.includes('*') || key.services.includes('email');
	return isStrong && serves && (key.hashes.length === 0 || key.hashes.includes('sha256'));
}

/** What can be said of all keys together. */
function fleetFindings(
	{ domain }: DkimDiscovery,
	working: readonly DkimSelector[],
	say: Say<typeof DKIM_VERDICTS>,
): Said {
	const names = working.map(({ name }) => name);
	const [only] = names;
	if (only === undefined) return [];
	const isOneKind = working.every(({ keys }) => keys[0]?.key.kind === 'ed25519');
	return [
		...(isOneKind ? [say('ed25519-only', { domain, names })] : []),
		...(names.length === 1 ? [say('single-selector', { domain, name: only })] : []),
	];
}

function shown(text: string): string {
	return text.length > SHOWN_BYTES ? `${text.slice(0, SHOWN_BYTES)}…` : text;
}

// ── Examples ─────────────────────────────────────────────────────────────────────────────────────

function givenBy(
	zone: Zone,
	selectors: readonly string[],
	services: readonly ProductService[] = [],
) {
	const ask = inZone(zone);
	const domain = 'example.com';
	return {
		dkim: discoverDkim({ domain, seed: '0', given: selectors, providers: [] }, ask),
		dmarc: known(discoverDmarc(domain, ask)),
		services: known(services),
	};
}

const RESEND: ProductService = {
	name: 'Resend',
	domain: 'example.com',
	isUsed: true,
	places: [{ file: 'package.json', line: 12, what: 'resend' }],
	spf: true,
	dkim: 'absent',
	control: 'resend._domainkey.example.com: no record, while other selectors exist',
};

const selector = (name: string, ...texts: (string | readonly string[])[]): Zone => ({
	[`${name}._domainkey.example.com TXT`]: texts,
});

type DkimExample = readonly [
	name: string,
	says: Key | 'unknown',
	zone: Zone,
	when?: Partial<MailDomain['context']> & { readonly selectors?: readonly string[] },
];

const EXAMPLES: readonly DkimExample[] = [
	['two keys of 2048 bits', 'found', { ...selector('s1', RSA_2048), ...selector('s2', RSA_2048) }],
	['nothing', 'none', {}],
	['nothing, and SPF is broken', 'none', {}, { dkim: 'essential' }],
	[
		'the selector that signs is not there',
		'none',
		selector('s1', RSA_2048),
		{ selectors: ['mine'] },
	],
	['a selector that nobody guesses', 'not-found', selector('zq7', RSA_2048)],
	[
		'a server that answers alike for every name',
		'unknown',
		{ '_domainkey.example.com A': ['203.0.113.5'], '*._domainkey.example.com A': ['203.0.113.5'] },
	],
	['a server that fails', 'unknown', { '_domainkey.example.com TXT': 'servfail' }],
	['a wildcard key', 'wildcard', { '*._domainkey.example.com TXT': [RSA_2048] }],
	[
		'a wildcard of something else',
		'found',
		{ '*._domainkey.example.com TXT': ['v=spf1 -all'], ...selector('s1', RSA_2048) },
	],
	[
		'an alias that leads nowhere',
		'cname-dangling',
		{ 's1._domainkey.example.com CNAME': ['s1.domainkey.u1.wl.sendgrid.net'] },
	],
	['two TXT', 'multiple-txt', selector('s1', RSA_2048, RSA_1024)],
	['a literal backslash', 'syntax', selector('s1', RSA_2048.replace(';', '\\;'))],
	['quotation marks', 'syntax', selector('s1', `"${RSA_2048}"`)],
	['v not first', 'syntax', selector('s1', `${RSA_2048.replace('v=DKIM1; ', '')}; v=DKIM1`)],
	['a tag twice', 'syntax', selector('s1', `${RSA_2048}; k=rsa`)],
	['no p', 'syntax', selector('s1', 'v=DKIM1; k=rsa')],
	['an empty p', 'revoked', selector('s1', 'v=DKIM1; p=')],
	['an empty p that signs', 'revoked', selector('s1', 'v=DKIM1; p='), { selectors: ['s1'] }],
	['a key cut at 255', 'key-undecodable', selector('s1', RSA_2048.slice(0, 255))],
	['no base64', 'key-undecodable', selector('s1', 'v=DKIM1; p=!!!'), { selectors: ['s1'] }],
	['1023 bits', 'rsa-under-1024', selector('s1', RSA_1023)],
	['1024 bits', 'rsa-under-2048', selector('s1', RSA_1024)],
	['2047 bits', 'rsa-under-2048', selector('s1', RSA_2047)],
	['4096 bits', 'found', selector('s1', RSA_4096)],
	['4097 bits', 'rsa-over-4096', selector('s1', RSA_4097)],
	['PKCS #1', 'rsa-pkcs1', selector('s1', RSA_PKCS1)],
	['Ed25519 alone', 'ed25519-only', selector('s1', ED25519)],
	['Ed25519 beside RSA', 'found', { ...selector('s1', ED25519), ...selector('s2', RSA_2048) }],
	['an unknown type', 'key-type-unknown', selector('s1', 'v=DKIM1; k=dsa; p=AAAA')],
	['sha1 only', 'hash-excludes-sha256', selector('s1', `${RSA_2048}; h=sha1`)],
	['sha1 and sha256', 'found', selector('s1', `${RSA_2048}; h=sha1:sha256`)],
	['not for email', 'service-type', selector('s1', `${RSA_2048}; s=tlsrpt`)],
	['t=y', 'testing', selector('s1', `${RSA_2048}; t=y`)],
	['t=y:s', 'testing', selector('s1', `${RSA_2048}; t=y:s`)],
	[
		't=y under reject',
		'testing',
		{ ...selector('s1', `${RSA_2048}; t=y`), '_dmarc.example.com TXT': ['v=DMARC1; p=reject'] },
	],
	['g=*', 'obsolete-tag', selector('s1', `${RSA_2048}; g=*`)],
	[
		'a DomainKeys policy',
		'domainkeys-policy',
		{ ...selector('s1', RSA_2048), '_domainkey.example.com TXT': ['o=~; r=p@example.com'] },
	],
	[
		'ADSP',
		'adsp',
		{ ...selector('s1', RSA_2048), '_adsp._domainkey.example.com TXT': ['dkim=all'] },
	],
	['one key', 'single-selector', selector('s1', RSA_2048)],
];

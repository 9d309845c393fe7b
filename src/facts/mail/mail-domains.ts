import { z } from 'zod';
import { blocked, type Fact, type GetFact, known } from '../../core/fact.ts';
import { defineSubjects, type Subject } from '../../core/subject.ts';
import { lookup } from '../dns/dns.ts';
import { dkimDiscovery, hasUsableKey } from './dkim-discovery.ts';
import { readAnswer } from './mail-lookups.ts';
import { productServices } from './product-services.ts';
import { reportedSelectors } from './report-survey.ts';
import { signingSelectors } from './sample-messages.ts';
import { isBroken, spfSays } from './spf-health.ts';
import { exchangesIn, type SpfWalk, spfWalk } from './spf-walk.ts';

/** `receives`: mail comes in and SPF says that none goes out. */
export type MailRole = 'sends' | 'receives' | 'no-mail';

/** A name after the `@`. */
export interface MailDomain
	extends Subject<{
		role: MailRole;
		/** Has an MX that is not null. What receives by its address alone is `no`. */
		receives: 'yes' | 'no';
		/** The user says: 5,000 messages or more a day to one provider. */
		bulk: 'yes' | 'no';
		/** `essential`: provider rules ask for DKIM, or SPF cannot carry DMARC alone. */
		dkim: 'essential' | 'backup';
	}> {
	/** 16 hex digits for control labels. */
	readonly seed: string;
	/** DKIM selectors that the user knows to be active. */
	readonly selectors: readonly string[];
	readonly registrable: string;
	/** Absolute path of the zone file that is meant to be published; `null` without one. */
	readonly zoneFile: string | null;
	/** DKIM selectors with which mail passed lately, by the reports that the user gave. */
	readonly reportedSelectors: readonly string[];
	/** Addresses that the user sends from. */
	readonly sendingIps: readonly string[];
	/** Folder of the repository that sends its mail, absolute; `null` without one. */
	readonly repo: string | null;
	/** Absolute paths of messages that the product sent. */
	readonly messages: readonly string[];
}

const Params = z.object({
	domain: z.string().nullable(),
	registrable: z.string().nullable(),
	selectors: z.array(z.string()),
	dmarcReports: z.string().nullable(),
	sendingIps: z.array(z.string()),
	repo: z.string().nullable(),
	messages: z.array(z.string()),
	sends: z.boolean(),
	bulk: z.boolean(),
	seed: z.string(),
	zoneFile: z.string().nullable(),
});

const SAMPLE: MailDomain = {
	kind: 'mail-domain',
	name: 'example.com',
	context: { role: 'sends', receives: 'yes', bulk: 'no', dkim: 'backup' },
	seed: '0'.repeat(16),
	selectors: [],
	registrable: 'example.com',
	zoneFile: null,
	reportedSelectors: [],
	sendingIps: [],
	repo: null,
	messages: [],
};

/**
 * The audited domain as mail sees it. A sub-domain is listed only where it has MX or SPF of its own, or
 * the user says that it sends: what its parent does is not its fault. Where the look-ups that decide
 * the role fail, it is judged as the worst that it could be.
 */
export const mailDomains = defineSubjects({
	name: 'mail.domains',
	params: Params,
	from: (target) => ({
		domain: target.domain,
		registrable: target.registrable,
		selectors: [...target.dkimSelectors],
		dmarcReports: target.dmarcReports,
		sendingIps: [...target.sendingIps],
		repo: target.repo,
		messages: [...target.messages],
		sends: target.sends || target.sendingIps.length > 0,
		bulk: target.bulk,
		seed: target.seed,
		zoneFile: target.zoneUse === 'plan' ? target.zoneFile : null,
	}),
	sample: SAMPLE,
	async derive(asked, get): Promise<Fact<readonly MailDomain[]>> {
		const { domain, messages } = asked;
		if (domain === null) return known([]);
		const seen = await get(signingSelectors({ paths: messages, domain }));
		const signing = seen.status === 'known' ? seen.value : [];
		const params = { ...asked, selectors: [...new Set([...asked.selectors, ...signing])] };
		const signs = await signsOf(domain, get);
		const isOther = domain !== params.registrable && !params.sends;
		if (isOther && !hasMailOfItsOwn(signs)) return known([]);
		if (signs.mx === 'no-such-name') {
			const owner = { check: 'dns/resolution', subject: domain };
			return blocked(owner, `${domain} does not exist, so nothing can be said of its mail`);
		}
		const reported = await get(reportedSelectors({ path: params.dmarcReports, domain }));
		const selectors = reported.status === 'known' ? [...reported.value] : [];
		const role = await roleOf(signs, { ...params, reported: selectors }, get);
		const spfBroken = signs.spf === null || isBroken(signs.spf);
		return known([
			{
				kind: 'mail-domain',
				name: domain,
				context: {
					role,
					receives: signs.mx === 'none' || signs.mx === 'null' ? 'no' : 'yes',
					bulk: params.bulk ? 'yes' : 'no',
					dkim: params.bulk || spfBroken ? 'essential' : 'backup',
				},
				seed: params.seed,
				selectors: params.selectors,
				registrable: params.registrable ?? domain,
				zoneFile: params.zoneFile,
				reportedSelectors: selectors,
				sendingIps: params.sendingIps,
				repo: params.repo,
				messages,
			},
		]);
	},
});

interface Signs {
	readonly mx: 'hosts' | 'null' | 'none' | 'no-such-name' | 'failed';
	/** Its MX or TXT is another name's, through an alias. */
	readonly alias: boolean;
	readonly spf: SpfWalk | null;
}

async function signsOf(domain: string, get: GetFact): Promise<Signs> {
	const [mxFact, walk, txt] = await Promise.all([
		get(lookup({ name: domain, type: 'MX' })),
		get(spfWalk({ domain })),
		get(lookup({ name: domain, type: 'TXT' })),
	]);
	const mx = readAnswer(domain, 'MX', mxFact);
	const isAlias =
		mx.kind === 'answered'
			? mx.answer.chain.length > 0
			: txt.status === 'known' && txt.value.chain.length > 0;
	return { mx: mxKind(mx), alias: isAlias, spf: walk.status === 'known' ? walk.value : null };
}

function mxKind(mx: ReturnType<typeof readAnswer>): Signs['mx'] {
	if (mx.kind !== 'answered') return 'failed';
	if (mx.absent !== null) {
		const isAlias = mx.answer.chain.length > 0;
		return mx.answer.status === 'nxdomain' && !isAlias ? 'no-such-name' : 'none';
	}
	return exchangesIn(mx.answer).length > 0 ? 'hosts' : 'null';
}

function hasMailOfItsOwn({ mx, spf, alias }: Signs): boolean {
	if (alias) return false;
	return (
		(mx !== 'none' && mx !== 'no-such-name') ||
		spf === null ||
		!['none', 'nxdomain'].includes(spf.root.state)
	);
}

async function roleOf(
	{ mx, spf }: Signs,
	params: z.infer<typeof Params> & { readonly reported: string[] },
	get: GetFact,
): Promise<MailRole> {
	const { domain, sends, seed, selectors, messages, repo, reported } = params;
	if (sends || messages.length > 0 || domain === null || spf === null || mx === 'failed')
		return 'sends';
	const says = spfSays(spf);
	if (says === 'sends') return 'sends';
	if (says === 'silent' && mx === 'hosts') return 'sends';
	const dkim = await get(dkimDiscovery({ domain, seed, selectors: [...selectors], reported }));
	// Left out by a part of an audit that looks for no keys: MX and SPF must do.
	const isLeftOut = dkim.status === 'unknown' && dkim.because === 'not-asked';
	if (!isLeftOut && (dkim.status !== 'known' || dkim.value.failed.length > 0)) return 'sends';
	if (dkim.status === 'known' && hasUsableKey(dkim.value)) return 'sends';
	if (says === 'silent' && (await isMeantToSend(domain, seed, repo, get))) return 'sends';
	return mx === 'hosts' ? 'receives' : 'no-mail';
}

/** What is deployed sends as the domain, though DNS shows nothing of it. */
async function isMeantToSend(
	domain: string,
	seed: string,
	repo: string | null,
	get: GetFact,
): Promise<boolean> {
	const services = await get(productServices({ domain, seed, repo }));
	return services.status === 'known' && services.value.some(({ isUsed }) => isUsed);
}

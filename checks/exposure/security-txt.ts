import {
	at,
	defineCheck,
	doesNotApply,
	insecureFields,
	isContact,
	type Judgement,
	parseSecurityTxt,
	readDateTime,
	type Say,
	type SecurityTxtFile,
	type SecurityTxtSurvey,
	type Site,
	type SiteAnswer,
	securityTxtSurvey,
	siteAnswer,
	sites,
	unseenPage,
	valuesOf,
	z,
} from '../../src/sdk.ts';
import { SECURITY_TXT_VERDICTS } from './_security-txt-verdicts.ts';

type Verdict = keyof typeof SECURITY_TXT_VERDICTS;

export default defineCheck({
	id: 'exposure/security-txt',
	title: 'Whoever finds a weakness learns whom to write to',
	rationale:
		'People who find an open door look at /.well-known/security.txt first. A file that is out of date or ' +
		'malformed is worse than none: they write to nobody.',
	references: ['RFC 9116', 'W3C, A Well-Known URL for Changing Passwords'],
	reach: 'upkeep',
	layer: 'content',

	over: sites,
	options: z.object({}),

	verdicts: SECURITY_TXT_VERDICTS,

	appliesTo({ context }) {
		if (context.kind === 'redirect')
			return 'it only leads to another host, where the file is judged';
		return context.stage === 'staging' ? 'no finder looks at a staging host' : true;
	},

	needs: ({ subject: { name, login, deep } }) => ({
		survey: securityTxtSurvey({ host: name, login, deep }),
		site: siteAnswer({ host: name }),
	}),

	judge({ given, subject, now, say }): readonly Judgement<Verdict>[] {
		const { file, hasChangePassword } = given.survey;
		const host = subject.name;
		const beside =
			hasChangePassword === false && subject.context.kind === 'page'
				? [say('no-change-password', { host })]
				: [];
		const about = { host, until: aYearFrom(now), now, say };
		const missing = file === null || file.isLegacy ? ofMissing(given, subject, about) : [];
		const found = file === null ? [] : ofFile(file, about);
		const said = [...missing, ...found, ...beside];
		return said.length > 0
			? said
			: [doesNotApply('finders look at the domain itself: an inner host needs no file of its own')];
	},

	examples: (example) => [
		example('a sound file', giving(SOUND), 'sound'),
		example('with CRLF, a comment and other fields', giving(FULL), 'sound'),
		example('signed', giving(SIGNED), 'sound'),
		example('not there', absent(), 'missing'),
		example('not there, on an inner host', absent(), 'not-applicable', {
			subject: { context: { standing: 'guessed', stage: 'production', kind: 'api', forms: 'no' } },
		}),
		example('at the old place alone', giving(SOUND, { isLegacy: true }), 'missing'),
		example('the host lets nobody in', { ...absent(), site: answering(403) }, 'unknown'),
		example('expires this second', giving(SOUND), 'expired', { now: '2030-06-01T00:00:00Z' }),
		example('expires in a second', giving(SOUND), 'sound', { now: '2030-05-31T23:59:59Z' }),
		example('no Expires', giving('Contact: mailto:a@example.com'), 'expires-invalid'),
		example('two of them', giving(`${SOUND}\nExpires: 2030-07-01T00:00:00Z`), 'expires-invalid'),
		example('no date', giving('Contact: tel:+1-201\nExpires: next year'), 'expires-invalid'),
		example(
			'a day that no calendar has',
			giving('Contact: tel:+1-201\nExpires: 2030-02-30T00:00:00Z'),
			'expires-invalid',
		),
		example('no Contact', giving('Expires: 2030-06-01T00:00:00Z'), 'no-contact'),
		example(
			'an address without mailto:',
			giving('Contact: a@example.com\nExpires: 2030-06-01T00:00:00Z'),
			'no-contact',
		),
		example('an http address', giving(`${SOUND}\nPolicy: http://example.com/p`), 'not-https'),
		example(
			'the file itself over http',
			giving(SOUND, { urls: [URL_OF, 'http://example.com/.well-known/security.txt'] }),
			'not-https',
		),
		example('as HTML', giving(SOUND, { contentType: 'text/html; charset=utf-8' }), 'wrong-type'),
		example(
			'in another charset',
			giving(SOUND, { contentType: 'text/plain; charset=utf-16' }),
			'wrong-type',
		),
		example('without a charset', giving(SOUND, { contentType: 'text/plain' }), 'sound'),
		example('without a type', giving(SOUND, { contentType: '' }), 'wrong-type'),
		example('at its canonical place', giving(`${SOUND}\nCanonical: ${URL_OF}`), 'sound'),
		example(
			'at another one',
			giving(`${SOUND}\nCanonical: https://example.org/.well-known/security.txt`),
			'canonical-mismatch',
		),
		example(
			'one of several canonical places',
			giving(
				`${SOUND}\nCanonical: https://www.example.com/.well-known/security.txt\nCanonical: ${URL_OF}`,
			),
			'sound',
		),
		example(
			'no way to the page for passwords',
			{ ...giving(SOUND), survey: { ...giving(SOUND).survey, hasChangePassword: false } },
			'no-change-password',
		),
		example(
			'a way to it',
			{ ...giving(SOUND), survey: { ...giving(SOUND).survey, hasChangePassword: true } },
			'sound',
		),
	],
});

interface About {
	readonly host: string;
	readonly until: string;
	readonly now: Date;
	readonly say: Say<typeof SECURITY_TXT_VERDICTS>;
}

interface Given {
	readonly survey: SecurityTxtSurvey;
	readonly site: SiteAnswer;
}

function ofMissing(
	{ survey: { file, absence }, site }: Given,
	subject: Site,
	{ host, until, say }: About,
): readonly Judgement<Verdict>[] {
	const { standing, kind } = subject.context;
	if (standing === 'guessed' || kind !== 'page') return [];
	const hidden = unseenPage(site, subject);
	if (hidden !== null) return [hidden];
	const url = `https://${host}/.well-known/security.txt`;
	return [say('missing', { host, until, url, absence, legacy: file?.urls.at(-1) ?? null })];
}

/** The standard asks for less than a year (RFC 9116 §2.5.5). */
const DAYS_AHEAD = 364;

function aYearFrom(now: Date): string {
	const day = new Date(now.getTime() + DAYS_AHEAD * 86_400_000);
	return `${day.toISOString().slice(0, 10)}T00:00:00Z`;
}

function ofFile(file: SecurityTxtFile, about: About): readonly Judgement<Verdict>[] {
	const { host, until, now, say } = about;
	const read = parseSecurityTxt(file.text);
	const url = file.urls.at(-1) ?? `https://${host}/.well-known/security.txt`;
	const told = { host, until, url };
	const contacts = valuesOf(read, 'contact');
	const expires = valuesOf(read, 'expires');
	const moment = expires.length === 1 ? readDateTime(expires[0] ?? '') : null;
	const plain = [...(url.startsWith('http:') ? [url] : []), ...insecureFields(read)];
	const canonical = valuesOf(read, 'canonical');
	const isElsewhere = !file.isLegacy && canonical.length > 0 && !isListed(canonical, file.urls);
	const faults = [
		...(contacts.some(isContact)
			? []
			: [say('no-contact', { ...told, contacts: shown(contacts) })]),
		...(moment === null ? [say('expires-invalid', { ...told, expires: shown(expires) })] : []),
		...(moment !== null && moment <= now.getTime()
			? [say('expired', { ...told, expires: expires.join() })]
			: []),
		...(plain.length > 0 ? [say('not-https', { url, plain: shown(plain) })] : []),
		...(isPlainText(file.contentType) ? [] : [say('wrong-type', { url, type: file.contentType })]),
		...(isElsewhere ? [say('canonical-mismatch', { url, canonical: shown(canonical) })] : []),
	];
	if (faults.length > 0) return faults.map((one) => at({ kind: 'url', name: url }, one));
	if (file.isLegacy) return [];
	const usable = shown(contacts.filter(isContact));
	return [say('sound', { url, contacts: usable, until: expires.join() })];
}

/** The first few, cut. */
function shown(values: readonly string[]): readonly string[] {
	return values
		.slice(0, 5)
		.map((value) => (value.length > 120 ? `${value.slice(0, 120)}…` : value));
}

function isListed(canonical: readonly string[], urls: readonly string[]): boolean {
	return canonical.some((one) => URL.canParse(one) && urls.includes(new URL(one).href));
}

/** Without a charset too, since every reader takes UTF-8; ASCII is a part of it. */
function isPlainText(contentType: string): boolean {
	const [type = '', ...parameters] = contentType.toLowerCase().split(';');
	const charset = parameters
		.map((one) => /^\s*charset\s*=\s*"?([^"\s]*)/.exec(one)?.[1])
		.find(Boolean);
	return type.trim() === 'text/plain' && /^(?:utf-?8|us-ascii)$/.test(charset ?? 'utf-8');
}

const URL_OF = 'https://example.com/.well-known/security.txt';

const SOUND = 'Contact: mailto:security@example.com\nExpires: 2030-06-01T00:00:00Z';

const FULL = `# Our policy\r\ncontact: https://example.com/report\r\nEXPIRES: 2030-06-01t02:00:00+02:00\r\nPreferred-Languages: en, de\r\nPolicy: https://example.com/policy\r\n`;

const SIGNED = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n- ${SOUND}\n-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n`;

function answering(status: number): SiteAnswer {
	const timing = { dns: 0, connect: 0, tls: 0, firstByte: 0, download: 0 };
	return {
		url: 'https://example.com/',
		answer: {
			kind: 'answered',
			status,
			headers: [],
			body: { bytes: '', truncated: false, sha256: '' },
			address: '203.0.113.1',
			tls: null,
			timing,
		},
	};
}

function giving(text: string, file: Partial<SecurityTxtFile> = {}): Given {
	const whole = { urls: [URL_OF], contentType: 'text/plain; charset=utf-8', text, isLegacy: false };
	return {
		survey: {
			file: { ...whole, ...file },
			absence: file.isLegacy ? `${URL_OF} answers 404` : '',
			hasChangePassword: null,
		},
		site: answering(200),
	};
}

function absent(): Given {
	return {
		survey: { file: null, absence: `${URL_OF} answers 404`, hasChangePassword: null },
		site: answering(200),
	};
}

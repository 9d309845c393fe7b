import {
	type Addresses,
	type AliasStep,
	type AliasTrail,
	addressesOf,
	aliasTrail,
	at,
	cannotSay,
	defineCheck,
	dnsPanel,
	doesNotApply,
	type Fact,
	type Host,
	isRequired,
	type Judgement,
	known,
	names,
	optional,
	type Say,
	unknown,
	z,
} from '../../src/sdk.ts';
import { deadAliasCause } from './_alias-cause.ts';
import { ALIAS_VERDICTS, OWN_HOPS } from './_alias-verdicts.ts';

type Said = Judgement<keyof typeof ALIAS_VERDICTS>;

export default defineCheck({
	id: 'dns/alias',
	title: 'Aliases are legal and short',
	rationale:
		'An alias (CNAME) stands for everything that a name has. Where other records stand beside it, or it ' +
		'leads in a circle or too far, resolvers answer differently, and the people who test see nothing of it.',
	references: [
		'RFC 1034 §3.6.2 (aliases)',
		'RFC 2181 §10.1 (one alias, and nothing beside it)',
		'RFC 1912 §2.4 (CNAME records)',
	],
	reach: 'sign-in',
	layer: 'records',
	over: names,
	options: z.object({}),
	verdicts: ALIAS_VERDICTS,
	needs: ({ subject }) => ({
		trail: aliasTrail({
			host: subject.name,
			apex: subject.apex,
			required: [...subject.required],
		}),
		addresses: optional(addressesOf({ host: subject.name })),
		panel: optional(dnsPanel({ domain: subject.apex })),
	}),
	judge({ given, subject, say }) {
		const { trail } = given;
		const host = subject.name;
		if (!trail.exists && subject.context.standing === 'guessed') {
			return doesNotApply(`${host} was tried unasked and does not exist.`);
		}
		const about: About = {
			trail,
			subject,
			panel: given.panel.status === 'known' ? given.panel.value : null,
			say,
		};
		const found = [
			...trail.atApex.map((owner) => atApex(owner, given.addresses, about)),
			...trail.several.map(({ owner, targets }) =>
				at(record(owner), say('several-targets', { ...placeOf(owner, about), targets })),
			),
			...trail.beside.map(({ owner, records }) =>
				at(record(owner), say('with-other-records', { ...placeOf(owner, about), records })),
			),
			...loopIn(about),
			...lengthOf(about),
			...doubledIn(about),
		];
		const open =
			trail.isHearsay && trail.steps.length > 0
				? [
						cannotSay(
							'unsupported',
							`what stands beside the alias of ${host}: its name servers cannot be asked from here`,
						),
					]
				: [];
		if (found.length + open.length > 0) return [...found, ...open];
		return say('sound', { host, chain: trail.steps.map(({ target }) => target) });
	},
	examples: (example) => {
		const given = (more: Partial<AliasTrail>) => ({
			trail: { ...NO_ALIAS, ...more },
			addresses: unknown('not-asked', 'example'),
			panel: known('Cloudflare'),
		});
		const host = (label: string, standing: Host['context']['standing']) => ({
			subject: {
				name: `${label}.example.com`,
				context: { standing, stage: 'production' as const },
			},
		});
		const www = host('www', 'www');
		const app = host('app', 'named');
		const own = (count: number) => ({ steps: hops(count) });
		return [
			example('an address of its own', given({}), 'sound'),
			example(
				'one alias to a provider',
				given({ steps: [step('www', 'web.hosting.test')] }),
				'sound',
				www,
			),
			example(
				'an alias at the apex',
				given({
					steps: [{ ...step('www', 'web.hosting.test'), owner: 'example.com' }],
					atApex: ['example.com'],
				}),
				'at-apex',
			),
			example(
				'a text beside an alias',
				given({
					steps: [step('www', 'web.hosting.test')],
					beside: [{ owner: 'www.example.com', records: ['www.example.com. IN TXT "x"'] }],
				}),
				'with-other-records',
				www,
			),
			example(
				'two aliases at one name',
				given({
					steps: [step('www', 'a.hosting.test')],
					several: [{ owner: 'www.example.com', targets: ['a.hosting.test', 'b.hosting.test'] }],
				}),
				'several-targets',
				www,
			),
			example(
				'a circle of two',
				given({
					steps: [step('www', 'web.example.com'), step('web', 'www.example.com')],
					isLoop: true,
				}),
				'loop',
				www,
			),
			example('two aliases of our own', given(own(2)), 'sound', www),
			example('three aliases of our own', given(own(3)), 'chain-too-long', www),
			example('six aliases of our own', given(own(6)), 'chain-too-long', www),
			example('nine aliases of our own', given(own(9)), 'chain-too-long', www),
			example(
				'a domain that stands twice',
				given({ steps: [step('app', 'web.example.com.example.com')] }),
				'doubled-suffix',
				app,
			),
			example(
				'a guessed host that does not exist',
				given({ exists: false }),
				'not-applicable',
				host('admin', 'guessed'),
			),
			example(
				'an alias, with port 53 filtered',
				given({ steps: [step('www', 'web.hosting.test')], isHearsay: true }),
				'unknown',
				www,
			),
		];
	},
});

interface About {
	readonly trail: AliasTrail;
	readonly subject: Host;
	readonly panel: string | null;
	readonly say: Say<typeof ALIAS_VERDICTS>;
}

function record(owner: string) {
	return { kind: 'record', name: `${owner} CNAME` } as const;
}

function placeOf(owner: string, { trail, subject, panel }: About) {
	const step = trail.steps.find((one) => one.owner === owner);
	const targets = step === undefined ? [] : [step.target];
	return { host: subject.name, owner, targets, ttl: step?.ttl ?? null, panel };
}

function atApex(owner: string, addresses: Fact<Addresses>, about: About): Said {
	const seen =
		owner === about.subject.name && addresses.status === 'known'
			? [...addresses.value.v4, ...addresses.value.v6]
			: [];
	return at(record(owner), about.say('at-apex', { ...placeOf(owner, about), addresses: seen }));
}

function loopIn(about: About): readonly Said[] {
	const { trail, subject, say } = about;
	const back = trail.steps.at(-1)?.target;
	if (!trail.isLoop || back === undefined) return [];
	const owners = trail.steps.map(({ owner }) => owner);
	const circle = [...owners.slice(owners.indexOf(back)), back];
	return [say('loop', { ...placeOf(subject.name, about), circle })];
}

function lengthOf(about: About): readonly Said[] {
	const { trail, subject, say } = about;
	const own = trail.steps.filter(({ isOwn }) => isOwn).length;
	if (trail.isLoop || own <= OWN_HOPS.later) return [];
	const last = trail.steps.findLast(({ isOwn }) => isOwn);
	const chain = [subject.name, ...trail.steps.map(({ target }) => target)];
	const args = { chain, own, isCut: trail.isCut, end: last?.target ?? subject.name };
	return [say('chain-too-long', { ...placeOf(subject.name, about), ...args })];
}

function doubledIn(about: About): readonly Said[] {
	const { trail, subject, say } = about;
	return trail.steps
		.filter(({ isOwn }) => isOwn)
		.flatMap(({ owner, target }): readonly Said[] => {
			const origin = trail.origins.find((one) => isDoubled(target, one));
			if (origin === undefined) return [];
			const own = 'dns/alias/doubled-suffix';
			const args = {
				origin,
				meant: target.slice(0, -origin.length - 1),
				required: isRequired(subject),
				cause: trail.resolves ? own : deadAliasCause(subject.name, subject.apex),
			};
			return [at(record(owner), say('doubled-suffix', { ...placeOf(owner, about), ...args }))];
		});
}

function isDoubled(target: string, origin: string): boolean {
	return `.${target}`.endsWith(`.${origin}.${origin}`);
}

function step(label: string, target: string): AliasStep {
	return { owner: `${label}.example.com`, target, ttl: 300, isOwn: true };
}

/** So many aliases of our own, from www to a provider. */
function hops(count: number): readonly AliasStep[] {
	return Array.from({ length: count }, (_, index) =>
		step(
			index === 0 ? 'www' : `hop${index}`,
			index === count - 1 ? 'web.hosting.test' : `hop${index + 1}.example.com`,
		),
	);
}

const NO_ALIAS: AliasTrail = {
	steps: [],
	isLoop: false,
	isCut: false,
	exists: true,
	resolves: true,
	atApex: [],
	several: [],
	beside: [],
	origins: ['example.com'],
	isHearsay: false,
};

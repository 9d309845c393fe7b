import {
	advice,
	auditedZones,
	cannotSay,
	defineCheck,
	minutes,
	type Vantage,
	type Verdicts,
	vantage,
	z,
} from '../../src/sdk.ts';
import { listed, seen } from './_in-words.ts';

const OTHER_NETWORK =
	'Audit again from another network: a phone as hotspot, or a small server at any host.';
const OTHER_RESOLVER =
	'Or name a resolver that is asked over HTTPS: launch-ready audit --resolver https://<your resolver>/dns-query.';

export default defineCheck({
	id: 'dns/vantage',
	title: 'This audit hears the DNS as it is published',
	rationale:
		'Some networks answer in place of name servers, or invent addresses for names that do not exist. ' +
		'What is found from there may be true there alone.',
	references: [
		'RFC 5737 (addresses where nobody is)',
		'RFC 8020 (NXDOMAIN)',
		'RFC 8484 (DNS over HTTPS)',
	],
	reach: 'upkeep',
	layer: 'delegation',
	over: auditedZones,
	options: z.object({}),
	verdicts: {
		plain: {
			outcome: 'pass',
			says: () =>
				'Name servers are reached directly from here, and names that do not exist have no address.',
		},
		'port-53-intercepted': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(5),
			says: (a: { how: string }) => `DNS is answered by somebody in between: ${a.how}.`,
			impact:
				'Nothing is wrong with the domain. Its name servers could not be judged one by one from here, and stand as unknown in this report.',
			fix: advice('Ask from where DNS is left alone.', OTHER_NETWORK, OTHER_RESOLVER),
			control:
				'192.0.2.1 is kept for examples and belongs to no machine; servers with authority say so and do not recurse.',
			evidence: (a: { how: string }) => seen('The control of port 53', [a.how]),
			reproduce: 'dig +time=2 +tries=1 @192.0.2.1 . NS',
		},
		'nxdomain-rewritten': {
			outcome: 'fail',
			severity: 'info',
			effort: minutes(5),
			says: (a: { name: string; addresses: readonly string[]; resolver: string }) =>
				`The resolver ${a.resolver} invents addresses: it gives ${listed(a.addresses)} for ${a.name}, which does not exist.`,
			impact:
				'Nothing is wrong with the domain. Names that are missing may look as if they were there in this report, and lead to the operator of the resolver.',
			fix: advice(
				'Ask a resolver that tells the truth.',
				OTHER_RESOLVER,
				'Or switch the "search assistance" of your provider off.',
			),
			control: 'The name is random, and the zone itself says that it does not exist (NXDOMAIN).',
			evidence: (a: { name: string; addresses: readonly string[]; resolver: string }) =>
				seen(`${a.name} A, a random name`, [...a.addresses, `from ${a.resolver}`]),
			reproduce: (a: { name: string }) => `dig +noall +comments +answer ${a.name} A`,
		},
	} satisfies Verdicts,
	needs: ({ subject }) => ({
		seen: vantage({ name: subject.name, hosts: [...subject.required], seed: subject.seed }),
	}),
	judge({ given, say }) {
		const { intercepted, rewritten, notSeen } = given.seen;
		const found = [
			...(intercepted === null ? [] : [say('port-53-intercepted', { how: intercepted })]),
			...(rewritten === null
				? []
				: [say('nxdomain-rewritten', { ...rewritten, addresses: [...rewritten.addresses] })]),
		];
		if (notSeen !== null) return [...found, cannotSay('unsupported', notSeen, 'info')];
		return found.length > 0 ? found : [say('plain')];
	},
	examples: (example) => {
		const given = (more: Partial<Vantage>) => ({
			seen: { intercepted: null, rewritten: null, notSeen: null, ...more },
		});
		return [
			example('nothing in between', given({}), 'plain'),
			example(
				'an answer from nowhere',
				given({ intercepted: 'somebody answers at 192.0.2.1, where nobody is' }),
				'port-53-intercepted',
			),
			example(
				'an address for a name that is not there',
				given({
					rewritten: {
						name: 'lr-0.example.com',
						addresses: ['203.0.113.80'],
						resolver: '203.0.113.53',
					},
				}),
				'nxdomain-rewritten',
			),
			example(
				'port 53 is filtered',
				given({ notSeen: 'no server of the root answers from here' }),
				'unknown',
			),
		];
	},
});

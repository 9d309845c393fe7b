import {
	auditedZones,
	defineCheck,
	dnsPanel,
	known,
	optional,
	type Wildcard,
	wildcard,
	z,
} from '../../src/sdk.ts';
import { WILDCARD_VERDICTS } from './_wildcard-verdicts.ts';

export default defineCheck({
	id: 'dns/wildcard',
	title: 'Only names that somebody published resolve',
	rationale:
		'A wildcard record answers to every name below the domain: to typing errors, to forgotten hosts, and to ' +
		'names that somebody makes up to deceive your users.',
	references: ['RFC 4592 (wildcards)', 'RFC 6761 §6.4 (invalid)'],
	reach: 'upkeep',
	layer: 'records',
	over: auditedZones,
	options: z.object({}),
	verdicts: WILDCARD_VERDICTS,
	needs: ({ subject }) => ({
		seen: wildcard({
			domain: subject.name,
			registrable: subject.registrable,
			seed: subject.seed,
			apps: [...new Set([...subject.required.slice(1), `app.${subject.name}`])],
		}),
		panel: optional(dnsPanel({ domain: subject.name })),
	}),
	judge({ given, subject, say }) {
		const { seen } = given;
		const domain = subject.name;
		if (seen.kind === 'none') return say('none', { domain, asked: seen.asked });
		const panel = given.panel.status === 'known' ? given.panel.value : null;
		const inUse = [`www.${domain}`, ...subject.required].filter((name) =>
			name.endsWith(`.${domain}`),
		);
		const instead = [...new Set(inUse)].flatMap((name) =>
			seen.records.map((line) => line.replace(`*.${domain}. IN`, `${name}. 300 IN`)),
		);
		const { kind, ...args } = seen;
		return say('present', { ...args, domain, instead, panel });
	},
	examples: (example) => {
		const given = (seen: Wildcard) => ({ seen, panel: known('Cloudflare') });
		const present = (
			landing: Extract<Wildcard, { kind: 'present' }>['landing'],
			at: string,
		): Wildcard => ({
			kind: 'present',
			asked: RANDOM,
			records: ['*.example.com. IN A 203.0.113.8'],
			ttl: 300,
			landing,
			at,
			isConfirmed: true,
		});
		return [
			example('no wildcard', given({ kind: 'none', asked: RANDOM }), 'none'),
			example('a page', given(present('page', `https://${RANDOM}/`)), 'present'),
			example('a redirect', given(present('redirect', 'example.com')), 'present'),
			example('no web server', given(present('nothing', RANDOM)), 'present'),
			example('a log-in', given(present('sign-in', `https://${RANDOM}/login`)), 'present'),
			example('the app', given(present('app', 'app.example.com')), 'present'),
			example('a service', given(present('service', 'Heroku')), 'present'),
		];
	},
});

const RANDOM = 'lr-0000000000000000.example.com';

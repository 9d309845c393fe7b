import {
	blockedBy,
	cannotSay,
	defineCheck,
	dnsPanel,
	doesNotApply,
	type HttpsEndpoint,
	type HttpsRecord,
	type HttpsRecordSurvey,
	hosts,
	httpsRecordSurvey,
	known,
	optional,
	type Reached,
	z,
} from '../../src/sdk.ts';
import { contradictions, corrected, formFaults } from './_https-record-faults.ts';
import { HTTPS_RECORD_VERDICTS } from './_https-record-verdicts.ts';

export default defineCheck({
	id: 'dns/https-record',
	title: 'The HTTPS record tells browsers the truth',
	rationale:
		'Browsers ask for the HTTPS record beside the addresses and follow its hints, port, target and ' +
		'protocols. One that was left behind sends them where no other tool goes.',
	references: ['RFC 9460 (SVCB and HTTPS records)', 'RFC 9461, RFC 9540 (further parameters)'],
	reach: 'sign-in',
	layer: 'records',
	over: hosts,
	options: z.object({}),
	verdicts: HTTPS_RECORD_VERDICTS,
	needs: ({ subject }) => ({
		survey: httpsRecordSurvey({ host: subject.name }),
		panel: optional(dnsPanel({ domain: subject.apex })),
	}),
	judge({ given: { survey, panel }, subject, say }) {
		const host = subject.name;
		if (survey.unread !== '') {
			return cannotSay(
				'inconclusive',
				`the HTTPS record of ${host} cannot be read: ${survey.unread}`,
			);
		}
		if (survey.records.length === 0) return doesNotApply(`${host} has no HTTPS record.`);
		const about = {
			host,
			owner: survey.owner,
			ttl: survey.ttl,
			panel: panel.status === 'known' ? panel.value : null,
			published: survey.records.map(({ text }) => text),
			lines: corrected(survey),
		};
		const form = formFaults(survey);
		const { faults, unseen } = contradictions(survey);
		const said = [
			...(form.length > 0 ? [say('invalid', { ...about, faults: form })] : []),
			...(faults.length > 0 ? [say('mismatch', { ...about, faults })] : []),
			...unseen.map((detail) =>
				cannotSay('inconclusive', `the HTTPS record of ${host}: ${detail}`),
			),
		];
		if (said.length > 0) return said;
		const isCompared = survey.plain.reached.kind === 'completed';
		return isCompared
			? say('agrees', { host, published: about.published })
			: blockedBy(
					{ check: 'ssl/https', subject: host },
					`${host} has no working port 443 to compare with`,
				);
	},
	examples: (example) => {
		const given = (record: Partial<HttpsRecord>, more: Partial<HttpsEndpoint> = {}) => ({
			survey: surveyWith(record, more),
			panel: known('Cloudflare'),
		});
		const params = (...pairs: [string, string][]) => ({ params: pairs });
		const stray = (reached: Reached) => ({
			strayHints: [{ address: '203.0.113.99', reached }],
		});
		const hint = params(['alpn', 'h2'], ['ipv4hint', '203.0.113.99']);
		const other = { ...REACHED, sha256: 'bb' };
		const elsewhere = { target: 'web.example.net' };
		return [
			example(
				'no record',
				{ ...given({}), survey: { ...surveyWith({}), records: [], endpoints: [] } },
				'not-applicable',
			),
			example(
				'a record that cannot be read',
				{ ...given({}), survey: { ...surveyWith({}), unread: 'cut' } },
				'unknown',
			),
			example(
				'alpn and hints as they are',
				given(params(['alpn', 'h3,h2'], ['ipv4hint', '203.0.113.8'])),
				'agrees',
			),
			example('HTTP/3, which cannot be tried', given(params(['alpn', 'h3'])), 'agrees'),
			example(
				'port 443 is closed',
				{
					...given({}),
					survey: { ...surveyWith({}), plain: { addresses: ['203.0.113.8'], reached: REFUSED } },
				},
				'blocked',
			),
			example('a hint where nothing listens', given(hint, stray(REFUSED)), 'mismatch'),
			example(
				'a hint that is silent from here',
				given(hint, stray({ ...REFUSED, isSure: false })),
				'unknown',
			),
			example('a hint at the same server', given(hint, stray(REACHED)), 'agrees'),
			example('a hint at another server', given(hint, stray(other)), 'mismatch'),
			example(
				'one of two hints at another part of a pool',
				given(params(['alpn', 'h2'], ['ipv4hint', '203.0.113.8,203.0.113.99']), stray(other)),
				'agrees',
			),
			example(
				'h2 promised, http/1.1 agreed',
				given(params(['alpn', 'h2']), { reached: { ...REACHED, alpn: 'http/1.1' } }),
				'mismatch',
			),
			example(
				'a port that is closed',
				given(params(['alpn', 'h2'], ['port', '8443']), { port: 8443, reached: REFUSED }),
				'mismatch',
			),
			example(
				'a port that is silent from here',
				given(params(['port', '8443']), { port: 8443, reached: { ...REFUSED, isSure: false } }),
				'unknown',
			),
			example(
				'a port that serves the host',
				given(params(['port', '8443']), { port: 8443 }),
				'agrees',
			),
			example(
				'a target without an address',
				given(elsewhere, { ...elsewhere, addresses: [] }),
				'mismatch',
			),
			example(
				'a target that nobody knows',
				given(elsewhere, { ...elsewhere, addresses: null }),
				'unknown',
			),
			example(
				'a target that serves another name',
				given(elsewhere, { ...elsewhere, reached: { ...REACHED, covers: false } }),
				'mismatch',
			),
			example(
				'an alias to a name that serves the host',
				given({ priority: 0, ...elsewhere }, elsewhere),
				'agrees',
			),
			example('an alias to nothing', given({ priority: 0 }, { addresses: [] }), 'mismatch'),
			example('out of order', given(params(['port', '443'], ['alpn', 'h2'])), 'invalid'),
			example('given twice', given(params(['alpn', 'h2'], ['alpn', 'h3'])), 'invalid'),
			example('a port that is none', given(params(['key3', '\\000'])), 'invalid'),
			example(
				'a further key, unknown and not mandatory',
				given(params(['alpn', 'h2'], ['key99', 'x'])),
				'agrees',
			),
			example(
				'an unknown key that is mandatory',
				given(params(['mandatory', 'key99'], ['key99', 'x'])),
				'invalid',
			),
			example('a mandatory key that is absent', given(params(['mandatory', 'port'])), 'invalid'),
			example('mandatory lists itself', given(params(['mandatory', 'mandatory'])), 'invalid'),
			example(
				'a mandatory key that is there',
				given(params(['mandatory', 'alpn'], ['alpn', 'h2'])),
				'agrees',
			),
			example('no-default-alpn alone', given(params(['no-default-alpn', ''])), 'invalid'),
			example('ech', given(params(['alpn', 'h2'], ['ech', 'AEX+DQBB'])), 'agrees'),
		];
	},
});

const REACHED = { kind: 'completed', alpn: 'h2', covers: true, sha256: 'aa' } as const;
const REFUSED = { kind: 'failed', how: 'refused', isSure: true } as const;

function surveyWith(
	more: Partial<HttpsRecord>,
	endpoint: Partial<HttpsEndpoint> = {},
): HttpsRecordSurvey {
	const bare = { priority: 1, target: '.', params: [], ...more };
	const words = bare.params.map(([key, value]) => (value === '' ? key : `${key}=${value}`));
	const record = { ...bare, text: [bare.priority, bare.target, ...words].join(' ') };
	const addresses = ['203.0.113.8'];
	return {
		owner: 'example.com',
		ttl: 300,
		records: [record],
		endpoints: [
			{
				...{ record, target: 'example.com', addresses, port: 443 },
				...{ reached: REACHED, strayHints: [] },
				...endpoint,
			},
		],
		plain: { addresses, reached: REACHED },
		unread: '',
	};
}

import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
	POLICY_CHAIN,
	SAMPLE_TRUST,
	SELF_SIGNED,
	SERVER_CHAIN,
} from '../../../checks/email/_mail-certificates.ts';
import { mailCertificateProblems } from '../../../src/facts/mail/mail-certificate.ts';
import * as make from '../../facts/tls/certificate-maker.ts';

const FILE = new URL('../../../checks/email/_mail-certificates.ts', import.meta.url);

/** `mx.example.com` for three months around the examples' day, its policy host for ten years. */
function source(): string {
	const long = {
		from: make.time('2026-01-01T00:00:00Z'),
		until: make.time('2036-01-01T00:00:00Z'),
	};
	const short = {
		from: make.time('2029-12-01T00:00:00Z'),
		until: make.time('2030-02-28T23:59:59Z'),
	};
	const root = make.root('CN=Sample Root', long);
	const named = (host: string, period: typeof long) =>
		make.leaf(root, {
			...period,
			subject: make.name(`CN=${host}`),
			extensions: make.leafExtensions(root, [], [make.dns(host)]),
		});
	const own = make.mint({
		...short,
		subject: make.name('CN=mx.example.com'),
		extensions: [make.purposes([make.SERVER]), make.altNames(make.dns('mx.example.com'))],
	});
	const text = ({ der }: make.Minted) => `'${der.toString('base64')}'`;
	return `/**
 * Chains for the examples, written by test/checks/email/samples.test.ts with WRITE_SAMPLES=1. They are
 * kept, because keys cannot be made anew each time the examples are shown.
 */
const ROOT =
	${text(root)};

/** For \`mx.example.com\`, from 2029-12-01 to 2030-02-28T23:59:59Z; DER in base64. */
export const SERVER_CHAIN = [
	${text(named('mx.example.com', short))},
];

/** The same, signed with its own key. */
export const SELF_SIGNED = [
	${text(own)},
];

/** For \`mta-sts.example.com\`, until 2036. */
export const POLICY_CHAIN = [
	${text(named('mta-sts.example.com', long))},
];

/** What the examples trust. */
export const SAMPLE_TRUST = {
	node: '20.0.0',
	publicPem: \`-----BEGIN CERTIFICATE-----\\n\${ROOT}\\n-----END CERTIFICATE-----\\n\`,
	privatePem: '',
};
`;
}

test.runIf(process.env['WRITE_SAMPLES'] === '1')('writes the samples anew', () => {
	writeFileSync(FILE, source());
	expect(source()).toContain('SERVER_CHAIN');
});

test.each([
	['mx.example.com', SERVER_CHAIN, []],
	['mx2.example.com', SERVER_CHAIN, ['mismatch']],
	['mx.example.com', SELF_SIGNED, ['untrusted']],
	['mta-sts.example.com', POLICY_CHAIN, []],
])('the sample for %s is what the examples take it for', (host, chain, kinds) => {
	const about = { host, now: new Date('2030-01-01T00:00:00Z'), trust: SAMPLE_TRUST };
	expect(mailCertificateProblems({ chain }, about).map(({ kind }) => kind)).toEqual(kinds);
});

import { expect, test } from 'vitest';
import { certificateIn, renewalIdOf } from '../../../src/facts/tls/served-certificates.ts';
import * as make from './certificate-maker.ts';

const certificateOf = ({ der }: make.Minted) => {
	const certificate = certificateIn(der.toString('base64'));
	if (certificate === null) throw new Error('no certificate');
	return certificate;
};

test("the identifier of RFC 9773 §4.1's example, its serial number with the leading zero", () => {
	const keyId = Buffer.from('69885b6b87464041e1b37b847ba0ae2cde01c8d4', 'hex');
	const serial = Buffer.from('0087654321', 'hex');
	const issuer = make.root('CN=Example', { keyId });
	const leaf = make.leaf(issuer, { serial });
	expect(renewalIdOf(certificateOf(leaf))).toBe('aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE');
});

test('without a key identifier there is none', () => {
	const leaf = make.leaf(make.root(), { extensions: [make.altNames(make.dns('example.com'))] });
	expect(renewalIdOf(certificateOf(leaf))).toBeNull();
});

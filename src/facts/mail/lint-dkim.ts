import { type BrokenRule, ruleMaker } from './broken-rule.ts';
import { type DkimKeyRecord, parseDkimKey } from './dkim-key.ts';
import { rewrittenKey, unrestricted } from './dkim-repair.ts';

/** What can be told of one key record without a message. */
export interface DkimLint {
	readonly record: DkimKeyRecord;
	readonly broken: readonly BrokenRule[];
	/** `null` where there is nothing to change, or the key itself is at fault. */
	readonly fixed: string | null;
}

const tagRule = ruleMaker('RFC 6376 §3.2');
const keyRule = ruleMaker('RFC 6376 §3.6.1');
const strengthRule = ruleMaker('RFC 8301 §3.2');

/** One character a byte. */
export function lintDkim(text: string): DkimLint {
	const record = parseDkimKey(text);
	const broken = [...grammarRules(record), ...keyRules(record), ...useRules(record)];
	const { kind } = record.key;
	const hasKey = kind === 'rsa' || kind === 'ed25519';
	const fixed = hasKey && broken.length > 0 ? rewrittenKey(unrestricted(record.tags)) : null;
	return { record, broken, fixed: fixed === text ? null : fixed };
}

function grammarRules({ broken }: DkimKeyRecord): readonly BrokenRule[] {
	return broken.map(({ rule, position, says }) => {
		const isOfKeys = rule === 'version' || rule === 'key-missing' || rule === 'value';
		return (isOfKeys ? keyRule : tagRule)(rule, position, says);
	});
}

/** Key lengths in bits: RFC 8301 §3.2, and what verifiers take. */
const LEAST = 1024;
const RECOMMENDED = 2048;
const MOST = 4096;

function keyRules(record: DkimKeyRecord): readonly BrokenRule[] {
	const { key } = record;
	const at = placeOf(record, 'p');
	switch (key.kind) {
		case 'missing': // said by the grammar
			return [];
		case 'revoked':
			return [keyRule('revoked', at, 'p= is empty: the key is revoked', 'warning')];
		case 'undecodable':
			return [keyRule('key-undecodable', at, key.says)];
		case 'unknown-type': {
			const message = `k=${key.type} is no key type that verifiers know`;
			return [keyRule('key-type-unknown', placeOf(record, 'k'), message)];
		}
		case 'ed25519': {
			const message = 'many verifiers know no Ed25519: publish an RSA key too, at another selector';
			return [ruleMaker('RFC 8463 §3')('ed25519', at, message, 'info')];
		}
		case 'rsa':
			return [...lengthRules(key.bits, at), ...formRules(key.form, at)];
	}
}

function lengthRules(bits: number, at: number | null): readonly BrokenRule[] {
	if (bits < LEAST) {
		return [strengthRule('rsa-under-1024', at, `${bits} bits: verifiers refuse the key`)];
	}
	if (bits < RECOMMENDED) {
		return [strengthRule('rsa-under-2048', at, `${bits} bits: use 2048`, 'warning')];
	}
	if (bits <= MOST) return [];
	return [strengthRule('rsa-over-4096', at, `${bits} bits: some verifiers refuse it`, 'warning')];
}

function formRules(form: 'spki' | 'pkcs1', at: number | null): readonly BrokenRule[] {
	if (form === 'spki') return [];
	const message =
		'a bare RSAPublicKey, which some verifiers do not read: publish SubjectPublicKeyInfo';
	return [keyRule('rsa-pkcs1', at, message, 'warning')];
}

function useRules(record: DkimKeyRecord): readonly BrokenRule[] {
	const { hashes, services, testing, obsolete } = record;
	const rules: BrokenRule[] = [];
	if (hashes.length > 0 && !hashes.includes('sha256')) {
		const message = `h=${hashes.join(':').slice(0, 60)} shuts out sha256, the hash that signers use`;
		rules.push(ruleMaker('RFC 8301 §3.1')('hash-excludes-sha256', placeOf(record, 'h'), message));
	}
	if (services.length > 0 && !services.includes('*') && !services.includes('email')) {
		rules.push(keyRule('service-type', placeOf(record, 's'), 's= allows no email'));
	}
	if (testing) {
		const message = 't=y: verifiers treat the mail as if it were not signed';
		rules.push(keyRule('testing', placeOf(record, 't'), message, 'warning'));
	}
	for (const name of new Set(obsolete)) {
		const message = `${name}= was dropped, and nobody reads it`;
		rules.push(keyRule('obsolete-tag', placeOf(record, name), message, 'warning'));
	}
	return rules;
}

function placeOf({ tags }: DkimKeyRecord, name: string): number | null {
	return tags.find((tag) => tag.name === name)?.position ?? null;
}

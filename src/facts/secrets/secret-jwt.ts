import { type Match, PLAIN } from './secret-match.ts';
import { rule, type SecretRule } from './secret-rule.ts';

export const JWT_ANCHORS: readonly string[] = ['eyJ'];
const SUPABASE = 'https://supabase.com/dashboard/project/_/settings/jwt';
const options = { anchors: JWT_ANCHORS };

const SERVICE = rule('Supabase', 'service role key', SUPABASE, 'eyJ', {
	...options,
	kind: 'service-role-jwt',
});
const ANON = rule('Supabase', 'anon key', SUPABASE, 'eyJ', { ...options, tier: 'publishable' });
const NAMED = rule('Turso', 'database token', 'https://app.turso.tech/', 'eyJ', options);
const OTHER = rule('JSON', 'web token', '', 'eyJ', { ...options, tier: 'generic' });

export const JWT_RULES: readonly SecretRule[] = [SERVICE, ANON, NAMED, OTHER];

const COMPACT = /eyJ[\w-]{10,2000}\.(eyJ[\w-]{10,8000})\.[\w-]{16,1400}(?![\w.-])/y;

/** A signed JWT (RFC 7519, compact) whose claims can be read; published samples are none. */
export function jwtAt(text: string, hit: number): Match | null {
	if (/[\w.-]/.test(text.charAt(hit - 1))) return null;
	COMPACT.lastIndex = hit;
	const found = COMPACT.exec(text);
	if (found === null) return null;
	const [value] = found;
	const header = objectIn(value.slice(0, value.indexOf('.')));
	const claims = objectIn(found[1] ?? '');
	if (claims !== null && isSample(claims)) return null;
	const expires = claims?.['exp'];
	const before = text.slice(Math.max(0, hit - 80), hit);
	return {
		rule: ruleFor(claims, before),
		rank: 'exact',
		start: hit,
		end: hit + value.length,
		value,
		state: header === null || claims === null ? 'impossible' : 'parsed',
		traits: { ...PLAIN, expiresAt: typeof expires === 'number' ? expires : null },
	};
}

function ruleFor(claims: Readonly<Record<string, unknown>> | null, before: string): SecretRule {
	const role = claims?.['role'];
	if (role === 'service_role' || role === 'supabase_admin') return SERVICE;
	if (role === 'anon' && claims?.['ref'] !== undefined) return ANON;
	return /(?:turso|libsql|lemon_?squeezy)[^\n]{0,60}$/i.test(before) ? NAMED : OTHER;
}

/** The tokens of jwt.io, PyJWT and RFC 7519, and the keys that every local Supabase has. */
function isSample(claims: Readonly<Record<string, unknown>>): boolean {
	return (
		claims['iss'] === 'supabase-demo' ||
		claims['iss'] === 'joe' ||
		claims['some'] === 'payload' ||
		claims['sub'] === '1234567890' ||
		claims['name'] === 'John Doe'
	);
}

function objectIn(part: string): Readonly<Record<string, unknown>> | null {
	try {
		const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
		return typeof value === 'object' && value !== null && !Array.isArray(value)
			? (value as Readonly<Record<string, unknown>>)
			: null;
	} catch {
		return null;
	}
}

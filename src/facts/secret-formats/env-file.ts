import { isPlaceholder } from '../secrets/secret-placeholder.ts';
import { randomness } from '../secrets/secret-randomness.ts';
import { isLocalHost } from '../secrets/secret-uri.ts';
import { type EnvEntry, readDotenv } from './dotenv.ts';
import { isSecretValue, isUsual, namesSecret } from './format-secrets.ts';

const ENV_FILE =
	/(?:^|\/)(?:\.env(?:[._-][\w.-]+)?|[\w-]+\.env|\.envrc|\.dev\.vars(?:\.[\w-]+)?)$/i;
/** Names of files that show which variables there are. */
const EXAMPLE =
	/(?:^|[._/-])(?:examples?|samples?|templates?|tmpl|tpl|dist|defaults?|schema|skel(?:eton)?|dummy|placeholders?|spec|required)(?:[._-]|$)/i;
/** Encrypted, code, or what an editor left of one; a dotenv vault is made to be committed. */
const NO_ENV =
	/\.(?:vault|enc|encrypted|age|gpg|asc|sops|tsx?|js|d|json|ya?ml|md|py|rb|php|go|sh)$/i;

/** `null` for any other file. */
export function envFileSort(path: string): 'env' | 'example' | null {
	if (!ENV_FILE.test(path) || NO_ENV.test(path)) return null;
	const name = path.slice(path.lastIndexOf('/') + 1);
	return EXAMPLE.test(name) ? 'example' : 'env';
}

/** What a variable is worth, without its value. */
interface EnvVariable {
	readonly name: string;
	readonly line: number;
}

export interface EnvReading {
	/** Say secret by their name, and hold a value that somebody uses. */
	readonly real: readonly EnvVariable[];
	/** Say secret by their name, and are empty or hold a stand-in. */
	readonly blank: readonly EnvVariable[];
	readonly entries: number;
}

/** Build tools put these into the bundle: they are public already. */
const FOR_BROWSERS =
	/^(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|GATSBY|EXPO_PUBLIC|VUE_APP|PUBLIC|NG_APP|STORYBOOK)_|(?:^|_)(?:PUBLIC|PUBLISHABLE|SITE)_KEY$/;

export function readEnvFile(text: string): EnvReading {
	const entries = readDotenv(text);
	const secret = entries.filter(({ name }) => namesSecret(name) && !FOR_BROWSERS.test(name));
	return {
		real: secret.filter(({ name, value }) => isSecretValue(name, value)).map(withoutValue),
		blank: secret.filter(({ value }) => isBlank(value)).map(withoutValue),
		entries: entries.length,
	};
}

const withoutValue = ({ name, line }: EnvEntry): EnvVariable => ({ name, line });

/** Ciphertext, or where a store keeps the value: made to be committed. */
const ELSEWHERE =
	/^(?:encrypted:|ENC\[|AQICAH|op:\/\/|vault:|ref\+|secret:\/\/|arn:aws|projects\/|\{\{|\$[{(A-Za-z_])/;

const isBlank = (value: string): boolean =>
	value === '' || ((isUsual(value) || isPlaceholder(value)) && !ELSEWHERE.test(value));

const WITH_PASSWORD = /:\/\/[^\s:@/]{0,64}:([^\s@/]{4,200})@([^\s/?#"']{1,255})/;

/** Values worth comparing with those of other files: not flags, numbers, names or usual words. */
export function comparable(text: string): readonly EnvEntry[] {
	return readDotenv(text).filter(({ name, value }) => {
		if (FOR_BROWSERS.test(name) || value.length < 8 || value.length > 4_000) return false;
		const uri = WITH_PASSWORD.exec(value);
		if (uri === null)
			return (
				namesSecret(name) &&
				!isBlank(value) &&
				!ELSEWHERE.test(value) &&
				!/^[\w.+-]+:\/\//.test(value)
			);
		const [, password = '', host = ''] = uri;
		return !isBlank(password) && !isLocalHost(host);
	});
}

/** Of these the ones that a generator made, by the value or by the password in it. */
export function looksMade({ value }: EnvEntry): boolean {
	const made = WITH_PASSWORD.exec(value)?.[1] ?? value;
	const isMixed = /[a-z][A-Z]/.test(made) && /[A-Z][a-z]/.test(made);
	return randomness(made) > 0 || (isMixed && made.length >= 16);
}

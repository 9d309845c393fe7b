/** One assignment of an environment file: never its value. */
export interface DotenvEntry {
	readonly name: string;
	/** Characters of the value, without quotes. */
	readonly length: number;
	/** By its name: a credential, and not one that is meant for browsers. */
	readonly secret: boolean;
}

/**
 * The assignments that stand in a file, in order: upper-case names of three letters or more at the
 * beginning of a line, `export` allowed, with something after the equals sign. Works on redacted text
 * (`NAME=<redacted:LEN>`) and on plain text alike.
 */
export function parseDotenv(text: string): readonly DotenvEntry[] {
	return text.split(/\r?\n/).flatMap((line) => {
		const match = ASSIGNMENT.exec(line);
		if (match === null) return [];
		const [, name = '', value = ''] = match;
		const length = lengthOf(value);
		return [{ name, length, secret: length > 0 && isSecretName(name) }];
	});
}

const ASSIGNMENT = /^(?:\xef\xbb\xbf)?(?:export )?([A-Z][A-Z0-9_]{2,})=(\S.*)$/;

function lengthOf(value: string): number {
	const bare = value.trim().replace(/^(["'])(.*)\1$/, '$2');
	const redacted = /<redacted:([0-9]{1,9})>/.exec(bare);
	return redacted === null ? bare.length : Number(redacted[1]);
}

/** Build tools put variables with these beginnings into the bundle: they are public already. */
const FOR_BROWSERS =
	/^(?:NEXT_PUBLIC|VITE|REACT_APP|NUXT_PUBLIC|GATSBY|EXPO_PUBLIC|VUE_APP|PUBLIC)_|(?:^|_)(?:PUBLIC|PUBLISHABLE)(?:_|$)/;

const CREDENTIAL =
	/KEY|SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE|(?:^|_)(?:PASS|PWD|DSN)(?:_|$)|DATABASE_URL|(?:^|_)(?:DB|MONGO|MONGODB|POSTGRES|POSTGRESQL|MYSQL|REDIS|AMQP|RABBITMQ)_(?:[A-Z]+_)?(?:URL|URI)$/;

/** Whether a variable of this name holds what must be changed once strangers have seen it. */
export function isSecretName(name: string): boolean {
	return CREDENTIAL.test(name) && !FOR_BROWSERS.test(name);
}

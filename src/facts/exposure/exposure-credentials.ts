/** A private key, or the mark that stands where its text was. */
const KEY =
	/^[ \t]*-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----\s*(?:<redacted:\d+>|[A-Za-z0-9+/=]{24})/m;

interface CredentialFile {
	/** For people: `the access token of npm`. */
	readonly what: string;
	readonly is: (bytes: string) => boolean;
	/** Where each credential in it is replaced. */
	readonly rotate: string;
}

const KEY_FILE: Omit<CredentialFile, 'what'> = {
	is: (bytes) => KEY.test(bytes),
	rotate:
		'Make a new key pair, put the new public key everywhere the old one stands, and remove the old one there.',
};

/** What each well-known file of credentials is recognised by; a file without the credential is none. */
export const CREDENTIAL_FILES: Readonly<Record<string, CredentialFile>> = {
	'/.npmrc': {
		what: 'npm’s access token',
		is: (bytes) =>
			/^[^\n=#;]{0,300}\b_(?:authToken|auth|password)[ \t]*=[ \t]*(?!["']?\$\{)["']?\S/m.test(
				bytes,
			),
		rotate:
			'Revoke the token (npm token revoke, or in the registry’s web page), and look at what was published with it.',
	},
	'/.aws/credentials': {
		what: 'the access keys of an AWS account',
		is: (bytes) =>
			/^[ \t]*\[[\w .@-]{1,100}\]\s*$/m.test(bytes) &&
			/^[ \t]*aws_(?:access_key_id|secret_access_key|session_token)[ \t]*=[ \t]*\S/im.test(bytes),
		rotate:
			'Deactivate the key in AWS (IAM > Users > Security credentials), make a new one, and read CloudTrail for what the old one did.',
	},
	'/.ssh/id_rsa': { what: 'a private SSH key', ...KEY_FILE },
	'/.ssh/id_ed25519': { what: 'a private SSH key', ...KEY_FILE },
	'/server.key': {
		what: 'a private key of a server',
		is: KEY_FILE.is,
		rotate:
			'Make a new key, have the certificate issued anew for it, and revoke the old certificate with the reason keyCompromise.',
	},
	'/.htpasswd': {
		what: 'user names with hashed passwords',
		is: (bytes) =>
			/^[\w.@+-]{1,255}:(?:\$(?:apr1|2[abxy]?|1|5|6)\$|\{S?SHA\}|<redacted:\d)/m.test(bytes),
		rotate:
			'Give every user in it a new password: short ones are found from their hash within hours.',
	},
	'/.docker/config.json': {
		what: 'the log-in of a container registry',
		is: (bytes) =>
			bytes.includes('"auths"') &&
			/"(?:auth|identitytoken|registrytoken)"\s{0,20}:\s{0,20}"[^"]/.test(bytes),
		rotate:
			'Revoke the registry’s token or change its password, and look for images that you did not push.',
	},
	'/service-account.json': {
		what: 'the private key of a service account',
		is: (bytes) => /"private_key"\s{0,20}:\s{0,20}"(?:-----BEGIN|<redacted:)/.test(bytes),
		rotate:
			'Delete the key (Google Cloud > IAM > Service accounts > Keys), make a new one, and read the audit log for what the old one did.',
	},
	'/.netrc': {
		what: 'log-ins of other servers',
		is: (bytes) => /^[ \t]*machine\s+\S/m.test(bytes) && /\bpassword\s+\S/.test(bytes),
		rotate: 'Change the password at each machine that it names.',
	},
	'/.pgpass': {
		what: 'the passwords of PostgreSQL databases',
		is: isPgpass,
		rotate: 'Change the password of each database user that it names (ALTER ROLE … PASSWORD).',
	},
	'/secrets.yml': {
		what: 'the signing key of a Rails application',
		is: (bytes) => /^[ \t]*secret_key_base:[ \t]*["']?(?!<%|\$\{)[^\s"'#]/m.test(bytes),
		rotate:
			'Make a new secret_key_base (bin/rails secret): everybody is signed out, and forged sessions with them.',
	},
};

/** `host:port:database:user:password` on every line that is no comment (PostgreSQL, “The Password File”). */
function isPgpass(bytes: string): boolean {
	const lines = bytes.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
	return (
		lines.length > 0 &&
		lines.every((line) =>
			/^(?!\d+:)[^:\s]+:(?:\d{1,5}|\*):[^:\s]+:[^:\s]+:(?:<redacted:\d+>|.)/.test(line),
		)
	);
}

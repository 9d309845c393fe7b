import type { Fix, Snippet } from '../../src/sdk.ts';

/** What an outside monitor should ask, for snippets. */
export interface ToWatch {
	/** The production host, or `your-domain.example` where none is audited. */
	host: string;
	/** A health endpoint that was found; empty for none. */
	health: string;
}

function addresses({ host, health }: ToWatch): readonly string[] {
	const start = `https://${host}/`;
	return health === '' ? [start] : [start, health];
}

function gatus(about: ToWatch): Snippet {
	const endpoints = addresses(about)
		.map(
			(url, at) => `  - name: ${at === 0 ? 'site' : 'health'}
    url: ${url}
    interval: 1m
    conditions:
      - "[STATUS] == 200"
      - "[RESPONSE_TIME] < 3000"
    alerts:
      - type: slack
      - type: email`,
		)
		.join('\n');
	return {
		platform: 'any',
		language: 'yaml',
		text: `# Gatus: config/config.yaml, on a server of another provider than the site
alerting:
  slack:
    webhook-url: "\${SLACK_WEBHOOK}"
  email:
    from: "\${ALERT_FROM}"
    host: "\${SMTP_HOST}"
    port: 587
    username: "\${SMTP_USER}"
    password: "\${SMTP_PASSWORD}"
    to: "\${ALERT_TO}"
endpoints:
${endpoints}`,
	};
}

function upptime(about: ToWatch): Snippet {
	const sites = addresses(about)
		.map((url, at) => `  - name: ${at === 0 ? 'Site' : 'Health'}\n    url: ${url}`)
		.join('\n');
	return {
		platform: 'any',
		language: 'yaml',
		text: `# Upptime: .upptimerc.yml in a repository made from upptime/upptime; GitHub asks every five minutes
owner: your-organisation
repo: status
sites:
${sites}
assignees:
  - your-user`,
	};
}

export function watchIt(summary: string, about: ToWatch): Fix {
	return {
		summary,
		steps: [
			'Let something outside your own servers ask the public address every minute: Gatus or Upptime (below), or a hosted monitor.',
			'Let it look at the status and at a word of the body, not at the connection alone.',
			'Send alerts over two channels that do not depend on the site, one of which wakes somebody.',
			'Stop the site once, and see that the alert comes.',
		],
		snippets: [gatus(about), upptime(about)],
	};
}

import type { Fix, Hosting, Snippet } from '../../src/sdk.ts';

/** What the right value is made of. */
export type NewValue =
	/** Known to the owner alone. */
	| { readonly by: 'hand' }
	/** 256 random bits. */
	| { readonly by: 'generator' }
	| { readonly by: 'text'; readonly text: string };

export interface ToSet {
	readonly name: string;
	/** It is put into what browsers download, while it is built. */
	readonly inlined: boolean;
	/** There is a value already. */
	readonly replaces: boolean;
	readonly value: NewValue;
}

const MOST_SHOWN = 20;
const RANDOM = 'openssl rand -base64 32';

/** Names come from the repository: one that a shell would read differently is left to the user. */
const plain = (name: string): string => (/^[A-Za-z_]\w{0,99}$/.test(name) ? name : 'NAME');
const quoted = (text: string): string => (/^[\w./:*-]+$/.test(text) ? text : `'${text}'`);

/** A command that takes the value as an argument; typed by hand, it stays out of the shell's history. */
const asArgument =
	(command: (name: string, value: string, one: ToSet) => string) =>
	(one: ToSet): string => {
		const name = plain(one.name);
		if (one.value.by === 'hand') return `read -rs VALUE && ${command(name, '"$VALUE"', one)}`;
		const value = one.value.by === 'text' ? quoted(one.value.text) : `"$(${RANDOM})"`;
		return command(name, value, one);
	};

/** A command that asks for the value, or reads it from its input. */
const asInput =
	(command: (name: string, one: ToSet) => string, before = '') =>
	(one: ToSet): string => {
		const run = command(plain(one.name), one);
		const first =
			before !== '' && one.replaces ? `${before.replace('NAME', plain(one.name))}\n` : '';
		if (one.value.by === 'hand') return `${first}${run}`;
		const text = one.value.by === 'text' ? `printf %s ${quoted(one.value.text)}` : RANDOM;
		return `${first}${text} | ${run}`;
	};

interface Way {
	readonly platform: Snippet['platform'];
	readonly language: string;
	readonly line: (one: ToSet) => string;
	/** Around the lines. */
	readonly head?: string;
	readonly tail?: string;
	readonly step?: string;
	/** Where the present values can be had. */
	readonly list: string;
}

/** For the manifest itself, where values by hand go elsewhere. */
const inManifest = ({ value }: ToSet): string => (value.by === 'text' ? value.text : '…');
const slug = (name: string): string => plain(name).toLowerCase().replaceAll('_', '-');

const WAYS: Readonly<Record<Hosting, Way>> = {
	vercel: {
		platform: 'vercel',
		language: 'shell',
		line: asInput(
			(name) => `vercel env add ${name} production`,
			'vercel env rm NAME production --yes',
		),
		tail: 'vercel redeploy YOUR-PRODUCTION-URL',
		list: 'vercel env pull production.env --environment=production',
	},
	netlify: {
		platform: 'netlify',
		language: 'shell',
		line: asArgument(
			(name, value, { inlined }) =>
				`netlify env:set ${name} ${value} --context production${inlined ? '' : ' --secret'}`,
		),
		tail: 'netlify deploy --build --prod',
		list: 'netlify env:list --context production --plain > production.env',
	},
	fly: {
		platform: 'fly',
		language: 'shell',
		line: asArgument((name, value, { inlined }) =>
			inlined ? `fly deploy --build-arg ${name}=${value}` : `fly secrets set ${name}=${value}`,
		),
		list: 'fly ssh console -C printenv | cut -d= -f1 > production.env',
	},
	heroku: {
		platform: 'heroku',
		language: 'shell',
		line: asArgument((name, value) => `heroku config:set ${name}=${value}`),
		list: 'heroku config --shell > production.env',
	},
	'cloudflare-workers': {
		platform: 'cloudflare',
		language: 'shell',
		line: asInput((name) => `npx wrangler secret put ${name}`),
		list: "npx wrangler secret list | jq -r '.[].name' > production.env",
	},
	'cloudflare-pages': {
		platform: 'cloudflare',
		language: 'shell',
		line: asInput((name) => `npx wrangler pages secret put ${name}`),
		list: 'npx wrangler pages secret list',
	},
	railway: {
		platform: 'any',
		language: 'shell',
		line: asArgument((name, value) => `railway variables --set ${name}=${value}`),
		list: 'railway variables --kv > production.env',
	},
	render: {
		platform: 'any',
		language: 'yaml',
		head: '# render.yaml: the service’s envVars',
		line: (one) =>
			one.value.by === 'text'
				? `- key: ${plain(one.name)}\n  value: ${quoted(one.value.text)}`
				: `- key: ${plain(one.name)}\n  ${one.value.by === 'hand' ? 'sync: false' : 'generateValue: true'}`,
		step: 'Type values that are not in the file at Dashboard > the service > Environment, and deploy.',
		list: 'Dashboard > the service > Environment > Export',
	},
	firebase: {
		platform: 'firebase',
		language: 'shell',
		line: asInput((name) => `firebase functions:secrets:set ${name}`),
		step: 'Name it in the secrets option of the function, and deploy.',
		list: 'gcloud secrets list --format="value(name)" > production.env',
	},
	'app-engine': {
		platform: 'any',
		language: 'yaml',
		head: '# app.yaml; a value that nobody may read comes from Secret Manager\nenv_variables:',
		line: (one) => `  ${plain(one.name)}: "${inManifest(one)}"`,
		list: 'gcloud app versions describe VERSION --service=default --format="json(envVariables)" | jq .envVariables > production.json',
	},
	'cloud-run': {
		platform: 'any',
		language: 'shell',
		line: (one) => {
			const name = plain(one.name);
			const text = asInput(() =>
				one.replaces
					? `gcloud secrets versions add ${name} --data-file=-`
					: `gcloud secrets create ${name} --data-file=-`,
			)(one);
			return `${text}\ngcloud run services update SERVICE --update-secrets=${name}=${name}:latest`;
		},
		list: 'gcloud run services describe SERVICE --format="value(spec.template.spec.containers[0].env[].name)" | tr ";" "\\n" > production.env',
	},
	amplify: {
		platform: 'any',
		language: 'text',
		head: 'Amplify console > the app > Hosting > Environment variables:',
		line: (one) => `${plain(one.name)}=${inManifest(one)}`,
		step: 'Deploy again: variables are read while it is built.',
		list: 'aws amplify get-app --app-id APP_ID --query app.environmentVariables > production.json',
	},
	azure: {
		platform: 'azure',
		language: 'shell',
		line: asArgument(
			(name, value) =>
				`az webapp config appsettings set --name APP --resource-group GROUP --settings ${name}=${value}`,
		),
		list: 'az webapp config appsettings list --name APP --resource-group GROUP --query "[].name" -o tsv > production.env',
	},
	eas: {
		platform: 'any',
		language: 'shell',
		line: asArgument(
			(name, value, { inlined }) =>
				`eas env:create --environment production --name ${name} --value ${value} --visibility ${inlined ? 'plaintext' : 'secret'}`,
		),
		list: 'eas env:pull production --path production.env',
	},
	kamal: {
		platform: 'any',
		language: 'shell',
		line: (one) => {
			const name = plain(one.name);
			return `echo '${name}=$${name}' >> .kamal/secrets`;
		},
		step: 'Add the name below env: secret: in config/deploy.yml, export its value where kamal deploy runs, and deploy.',
		list: "kamal app exec 'printenv' | cut -d= -f1 > production.env",
	},
	kubernetes: {
		platform: 'any',
		language: 'shell',
		line: (one) =>
			asArgument(
				(name, value) =>
					`kubectl create secret generic ${slug(name)} --from-literal=${name}=${value} --dry-run=client -o yaml | kubectl apply -f -\nkubectl set env deployment/DEPLOYMENT --from=secret/${slug(name)}`,
			)(one),
		list: 'kubectl exec deployment/DEPLOYMENT -- printenv | cut -d= -f1 > production.env',
	},
	serverless: {
		platform: 'any',
		language: 'yaml',
		head: '# serverless.yml\nprovider:\n  environment:',
		line: (one) =>
			`    ${plain(one.name)}: ${one.value.by === 'text' ? quoted(one.value.text) : `\${env:${plain(one.name)}}`}`,
		list: 'aws lambda get-function-configuration --function-name NAME --query Environment.Variables > production.json',
	},
	sst: {
		platform: 'any',
		language: 'shell',
		line: asArgument((name, value) => `npx sst secret set ${name} ${value} --stage production`),
		list: 'npx sst secret list --stage production > production.env',
	},
	'github-pages': {
		platform: 'github-pages',
		language: 'shell',
		line: asInput((name) => `gh secret set ${name}`),
		step: `Give it to the step that builds: env: with NAME: \${{ secrets.NAME }}.`,
		list: 'gh secret list --json name --jq ".[].name" > production.env',
	},
	compose: {
		platform: 'any',
		language: 'shell',
		head: '# on the server, beside the compose file',
		line: asArgument(appended('.env')),
		tail: 'docker compose up -d',
		list: 'docker compose exec SERVICE printenv | cut -d= -f1 > production.env',
	},
};

function appended(file: string): (name: string, value: string, one: ToSet) => string {
	return (name, value, { replaces }) =>
		`${replaces ? `perl -i -ne 'print unless /^${name}=/' ${file}\n` : ''}printf '${name}=%s\\n' ${value} >> ${file}`;
}

/** Sets variables in production, on every platform that the repository is deployed on. */
export function setInProduction(
	summary: string,
	all: readonly ToSet[],
	{ hostings, file }: { readonly hostings: readonly Hosting[]; readonly file: string },
	...steps: string[]
): Fix {
	const shown = all.slice(0, MOST_SHOWN);
	const left = all.length - shown.length;
	const ways = hostings.map((hosting) => WAYS[hosting]);
	const snippets = ways.map(({ platform, language, line, head, tail }) => ({
		platform,
		language,
		text: [head, ...shown.map(line), tail].filter((part) => part !== undefined).join('\n'),
	}));
	const path = /^[\w./-]+$/.test(file) && file !== '' ? file : '.env.production';
	const plainFile: Snippet = {
		platform: 'any',
		language: 'shell',
		text: shown.map(asArgument(appended(path))).join('\n'),
	};
	return {
		summary,
		steps: [
			...steps,
			...ways.flatMap(({ step }) => step ?? []),
			...(ways.length === 0
				? [
						`Nothing in the repository says where it runs: set it in the settings of your host too, and start the release again.`,
					]
				: []),
			...(shown.some(({ inlined }) => inlined)
				? ['It is put into the bundle: build again, a restart is not enough.']
				: []),
			...(left > 0 ? [`And ${left} more, in the same way.`] : []),
		],
		snippets: snippets.length > 0 ? snippets : [plainFile],
	};
}

/** The command that shows what production has, for `--env`. */
export function exportCommand(hostings: readonly Hosting[]): string {
	const [first] = hostings;
	return first === undefined ? 'printenv | cut -d= -f1 > production.env' : WAYS[first].list;
}

/** The line of a manifest, as its format writes it. */
export function manifestLine(by: string, name: string, text: string): Snippet {
	const value = JSON.stringify(text);
	if (by === 'Dockerfile') return line('dockerfile', `ENV ${plain(name)}=${text}`);
	if (/json/.test(by)) return line('json', `"${plain(name)}": ${value}`);
	if (/toml$/.test(by)) return line('toml', `${plain(name)} = ${value}`);
	return line('yaml', `${plain(name)}: ${value}`);
}

const line = (language: string, text: string): Snippet => ({ platform: 'any', language, text });

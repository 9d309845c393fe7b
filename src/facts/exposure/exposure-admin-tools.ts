import { readPage } from '../web/html.ts';

/** What can be administered from outside. */
export interface AdminTool {
	readonly kind:
		| 'installer-reachable'
		| 'login-reachable'
		| 'api-description'
		| 'graphql-introspection'
		| 'open-crossdomain';
	/** For people: `WordPress’ installation`. */
	readonly what: string;
}

/** Asks for no more than the name of one type. */
export const INTROSPECTION = '/graphql?query=%7B__schema%7BqueryType%7Bname%7D%7D%7D';

const isDescription = (bytes: string) =>
	/^\s*\{/.test(bytes) && /"(?:openapi|swagger)"\s{0,8}:\s{0,8}"\d/.test(bytes);

const isSwaggerUi = (bytes: string) =>
	/<title>[^<]{0,200}\bSwagger UI\b/i.test(bytes) ||
	/<script[^>]{1,300}\bswagger-ui-bundle\.js|<div[^>]{1,80}\bid=["']?swagger-ui["'\s>]/i.test(
		bytes,
	);

interface Tool extends AdminTool {
	is(bytes: string): boolean;
}

const description: Tool = {
	kind: 'api-description',
	what: 'the description of the API (OpenAPI)',
	is: isDescription,
};

const explorer: Tool = {
	kind: 'api-description',
	what: 'Swagger UI, which describes the API and tries it out',
	is: (bytes) => isSwaggerUi(bytes) || isDescription(bytes),
};

const TOOLS: Readonly<Record<string, Tool>> = {
	'/wp-admin/install.php': {
		kind: 'installer-reachable',
		what: 'WordPress’ installation, which waits for its first administrator',
		// Once it is installed, the same page says "Already Installed" and has no form.
		is: (bytes) =>
			/<title>[^<]{0,40}WordPress[^<]{0,40}Installation|\bname=["'](?:weblog_title|language|admin_password2?)["']/i.test(
				bytes,
			) &&
			/<form\b[^>]{0,200}(?:\bid=["']?setup\b|\binstall\.php\?step=)/i.test(bytes) &&
			!/already installed/i.test(bytes),
	},
	'/wp-admin/setup-config.php': {
		kind: 'installer-reachable',
		what: 'WordPress’ installation, which waits for its database',
		is: (bytes) =>
			/\b(?:action|href)=["']setup-config\.php\?step=\d/.test(bytes) ||
			(/<form[^>]{0,80}\bid=["']setup["']/.test(bytes) && /\bname=["']language["']/.test(bytes)),
	},
	'/setup': {
		kind: 'installer-reachable',
		what: 'a page that sets the program up, and asks for its first administrator or its database',
		is: offersSetUp,
	},
	'/adminer.php': {
		kind: 'login-reachable',
		what: 'Adminer’s sign-in to the database',
		is: (bytes) =>
			/<title>[^<]{0,200}\bAdminer\b/.test(bytes) &&
			/\bname=["']?auth\[|\?file=(?:default|functions)\./.test(bytes),
	},
	'/phpmyadmin/': {
		kind: 'login-reachable',
		what: 'phpMyAdmin’s sign-in to the database',
		is: (bytes) => /\bname=["']pma_username["']|<title>\s*phpMyAdmin\b/.test(bytes),
	},
	'/openapi.json': description,
	'/swagger.json': description,
	'/v3/api-docs': description,
	'/api-docs': explorer,
	'/api-docs/': explorer,
	'/swagger-ui': explorer,
	'/swagger-ui/': explorer,
	'/swagger-ui/index.html': explorer,
	[INTROSPECTION]: {
		kind: 'graphql-introspection',
		what: 'the whole description of the GraphQL API, by introspection',
		is: (bytes) =>
			/^\s*\{\s*"data"\s*:\s*\{\s*"__schema"\s*:\s*\{\s*"queryType"\s*:\s*\{/.test(bytes),
	},
	'/crossdomain.xml': {
		kind: 'open-crossdomain',
		what: 'a policy that lets Flash programs of every site read this one',
		is: (bytes) =>
			/<cross-domain-policy\b/.test(bytes) &&
			/<allow-access-from\s[^>]{0,200}\bdomain\s{0,4}=\s{0,4}["']\*["']/.test(
				withoutComments(bytes),
			),
	},
	'/clientaccesspolicy.xml': {
		kind: 'open-crossdomain',
		what: 'a policy that lets Silverlight programs of every site read this one',
		is: (bytes) =>
			/<access-policy\b/.test(bytes) &&
			/<domain\s[^>]{0,80}\buri\s{0,4}=\s{0,4}["'](?:https?:\/\/)?\*["']/.test(
				withoutComments(bytes),
			),
	},
};

/** Whether the tool at a path is a page. */
export function isHtmlAdminTool(path: string): boolean {
	const kind = TOOLS[path]?.kind;
	const isPage = kind === 'installer-reachable' || kind === 'login-reachable';
	return isPage || TOOLS[path] === explorer;
}

/** What a stranger got who asked for this path; `null` for anything else. */
export function recogniseAdminTool(path: string, bytes: string): AdminTool | null {
	const tool = TOOLS[path];
	if (!tool?.is(bytes)) return null;
	const isUi = tool === explorer && !isSwaggerUi(bytes);
	return { kind: tool.kind, what: isUi ? description.what : tool.what };
}

const ABOUT_SET_UP =
	/\b(?:set-?\s?up|install(?:er|ation)?|first[- ]run|initial (?:configuration|settings)|onboarding wizard)\b/i;
const GRAVE =
	/\b(?:admin(?:istrator)?s?|database|root password|super-?user|first user|owner account)\b/i;
const GRAVE_FIELD = /(?:^|[_.[-])(?:db|database|admin|root|owner|superuser)(?:[_.\]-]|$)/i;
const DONE =
	/\balready (?:been )?(?:installed|complete[d]?|configured|set[ -]?up|done)\b|\b(?:set-?up|installation) (?:is|was) (?:complete|disabled|locked|finished)/i;

/** Where a form in the head of every page leads. */
const SIGN_IN = /log-?in|sign-?in|session/i;

/**
 * A form that takes the password of a first administrator, or the way to a database. A guide to setting
 * something up has no such form, and where customers set up their own account nobody becomes administrator.
 */
function offersSetUp(bytes: string): boolean {
	const page = readPage(
		Buffer.from(bytes, 'latin1').toString('utf8'),
		'https://host.invalid/setup',
	);
	const words = `${page.title ?? ''} ${page.text}`;
	if (!ABOUT_SET_UP.test(words) || DONE.test(words)) return false;
	const fields = page.values.filter(
		({ element, name }) =>
			(element === 'input' || element === 'select') && (name === 'name' || name === 'id'),
	);
	const hasGraveField = fields.some(({ value }) => GRAVE_FIELD.test(value));
	const asksPassword = page.forms.some(
		({ asksFor, action }) => asksFor.includes('password') && !SIGN_IN.test(action),
	);
	return hasGraveField || (asksPassword && GRAVE.test(words));
}

function withoutComments(xml: string): string {
	return xml
		.split('<!--')
		.map((part, at) => (at === 0 ? part : part.slice(endOfComment(part))))
		.join(' ');
}

/** A comment that is not closed goes on to the end. */
function endOfComment(part: string): number {
	const end = part.indexOf('-->');
	return end === -1 ? part.length : end + 3;
}

import { isWithin } from '../dns/ancestry.ts';
import { jsonIn } from '../domain/json-in.ts';
import { internalAddresses } from '../web/internal-address.ts';
import { isRecord } from './health-body.ts';

/** Something that a health answer tells strangers and that only its operators need. */
export interface HealthLeak {
	readonly kind: 'machine' | 'software version' | 'environment' | 'stack trace';
	/** Key and value, cut. */
	readonly text: string;
}

const MACHINE_KEY =
	/^(?:host_?name|host|server|server_?name|node|node_?name|pod|pod_?name|machine|machine_?name|instance|instance_?id|container|container_?id)$/i;
/** A name that somebody gave a machine has digits or a dash; words for a state have none. */
const MACHINE = /^(?=[\w.-]{3,80}$)(?=.*[\d-])[\w.-]+$/;

const SOFTWARE =
	'node(?:_?js)?|python|java|jvm|jdk|ruby|php|go|golang|dotnet|clr|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|nginx|apache|httpd|express|fastify|rails|django|flask|laravel|symfony|spring(?:_?boot)?|framework|runtime|os|kernel|platform|database|db|elasticsearch|opensearch|rabbitmq|kafka|openssl';
const SOFTWARE_KEY = new RegExp(`^(?:${SOFTWARE})(?:[._-]?version)?$`, 'i');
const VERSION_OF = new RegExp(`(?:^|\\.)(?:${SOFTWARE})(?:\\.\\w+)?\\.version$`, 'i');
const NUMBER = /^v?\d+\.\d+/;
const NAMED =
	/\b(?:PostgreSQL|MySQL|MariaDB|Redis|MongoDB|nginx|Apache|PHP|Python|Node\.js|OpenJDK|Ubuntu|Debian|Linux|Werkzeug|gunicorn)[/ -]v?\d+\.\d+[\w.-]{0,30}/;

const STACK =
	/(?:^|\n|\\n)\s{0,8}at (?:[\w.$<>[\] ]{1,100} )?\(?(?:[\w.-]+\.(?:java|kt|scala)|(?:file:\/\/)?[/\w.:@-]{1,200}):\d+(?::\d+)?\)?|Traceback \(most recent call last\)|File "[^"\n]{1,200}", line \d+|#\d+ \/[\w/.-]{1,200}\.php\(\d+\)|goroutine \d+ \[/;

const ENV_NAME = /^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/;
/** So many names in one place are a copy of the process' environment. */
const FEWEST_ENV_NAMES = 3;

const MOST_NODES = 2_000;
const MOST_LEAKS = 10;

/**
 * What a health answer gives away, from its text. The product's own version and commit are none: a
 * release is checked by them. Names within `own` are public anyway. Never throws.
 */
export function healthLeaks(text: string, own: string): readonly HealthLeak[] {
	const value = jsonIn(text);
	const leaks = isRecord(value) || Array.isArray(value) ? walk(value, own) : inText('', text, own);
	const unique = new Map(leaks.map((leak) => [`${leak.kind} ${leak.text}`, leak]));
	return [...unique.values()].slice(0, MOST_LEAKS);
}

interface Node {
	readonly path: string;
	readonly key: string;
	readonly value: unknown;
}

function walk(root: unknown, own: string): readonly HealthLeak[] {
	const found: HealthLeak[] = [];
	const queue: Node[] = [{ path: '', key: '', value: root }];
	// The queue grows while it is walked.
	for (const { path, key, value } of queue) {
		if (typeof value === 'string') found.push(...inValue(path, key, value, own));
		if (typeof value !== 'object' || value === null) continue;
		found.push(...environmentIn(path, value));
		queue.push(...below(path, value).slice(0, Math.max(0, MOST_NODES - queue.length)));
	}
	return found;
}

function below(path: string, value: object): readonly Node[] {
	return Object.entries(value).map(([key, one]) => ({
		path: path === '' ? key : `${path}.${key}`,
		key,
		value: one,
	}));
}

function environmentIn(path: string, value: object): readonly HealthLeak[] {
	const names = Object.keys(value).filter((name) => ENV_NAME.test(name));
	if (names.length < FEWEST_ENV_NAMES) return [];
	const listed = names.slice(0, 5).join(', ');
	return [{ kind: 'environment', text: `${path === '' ? '' : `${path}: `}${listed}` }];
}

function inValue(path: string, key: string, value: string, own: string): readonly HealthLeak[] {
	if (
		MACHINE_KEY.test(key) &&
		MACHINE.test(value) &&
		!NUMBER.test(value) &&
		!isPublic(value, own)
	) {
		return [{ kind: 'machine', text: written(path, value) }];
	}
	if ((SOFTWARE_KEY.test(key) || VERSION_OF.test(path)) && NUMBER.test(value)) {
		return [{ kind: 'software version', text: written(path, value) }];
	}
	return inText(path, value, own);
}

function inText(path: string, value: string, own: string): readonly HealthLeak[] {
	const stack = STACK.exec(value)?.[0];
	if (stack !== undefined) {
		return [{ kind: 'stack trace', text: written(path, stack.replace(/^(?:\n|\\n)?\s*/, '')) }];
	}
	const named = NAMED.exec(value)?.[0];
	// Read as the field in which a proxy names the server behind it.
	const inner = internalAddresses('x-server', value).filter((one) => !isPublic(one, own));
	return [
		...(named === undefined
			? []
			: [{ kind: 'software version' as const, text: written(path, named) }]),
		...inner.slice(0, 3).map((one) => ({ kind: 'machine' as const, text: written(path, one) })),
	];
}

function isPublic(name: string, own: string): boolean {
	return isWithin(name.toLowerCase(), own);
}

function written(path: string, value: string): string {
	return `${path === '' ? '' : `${path}: `}${value.slice(0, 80)}`;
}

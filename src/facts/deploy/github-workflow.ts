import { posix } from 'node:path';
import { folderOf } from './platform.ts';
import { type YamlDocument, yamlDocuments } from './yaml-documents.ts';

export type Texts = Readonly<Record<string, string>>;

/** A step as it is written. Lines are 1-based, of the file that it stands in. */
export interface WorkflowStep {
	readonly file: string;
	readonly line: number;
	readonly id: string;
	readonly name: string;
	/** Empty for a step that uses an action. */
	readonly run: string;
	readonly runLine: number;
	readonly shell: string;
	/** Empty for a step that runs a script. */
	readonly uses: string;
	readonly usesLine: number;
	readonly with: Texts;
	readonly withLines: Readonly<Record<string, number>>;
	readonly env: Texts;
	readonly envLine: number | null;
	readonly condition: string;
	/** Relative to the root; the root itself empty. */
	readonly folder: string;
}

export interface WorkflowJob {
	readonly id: string;
	readonly name: string;
	readonly line: number;
	readonly needs: readonly string[];
	readonly condition: string;
	/** A reusable workflow; empty for a job with steps. */
	readonly uses: string;
	readonly usesLine: number;
	readonly with: Texts;
	readonly env: Texts;
	readonly outputs: Texts;
	readonly environment: string;
	readonly permissions: Permissions;
	readonly steps: readonly WorkflowStep[];
}

/** As written: `write-all`, or a level by scope; `null` for none. */
interface Permissions {
	readonly line: number;
	readonly all: 'read-all' | 'write-all' | '';
	readonly scopes: Texts;
}

export interface Workflow {
	readonly file: string;
	readonly name: string;
	readonly events: readonly string[];
	readonly env: Texts;
	readonly permissions: Permissions;
	/** Defaults of `workflow_call`. */
	readonly inputs: Texts;
	/** Names of the workflows whose end starts this one. */
	readonly after: readonly string[];
	readonly jobs: readonly WorkflowJob[];
}

/** A composite action; the steps of other kinds are none that a workflow file shows. */
export interface CompositeAction {
	readonly file: string;
	readonly inputs: Texts;
	readonly outputs: Texts;
	readonly steps: readonly WorkflowStep[];
}

export const isWorkflowFile = (path: string): boolean =>
	/^\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$/.test(path);

export const isActionFile = (path: string): boolean => /(?:^|\/)action\.ya?ml$/.test(path);

/** GitHub's workflow syntax. `null` where there are no jobs, or the file is no YAML. */
export function readWorkflow(file: string, text: string): Workflow | null {
	const [document] = yamlDocuments(text);
	if (document === undefined || document.keys('jobs').length === 0) return null;
	const folder = document.text('defaults', 'run', 'working-directory');
	return {
		file,
		name: document.text('name') || posix.basename(file),
		events: eventsOf(document),
		env: textsAt(document, 'env'),
		permissions: permissionsAt(document),
		inputs: defaultsAt(document, 'on', 'workflow_call', 'inputs'),
		after: document
			.list('on', 'workflow_run', 'workflows')
			.filter((one): one is string => typeof one === 'string'),
		jobs: document.keys('jobs').map((id) => jobAt(file, document, id, folder)),
	};
}

export function readAction(file: string, text: string): CompositeAction | null {
	const [document] = yamlDocuments(text);
	if (document === undefined || document.text('runs', 'using') !== 'composite') return null;
	const outputs: Record<string, string> = {};
	for (const name of document.keys('outputs')) {
		outputs[name.toLowerCase()] = document.text('outputs', name, 'value');
	}
	return {
		file,
		inputs: defaultsAt(document, 'inputs'),
		outputs,
		steps: stepsAt(file, document, { path: ['runs', 'steps'], folder: '', shell: '' }),
	};
}

type Path = readonly (string | number)[];

function eventsOf(document: YamlDocument): readonly string[] {
	const single = document.text('on');
	if (single !== '') return [single];
	const listed = document.list('on').filter((one): one is string => typeof one === 'string');
	return listed.length > 0 ? listed : document.keys('on');
}

/** Names in lower case: contexts are looked up whatever their case. */
function textsAt(document: YamlDocument, ...path: Path): Texts {
	const texts: Record<string, string> = {};
	for (const key of document.keys(...path)) {
		const value = document.at(...path, key);
		texts[key.toLowerCase()] =
			typeof value === 'boolean' ? String(value) : document.text(...path, key);
	}
	return texts;
}

function defaultsAt(document: YamlDocument, ...path: Path): Texts {
	const texts: Record<string, string> = {};
	for (const key of document.keys(...path)) {
		texts[key.toLowerCase()] = document.text(...path, key, 'default');
	}
	return texts;
}

function permissionsAt(document: YamlDocument, ...path: Path): Permissions {
	const all = document.text(...path, 'permissions');
	return {
		line: document.line(...path, 'permissions'),
		all: all === 'write-all' || all === 'read-all' ? all : '',
		scopes: textsAt(document, ...path, 'permissions'),
	};
}

function jobAt(file: string, document: YamlDocument, id: string, folder: string): WorkflowJob {
	const at = (...path: Path) => document.text('jobs', id, ...path);
	const needs = document
		.list('jobs', id, 'needs')
		.filter((one): one is string => typeof one === 'string');
	return {
		id,
		name: at('name') || id,
		line: document.line('jobs', id),
		needs: at('needs') === '' ? needs : [at('needs')],
		condition: conditionAt(document, 'jobs', id, 'if'),
		uses: at('uses'),
		usesLine: document.line('jobs', id, 'uses'),
		with: textsAt(document, 'jobs', id, 'with'),
		env: textsAt(document, 'jobs', id, 'env'),
		outputs: textsAt(document, 'jobs', id, 'outputs'),
		environment: at('environment') || at('environment', 'name'),
		permissions: permissionsAt(document, 'jobs', id),
		steps: stepsAt(file, document, {
			path: ['jobs', id, 'steps'],
			folder: at('defaults', 'run', 'working-directory') || folder,
			shell: at('defaults', 'run', 'shell') || document.text('defaults', 'run', 'shell'),
		}),
	};
}

function conditionAt(document: YamlDocument, ...path: Path): string {
	const value = document.at(...path);
	return typeof value === 'boolean' ? String(value) : document.text(...path);
}

function stepsAt(
	file: string,
	document: YamlDocument,
	{ path, folder, shell }: { path: Path; folder: string; shell: string },
): readonly WorkflowStep[] {
	return document.list(...path).map((_, index) => {
		const at = (...rest: Path) => document.text(...path, index, ...rest);
		const line = (...rest: Path) => document.line(...path, index, ...rest);
		const given = textsAt(document, ...path, index, 'with');
		const withLines: Record<string, number> = {};
		for (const key of document.keys(...path, index, 'with')) {
			withLines[key.toLowerCase()] = line('with', key);
		}
		const own = at('working-directory') || folder;
		return {
			file,
			line: line(),
			id: at('id'),
			name: at('name'),
			run: at('run'),
			runLine: line('run'),
			shell: at('shell') || shell,
			uses: at('uses'),
			usesLine: line('uses'),
			with: given,
			withLines,
			env: textsAt(document, ...path, index, 'env'),
			envLine: document.keys(...path, index, 'env').length === 0 ? null : line('env'),
			condition: conditionAt(document, ...path, index, 'if'),
			folder: posix.normalize(own.replace(/^\.\//, '') || '.').replace(/^\.$|\/$/, ''),
		};
	});
}

/** The file that `uses: ./…` names; `null` for another repository's. */
export const localPath = (uses: string): string | null =>
	uses.startsWith('./') ? posix.normalize(uses).replace(/\/$/, '') : null;

/** The folder of a composite action's file, as `uses` names it. */
export const actionFolder = ({ file }: CompositeAction): string => folderOf(file);

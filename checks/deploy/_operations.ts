import {
	cannotSay,
	type NoVerdict,
	type Operations,
	type Severity,
	type Sign,
} from '../../src/sdk.ts';

/** Where something stands, for a sentence. */
export const placeOf = ({ file, line }: Pick<Sign, 'file' | 'line'>): string => `${file}:${line}`;

/** Why a repository has no process of its own to ask; empty where it has one. */
export function noServerIn({ kind, because }: Operations): string {
	switch (kind) {
		case 'server':
			return '';
		case 'client':
			return `The product runs in browsers alone (${because}): what serves its files has no state to ask for.`;
		case 'static':
			return `The product is a site of files (${because}).`;
		default:
			return 'The repository holds no web application that could be recognised.';
	}
}

/** What was not looked into could hold what was not found. */
export function gapIn({ unread, cut }: Operations, couldBe: Severity): readonly NoVerdict[] {
	if (unread.length > 0) {
		return [cannotSay('unreadable', `Not read: ${unread.slice(0, 5).join('; ')}`, couldBe)];
	}
	return cut
		? [cannotSay('budget', 'The repository has more files than were looked into.', couldBe)]
		: [];
}

/** A server of Express without anything around it, for examples. */
export const operations = (about: Partial<Operations> = {}): Operations => ({
	files: 40,
	unread: [],
	cut: false,
	kind: 'server',
	because: 'express in package.json',
	framework: 'express',
	folder: '',
	isTyped: true,
	port: 3000,
	managedBy: null,
	services: [],
	images: [{ file: 'Dockerfile', line: 1 }],
	healthRoute: null,
	healthAsked: null,
	unasked: [{ kind: 'image', name: 'the image', file: 'Dockerfile', line: 1, service: '' }],
	version: null,
	reporter: null,
	idleReporter: null,
	callsServer: null,
	databases: [],
	keptBy: null,
	own: null,
	backup: null,
	restore: null,
	declaredBackup: null,
	...about,
});

export const sign = (what: string, file: string, line = 1): Sign => ({ what, file, line });

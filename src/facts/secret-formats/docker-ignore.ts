/** Longest pattern and path that are compared. */
const LONGEST = 500;

interface Rule {
	readonly keeps: boolean;
	readonly pattern: string;
}

/** The rules of a `.dockerignore`, in order. */
function rulesOf(text: string): readonly Rule[] {
	return text.split('\n').flatMap((line) => {
		if (line.startsWith('#')) return [];
		const written = line.trim();
		const keeps = written.startsWith('!');
		const pattern = cleaned(keeps ? written.slice(1).trim() : written);
		return pattern === '' || pattern.length > LONGEST ? [] : [{ keeps, pattern }];
	});
}

/** As Go's `filepath.Clean`, and relative to the context. */
function cleaned(pattern: string): string {
	const parts: string[] = [];
	for (const part of pattern.split('/')) {
		if (part === '..') parts.pop();
		else if (part !== '' && part !== '.') parts.push(part);
	}
	return parts.join('/');
}

/** Whether a path in the build context is left out: the last rule that fits it, or a folder above it. */
export function isDockerIgnored(text: string, path: string): boolean {
	const folders = path.split('/');
	const above = folders.map((_, index) => folders.slice(0, index + 1).join('/'));
	let ignored = false;
	for (const { keeps, pattern } of rulesOf(text)) {
		if (ignored === keeps && above.some((one) => fits(pattern, one))) ignored = !keeps;
	}
	return ignored;
}

/** `**` stands for any number of folders, none included. */
function fits(pattern: string, path: string): boolean {
	const wanted = pattern.split('/');
	let reached = new Set([0]);
	for (const name of path.split('/')) {
		const next = new Set<number>();
		for (const place of withoutFolders(wanted, reached)) {
			const part = wanted[place];
			if (part === '**') next.add(place);
			else if (part !== undefined && nameFits(part, name)) next.add(place + 1);
		}
		reached = next;
	}
	return withoutFolders(wanted, reached).has(wanted.length);
}

function withoutFolders(wanted: readonly string[], reached: ReadonlySet<number>): Set<number> {
	const all = new Set(reached);
	for (const place of all) if (wanted[place] === '**') all.add(place + 1);
	return all;
}

/** `*`, `?` and `[a-z]` within a name; time is bounded by the product of both lengths. */
function nameFits(pattern: string, name: string): boolean {
	const pieces = pattern.match(/\*+|\[[^\]]{1,60}\]|\\.|[\s\S]/g) ?? [];
	let reached = afterStars(pieces, new Set([0]));
	for (const character of name.slice(0, LONGEST)) {
		const next = new Set<number>();
		for (const place of reached) {
			const piece = pieces[place];
			if (piece?.startsWith('*')) next.add(place);
			else if (piece !== undefined && takes(piece, character)) next.add(place + 1);
		}
		reached = afterStars(pieces, next);
	}
	return reached.has(pieces.length);
}

function afterStars(pieces: readonly string[], reached: ReadonlySet<number>): Set<number> {
	const all = new Set(reached);
	for (const place of all) if (pieces[place]?.startsWith('*')) all.add(place + 1);
	return all;
}

function takes(piece: string, character: string): boolean {
	if (piece === '?') return true;
	if (piece.length === 1) return piece === character;
	if (piece.startsWith('\\')) return piece[1] === character;
	const isNot = /^\[[\^!]/.test(piece);
	const members = piece.slice(isNot ? 2 : 1, -1);
	return isIn(members, character) !== isNot;
}

function isIn(members: string, character: string): boolean {
	for (let at = 0; at < members.length; at++) {
		const from = members.charAt(at);
		if (members[at + 1] === '-' && at + 2 < members.length) {
			if (from <= character && character <= members.charAt(at + 2)) return true;
			at += 2;
		} else if (from === character) return true;
	}
	return false;
}

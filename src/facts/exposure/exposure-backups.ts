/** Kinds of files that should not lie beside a site. */
type BackupKind = 'database-dump' | 'archive' | 'sqlite' | 'source';

export interface Backup {
	readonly kind: BackupKind;
	/** For people: `a zip archive`. */
	readonly what: string;
}

const ARCHIVES: readonly (readonly [magic: string, at: number, what: string])[] = [
	['PK\x03\x04', 0, 'a zip archive'],
	['\x1f\x8b', 0, 'a gzip archive'],
	['7z\xbc\xaf\x27\x1c', 0, 'a 7-Zip archive'],
	['Rar!\x1a\x07', 0, 'a RAR archive'],
	['\xfd7zXZ\0', 0, 'an xz archive'],
	['BZh', 0, 'a bzip2 archive'],
	['ustar', 257, 'a tar archive'],
];

const DUMPS: readonly (readonly [sign: RegExp, what: string])[] = [
	[/^-- (?:MySQL|MariaDB) dump /m, 'a dump of a MySQL database'],
	[/^-- phpMyAdmin SQL Dump/m, 'a dump of a MySQL database'],
	[/^(?:-- )?PostgreSQL database dump|^PGDMP/m, 'a dump of a PostgreSQL database'],
	[/^PRAGMA foreign_keys=OFF;\s*BEGIN TRANSACTION;/m, 'a dump of an SQLite database'],
	[
		/^[ \t]*(?:CREATE TABLE(?: IF NOT EXISTS)?|(?:INSERT|REPLACE)(?: IGNORE)? INTO|CREATE DATABASE(?: IF NOT EXISTS)?)\s+["'`[\w]/im,
		'a dump of a database',
	],
];

const SOURCES: readonly (readonly [path: RegExp, sign: RegExp, what: string])[] = [
	[/\.php/, /^(?:\xef\xbb\xbf)?\s*<\?(?:php|=)/, 'PHP source code'],
	[
		/\.py/,
		/^[ \t]*(?:(?:SECRET_KEY|DATABASES|INSTALLED_APPS)\s*=|import os\b)/m,
		'Django’s settings',
	],
	[
		/\.htaccess/,
		/^[ \t]*(?:<(?:IfModule|Files|FilesMatch|Limit)\b|(?:Rewrite(?:Engine|Rule|Cond|Base)|AuthType|AuthUserFile|Require|Deny|Allow|Options|Redirect(?:Match)?|ErrorDocument|Header|DirectoryIndex|php_value|SetEnv)\s)/im,
		'Apache’s rules',
	],
];

/**
 * What a body is, by its first bytes and by the kind of name that it was asked for under: `.sql.gz` may
 * come unpacked, where the server calls the packing an encoding. `null` where it is nothing of the sort.
 */
export function recogniseBackup(path: string, bytes: string): Backup | null {
	if (/\.sql(?:\.gz)?$/.test(path)) return dump(path, bytes);
	if (/\.(?:sqlite3?|db)$/.test(path)) {
		return bytes.startsWith('SQLite format 3\0')
			? { kind: 'sqlite', what: 'an SQLite database' }
			: null;
	}
	const source = SOURCES.find(([name, sign]) => name.test(path) && sign.test(bytes));
	if (source !== undefined) return { kind: 'source', what: source[2] };
	if (!/\.(?:zip|gz|tgz|tar|7z|rar|xz|bz2)$/.test(path)) return null;
	const what = archive(bytes);
	return what === null ? null : { kind: 'archive', what };
}

function dump(path: string, bytes: string): Backup | null {
	const isPacked = path.endsWith('.gz') && bytes.startsWith('\x1f\x8b');
	const what = isPacked ? 'a packed database dump' : DUMPS.find(([sign]) => sign.test(bytes))?.[1];
	return what === undefined ? null : { kind: 'database-dump', what };
}

function archive(bytes: string): string | null {
	return ARCHIVES.find(([magic, at]) => bytes.startsWith(magic, at))?.[2] ?? null;
}

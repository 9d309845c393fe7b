import { lineAt } from './package-scripts.ts';

/** A place that speaks of something, and its words. */
export interface NotePlace {
	readonly what: string;
	/** 1-based. */
	readonly line: number;
}

/** What a document or a script says of backups, and of getting the data back. */
export interface BackupNotes {
	readonly backup: NotePlace | null;
	readonly restore: NotePlace | null;
}

const TOOLS =
	'pg_dump(?:all)?|pg_basebackup|mysqldump|mariadb-dump|mydumper|mongodump|litestream|wal-[ge]|pgbackrest|barman|xtrabackup|mariabackup|pg:backups|sqlite3 [^\\n]{0,40}\\.backup|create-db-snapshot|db-snapshot|gcloud sql backups|supabase db dump|turso db export|firestore export|wrangler d1 export';
const BACKUP = new RegExp(
	`\\bback(?:ed|ing|s)?[- ]?ups?\\b|\\bsnapshots?\\b|\\b(?:${TOOLS})\\b|\\bpoint[- ]in[- ]time\\b|\\bPITR\\b`,
	'gi',
);
const RESTORE =
	/\brestor(?:e[sd]?|ing|ation)\b|\brecover(?:y|ed|ing)?\b|\bpg_restore\b|\bmongorestore\b|\bpoint[- ]in[- ]time\b|\bPITR\b|\bpsql\b[^\n]{0,80}(?:<|-f)\s*\S*(?:dump|backup)|(?:zcat|gunzip|gzip -d)[^\n]{0,80}\|\s*(?:psql|mysql|mariadb)\b|\bmysql\b[^\n]{0,80}<\s*\S+/gi;
/** What is backed up: not a browser's tabs, not a file before an upgrade. */
const DATA =
	/\b(?:database|databases|data|db|postgres\w*|mysql|mariadb|mongo\w*|sqlite|rds|supabase|neon|planetscale|volumes?|dump|tables?|production|customer|nightly|daily|hourly|retention|disaster)\b|pg_|mysqldump|mongodump|litestream|wal-|pgbackrest|snapshot/i;
/** It is missing, planned, or of something else. */
const ABSENT =
	/\b(?:no|not|never|without|todo|tbd|fixme|missing|yet|lacks?|lacking|should|would|plan(?:ned)?|consider|need(?:s)? to|have to set|isn't|aren't|don't|doesn't|haven't|eventually|future)\b|\[ \]/i;

/** A word further off speaks of something else. */
const NEAR = 160;

export function backupNotesIn(text: string): BackupNotes {
	const backup = placeOf(text, BACKUP);
	return { backup, restore: backup === null ? null : placeOf(text, RESTORE) };
}

function placeOf(text: string, pattern: RegExp): NotePlace | null {
	for (const match of text.matchAll(pattern)) {
		const from = text.lastIndexOf('\n', match.index) + 1;
		const end = text.indexOf('\n', match.index);
		const line = text.slice(from, end === -1 ? text.length : end);
		const around = text.slice(Math.max(0, match.index - NEAR), match.index + NEAR);
		if (DATA.test(around) && !ABSENT.test(line)) {
			return { what: match[0], line: lineAt(text, match.index) };
		}
	}
	return null;
}

const DOCUMENT =
	/^(?:[\w.-]+|(?:docs?|documentation|runbooks?|ops|operations|wiki|handbook|infra\w*|deploy\w*|\.github|scripts|(?:apps|packages|services)\/[\w.-]+)\/(?:[\w.-]+\/){0,4}[\w.-]+|(?:[\w.-]+\/){0,3}(?:README|[\w.-]*(?:backup|restore|runbook|disaster|recover)[\w.-]*))\.(?:md|mdx|markdown|rst|adoc|txt|org)$/i;
const NO_NOTE =
	/(?:^|\/)(?:CHANGE\w*|CHANGELOG[\w.-]*|HISTORY|LICEN[CS]E[\w.-]*|CODE_OF_CONDUCT|SECURITY|robots|llms[\w.-]*|requirements[\w.-]*|AGENTS|CLAUDE|TODO|ROADMAP)\.\w+$|(?:^|\/)(?:blog|posts|content|changelogs?|node_modules|vendor|examples?|templates?|fixtures?|tests?)\//i;

/** A document that people write for those who run the product. */
export const isOperationsNote = (file: string): boolean =>
	DOCUMENT.test(file) && !NO_NOTE.test(file);

const SCRIPT =
	/(?:^|\/)(?:[\w.-]*(?:backup|back-up|restore|dump|snapshot|recover)[\w.-]*(?:\.(?:sh|bash|py|rb|[cm]?[jt]s|ya?ml|service|timer|sql))?|Makefile|justfile|Taskfile\.ya?ml|crontab[\w.-]*|litestream\.ya?ml)$|^\.github\/workflows\/[^/]+\.ya?ml$/i;
const RUNS = new RegExp(`\\b(?:${TOOLS})\\b`, 'i');
const RESTORES =
	/\b(?:pg_restore|mongorestore|litestream restore|pgbackrest [^\n]{0,60}restore|wal-g backup-fetch|pg:backups:restore)\b|(?:zcat|gunzip|gzip -d|cat)[^\n]{0,80}\|\s*(?:psql|mysql|mariadb)\b|\bpsql\b[^\n]{0,80}(?:<|-f)\s*\S*(?:dump|backup)/i;

export const mayBackUp = (file: string): boolean => SCRIPT.test(file);

/** Of a script, a schedule or a workflow. */
export function backupStepsIn(file: string, text: string): BackupNotes {
	const backup = firstOf(text, RUNS);
	if (backup === null) return { backup, restore: null };
	const restore = firstOf(text, RESTORES);
	// litestream.yml names where copies go; the start restores from there.
	return { backup, restore: restore ?? (/litestream\.ya?ml$/.test(file) ? backup : null) };
}

/** A restore script of its own, whose neighbour makes the backups. */
export const restoreStepIn = (text: string): NotePlace | null => firstOf(text, RESTORES);

function firstOf(text: string, pattern: RegExp): NotePlace | null {
	const match = pattern.exec(text);
	if (match === null) return null;
	const from = text.lastIndexOf('\n', match.index) + 1;
	if (/^\s*(?:#|\/\/)/.test(text.slice(from, match.index))) return null;
	return { what: match[0].slice(0, 40), line: lineAt(text, match.index) };
}

const DECLARED =
	/\bbackup_retention_(?:period|days)\s*=\s*(?:var\.\w+|[1-9])|\bBackupRetentionPeriod["']?\s*:\s*["']?[1-9]|\bbackup_configuration\s*\{[^}]{0,300}enabled\s*=\s*true|\bpoint_in_time_recovery\s*\{[^}]{0,100}enabled\s*=\s*true|PointInTimeRecoveryEnabled["']?\s*:\s*["']?true|\bpointInTimeRecovery(?:Specification)?\s*:|\bbackupRetention\s*:|\bbackup(?:Plan|Vault)\s*\(|\bbarmanObjectStore\s*:|\baws_backup_plan\b|\bscheduledBackups?\s*:|kind:\s*ScheduledBackup\b|point_in_time_recovery_enablement\s*=/;
/** A container beside the database that dumps it. */
const SIDECAR =
	/image:\s*["']?[\w./-]*(?:postgres-backup(?:-local|-s3)?|mysql-backup|docker-volume-backup|pgbackweb|databasement|databack|pgbackups|mongodb-backup|mysql-cron-backup|db-backup|wal-g|pgbackrest|litestream)\b/;

export const mayDeclareBackup = (file: string): boolean =>
	/\.(?:tf|hcl|bicep)$|\.ya?ml$|(?:^|\/)(?:cdk|infra\w*|pulumi|stacks|lib|sst|iac)[\w./-]*\.[jt]s$|(?:^|\/)sst\.config\.ts$/.test(
		file,
	);

/** Settings of infrastructure that make backups which its console restores. */
export const declaredBackupIn = (text: string): NotePlace | null => firstOf(text, DECLARED);

export const sidecarBackupIn = (text: string): NotePlace | null => firstOf(text, SIDECAR);

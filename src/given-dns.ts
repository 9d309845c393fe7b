import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { AuditOptions } from './audit-options.ts';
import { Unobserved } from './core/fact.ts';
import type { DnsPort } from './core/io.ts';
import type { Target } from './core/target.ts';
import { BadTarget } from './engine/parse-target.ts';
import { isWithin } from './facts/dns/ancestry.ts';
import { plannedAnswers } from './facts/zone-file/planned-answers.ts';
import { hintedAnswers, parseRootHints } from './facts/zone-file/root-hints.ts';
import { LARGEST_ZONE, parseZoneFile, type ZoneFile } from './facts/zone-file/zone-file.ts';
import { originFor } from './facts/zone-file/zone-plan.ts';
import { createFiles } from './files/create-files.ts';
import { reasonFor } from './files/reason.ts';

/** Wraps the network's answers in what the user's files say. */
export type DnsOverlay = (ask: DnsPort['ask']) => DnsPort['ask'];

/**
 * The options with the zone file's real path, and with its zone as the domain where none is named. Throws
 * `BadTarget`, with one line for the user, for a file that cannot be read and for options that need one.
 */
export async function withZoneFile(options: AuditOptions): Promise<AuditOptions> {
	const { zoneFile, drift, live, domain } = options;
	if (zoneFile === undefined) {
		if (drift === true)
			throw new BadTarget('--drift compares a zone file with DNS: add --zone FILE');
		if (live === false) throw new BadTarget('--no-live judges a zone file alone: add --zone FILE');
		return options;
	}
	if (drift === true && live === false) {
		throw new BadTarget('--drift asks the name servers, which --no-live forbids: leave one out');
	}
	const real = await realPath(zoneFile, '--zone');
	const text = await textOf(real, zoneFile, '--zone');
	if (domain !== undefined) return { ...options, zoneFile: real };
	const zone = parseZoneFile(text, '.').apex;
	if (zone === '.') {
		throw new BadTarget(
			`--zone "${zoneFile}" does not say which zone it holds: add the domain, as in launch-ready audit example.com --zone ${zoneFile}`,
		);
	}
	return { ...options, zoneFile: real, domain: zone };
}

/** What stands before the network: the planned zone, and the root's servers. */
export async function dnsOverlay(
	{ rootHints }: Pick<AuditOptions, 'rootHints'>,
	target: Target,
): Promise<DnsOverlay> {
	const layers: DnsOverlay[] = [];
	if (rootHints !== undefined) {
		const text = await textOf(await realPath(rootHints, '--root-hints'), rootHints, '--root-hints');
		const hints = parseRootHints(text);
		if (typeof hints === 'string') throw new BadTarget(`--root-hints "${rootHints}": ${hints}`);
		layers.push((ask) => hintedAnswers(hints, ask));
	}
	const file = await zoneOf(target);
	if (file !== null && target.zoneUse === 'plan') layers.push((ask) => plannedAnswers(file, ask));
	return (ask) => layers.reduce((before, layer) => layer(before), ask);
}

/** Throws `BadTarget` for a file that holds no zone, or another one than the audited. */
async function zoneOf(target: Target): Promise<ZoneFile | null> {
	const { zoneFile, domain, registrable } = target;
	if (zoneFile === null || domain === null) return null;
	const name = path.basename(zoneFile);
	const origin = originFor({ domain, registrable: registrable ?? domain, path: zoneFile });
	const file = parseZoneFile(await textOf(zoneFile, name, '--zone'), origin);
	if (file.records.length === 0) {
		const [fault] = file.faults;
		const why = fault === undefined ? '' : ` (line ${fault.line}: ${fault.says})`;
		throw new BadTarget(`--zone "${name}" holds no record that can be read${why}`);
	}
	if (!isWithin(domain, file.apex)) {
		throw new BadTarget(`--zone "${name}" holds the zone ${file.apex}, which ${domain} is not in`);
	}
	return file;
}

async function realPath(file: string, from: string): Promise<string> {
	try {
		return await realpath(file);
	} catch (error) {
		throw new BadTarget(`${from} "${file}": ${reasonFor(error)}`);
	}
}

/** Latin1, as much of it as is read of a zone. */
async function textOf(real: string, file: string, from: string): Promise<string> {
	const files = createFiles({ configFolder: path.dirname(real) });
	try {
		return await files.read(path.dirname(real), path.basename(real), LARGEST_ZONE + 1);
	} catch (error) {
		if (!(error instanceof Unobserved)) throw error;
		const reason = error.message.slice(error.message.lastIndexOf(': ') + 2);
		throw new BadTarget(`${from} "${file}": ${reason}`);
	}
}

import type { ChalkInstance } from 'chalk';
import { type DmarcDiscovered, discoverySteps } from '../facts/mail/dmarc-discovered.ts';
import type { DmarcPolicy } from '../facts/mail/dmarc-record.ts';
import { visible } from '../report/visible-text.ts';

const MEANING: Readonly<Record<DmarcPolicy, string>> = {
	none: 'what fails is delivered',
	quarantine: 'what fails is put aside',
	reject: 'what fails is refused',
};

/** One discovery for people: the policy, where it comes from, and every question in its order. */
export function dmarcText(found: DmarcDiscovered, chalk: ChalkInstance): string {
	const { organizationalDomain, organizationalDomainByList, exists, failed } = found;
	const isDisputed =
		organizationalDomain !== null && organizationalDomain !== organizationalDomainByList;
	return [
		headline(found, chalk),
		`Organizational domain: ${visible(organizationalDomain ?? 'unknown')}${
			isDisputed && organizationalDomainByList !== null
				? `; by the public suffix list ${visible(organizationalDomainByList)}`
				: ''
		}`,
		...(exists === null ? [] : [`The domain ${exists ? 'exists' : 'does not exist'} in DNS.`]),
		...failed.map((detail) => `No answer: ${visible(detail)}`),
		'',
		...discoverySteps(found).map((line) => `  ${visible(line, LONGEST_LINE)}`),
	].join('\n');
}

/** A name and a record. */
const LONGEST_LINE = 1_000;

function headline(found: DmarcDiscovered, chalk: ChalkInstance): string {
	const { domain, result, policy, applied, tag, recordName } = found;
	const name = visible(domain, 253);
	if (result === 'temperror') return `${chalk.bold.yellow('temperror')}  ${name}: DNS failed`;
	if (policy === null || applied === null) {
		return `${chalk.bold.yellow('no policy')}  ${name}: receivers do not apply DMARC`;
	}
	const source =
		tag === null
			? `${visible(recordName ?? '', 260)} acts as p=none`
			: `${tag}=${policy} of ${visible(recordName ?? '', 260)}`;
	const softer = applied === policy ? '' : `, and t=y makes it ${applied}`;
	const color = applied === 'none' ? 'yellow' : 'green';
	return `${chalk.bold[color](applied)}  ${name}: ${MEANING[applied]} (${source}${softer})`;
}

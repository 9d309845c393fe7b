import dkim from '../../../checks/email/dkim.ts';
import dmarc from '../../../checks/email/dmarc.ts';
import mx from '../../../checks/email/mx.ts';
import spf from '../../../checks/email/spf.ts';
import { type Failed, type Finding, isFailed } from '../../../src/core/finding.ts';
import type { Io } from '../../../src/core/io.ts';
import { audit } from '../../../src/engine/audit.ts';
import { liveObserver } from '../../../src/engine/observer.ts';
import { parseTarget } from '../../../src/engine/parse-target.ts';
import { startLab } from '../../../src/lab/start-lab.ts';
import type { World } from '../../../src/lab/world.ts';
import { createNet } from '../../../src/net/io.ts';

type Asked = Omit<Parameters<typeof parseTarget>[0], 'domain' | 'seed'>;

export interface MailAudit {
	readonly findings: readonly Finding[];
	/** `check/verdict severity` of what failed and what is worth knowing; `check unknown` besides. */
	readonly said: readonly string[];
	readonly questions: readonly { readonly name: string; readonly type: string }[];
	readonly tookMs: number;
}

export interface MailLab extends AsyncDisposable {
	/** Asks DNS over real sockets, and judges SPF, DKIM, DMARC and MX. */
	audit(domain: string, asked?: Asked): Promise<MailAudit>;
}

export async function startMailLab(world: World): Promise<MailLab> {
	const lab = await startLab(world);
	return {
		[Symbol.asyncDispose]: lab.close,
		async audit(domain, asked = {}) {
			const target = parseTarget({ ...asked, domain, seed: '0123456789abcdef' });
			const controller = new AbortController();
			const net = createNet({
				resolver: lab.resolver,
				addressMap: lab.addressMap,
				registrable: target.registrable,
				env: {},
				userAgent: 'launch-ready/test',
				signal: controller.signal,
			});
			const before = lab.requests.dns.length;
			const started = performance.now();
			try {
				const { findings } = await audit({
					target,
					checks: [dkim, dmarc, mx, spf],
					observer: liveObserver(net.io as Io, controller.signal, () => undefined),
					now: new Date(),
				});
				return {
					findings,
					said: findings.flatMap(inShort),
					questions: lab.requests.dns.slice(before),
					tookMs: performance.now() - started,
				};
			} finally {
				await net.close();
				controller.abort();
			}
		},
	};
}

function inShort(finding: Finding): readonly string[] {
	if (isFailed(finding)) return [`${finding.check}/${finding.verdict} ${finding.severity}`];
	if (finding.outcome === 'unknown') {
		return [`${[finding.check, finding.verdict].filter(Boolean).join('/')} unknown`];
	}
	return [];
}

export function failedBy({ findings }: MailAudit, id: string): Failed {
	const found = findings.filter(isFailed).find((one) => `${one.check}/${one.verdict}` === id);
	if (found === undefined) throw new Error(`nothing says ${id}`);
	return found;
}

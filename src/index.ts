/**
 * The programmatic API: the same audit as the command line's, as a function. It prints nothing and
 * never exits; what it throws is wrong usage (`BadTarget`, `BadEvidence`, `RangeError`) or a bug.
 */

export { audit, plan } from './audit.ts';
export type { AuditOptions } from './audit-options.ts';
export type { Report, ReportFinding } from './core/report.ts';
export type { Progress } from './engine/audit.ts';
export { BadTarget } from './engine/parse-target.ts';
export { BadEvidence } from './evidence/read-evidence.ts';
export {
	type AssessOptions,
	assessChain,
	type ChainAssessment,
	type ChainProblem,
} from './facts/tls/assess-chain.ts';

import { BadSpfCase } from '../check-spf.ts';
import { BadConfig } from '../config/read-config.ts';
import { BadDmarcCase } from '../discover-dmarc.ts';
import { BadTarget } from '../engine/parse-target.ts';
import { BadEvidence } from '../evidence/read-evidence.ts';
import { EvidenceNotWritten } from '../evidence/write-evidence.ts';
import { BadResultFile } from '../fleet/result-file.ts';
import { BadTargetList } from '../fleet/target-list.ts';
import { StateNotWritten, StateRefused } from '../watch/state-file.ts';
import { Usage } from './usage.ts';
import { NotWritten } from './write-output.ts';

/** Exit 2. A `RangeError` is what parsers of settings (durations, resolvers, files of roots) throw. */
export const usageErrors = [
	BadConfig,
	BadTarget,
	BadEvidence,
	BadSpfCase,
	BadDmarcCase,
	StateRefused,
	BadTargetList,
	BadResultFile,
	Usage,
	RangeError,
];
/** Exit 74. */
export const writeErrors = [EvidenceNotWritten, NotWritten, StateNotWritten];

import type { Texts } from './github-workflow.ts';

/** Of which system a file is. */
export const CI_SYSTEMS = [
	'github',
	'gitlab',
	'circleci',
	'bitbucket',
	'azure',
	'jenkins',
	'travis',
	'buildkite',
	'drone',
	'cloudbuild',
	'codebuild',
	'appveyor',
	'platform',
] as const;
export type CiSystem = (typeof CI_SYSTEMS)[number];

/** What a name in an expression stands for, and where that is to be read in its turn. */
export interface Scope {
	readonly inputs: Texts;
	readonly env: Texts;
	/** `steps.<id>.outputs.<name>`, `needs.<id>.outputs.<name>`, lower case. */
	readonly outputs: Texts;
	/** Of the caller; `null` where a workflow was started by an event. */
	readonly caller: Scope | null;
}

export const NO_SCOPE: Scope = { inputs: {}, env: {}, outputs: {}, caller: null };

/** One step of a job, those of actions in the repository in the place where they are used. */
export interface PipelineStep {
	readonly file: string;
	/** 1-based. */
	readonly line: number;
	readonly name: string;
	readonly run: string;
	readonly runLine: number;
	readonly shell: string;
	readonly uses: string;
	readonly usesLine: number;
	readonly with: Texts;
	readonly withLines: Readonly<Record<string, number>>;
	/** Of the step alone, names in lower case. */
	readonly env: Texts;
	readonly envLine: number | null;
	/** All that must hold: of calling jobs, of the job and of the step. */
	readonly conditions: readonly string[];
	readonly scope: Scope;
	readonly folder: string;
}

/** A job, those of reusable workflows in the place where they are called. */
export interface PipelineJob {
	readonly system: CiSystem;
	/** Unlike any other job's. */
	readonly key: string;
	/** The file that it stands in, which a call can lead to from another. */
	readonly file: string;
	readonly id: string;
	readonly name: string;
	readonly line: number;
	/** Name of the pipeline that was started. */
	readonly pipeline: string;
	readonly pipelineFile: string;
	/** Events that start it; empty where that is not said here. */
	readonly events: readonly string[];
	/** Pipelines whose end starts it. */
	readonly after: readonly string[];
	readonly conditions: readonly string[];
	/** Keys of jobs that must have ended well before; direct ones. */
	readonly needs: readonly string[];
	readonly environment: string;
	readonly steps: readonly PipelineStep[];
	/** A pipeline of another repository that does its work; empty for none. */
	readonly elsewhere: string;
}

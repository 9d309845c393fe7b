/**
 * The part of the SDK that checks over files alone need. A hook before every commit waits for what its
 * checks import: whoever judges no site imports this, and loads no protocol.
 */

export { z } from 'zod';
export { at, cannotSay, defineCheck, doesNotApply, optional } from './core/check.ts';
export type { Evidence } from './core/evidence.ts';
export type { Fact, UnknownReason } from './core/fact.ts';
export { commands, type Fix } from './core/fix.ts';
export type { Severity } from './core/severity.ts';
export { minutes } from './core/units.ts';
export { isKeyFileName } from './facts/secret-formats/key-store.ts';
export {
	type EnvFile,
	type NotedFile,
	type RepositoryFiles,
	repositoryFiles,
} from './facts/secret-formats/repository-files.ts';
export { type BuildSecrets, buildSecrets } from './facts/secrets/build-secrets.ts';
export type {
	HistorySecret,
	PastEnvFile,
	RepositoryHistory,
} from './facts/secrets/history-sighting.ts';
export {
	repositories,
	repositoryHistory,
	repositorySecrets,
} from './facts/secrets/repository.ts';
export type { SecretPlace } from './facts/secrets/secret-place.ts';
export type { FoundSecret, RepositorySecrets } from './facts/secrets/secret-sighting.ts';

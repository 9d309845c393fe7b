import { z } from 'zod';

/** What code writes into logs, as the check of it says it. */
const LOGGING_VERDICTS = [
	'logs-secret',
	'logs-environment',
	'logs-request',
	'no-redaction',
	'query-logging',
] as const;

const LoggingFindingSchema = z.object({
	verdict: z.enum(LOGGING_VERDICTS),
	file: z.string(),
	/** 1-based. */
	line: z.number().int(),
	/** Names alone, such as `user.password`, `req.headers`, `pino()`. */
	what: z.string(),
	/** What writes it: `console.log`, `logger.info`. */
	by: z.string(),
	sure: z.boolean(),
});
export type LoggingFinding = z.infer<typeof LoggingFindingSchema>;

export const LoggingSchema = z.object({
	/** Files of code that were looked at. */
	files: z.number().int(),
	/** With calls of a logger. */
	logging: z.number().int(),
	/** Why a file was not looked at. */
	unread: z.array(z.string()),
	findings: z.array(LoggingFindingSchema),
});
export type Logging = z.infer<typeof LoggingSchema>;

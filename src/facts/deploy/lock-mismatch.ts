import { z } from 'zod';

/** A dependency that the lock does not hold as the manifest asks for it. */
export const MismatchSchema = z.object({
	name: z.string(),
	/** As the manifest writes it; empty where the lock alone has it. */
	wanted: z.string(),
	/** As the lock has it; empty where it has none. */
	locked: z.string(),
});
export type Mismatch = z.infer<typeof MismatchSchema>;

/** What may stand in a report: an address could carry a credential. */
export function shownMismatch({ name, wanted, locked }: Mismatch): Mismatch {
	return { name: shown(name), wanted: shown(wanted), locked: shown(locked) };
}

const shown = (text: string): string =>
	/^[\w.^~<>=|*+!, @/:-]{0,80}$/.test(text) && !/:\/\/|@[^@/]*:|:[^@/]*@.*:/.test(text)
		? text
		: 'an address';

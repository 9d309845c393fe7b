/**
 * Milliseconds of processor that this process has used. What only computes is held to this clock: the
 * one on the wall also counts what else the machine has to do.
 */
export function cpuMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1_000;
}

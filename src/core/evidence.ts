/** Something seen, small and redacted: the line a client can check by hand. */
export interface Evidence {
	/** Which kind of observation: `dns`, `http`, `tls`, `smtp`, `file`, `timing`, `control`. */
	readonly kind: string;
	readonly summary: string;
	readonly detail: string;
}

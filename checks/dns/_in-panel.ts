/** Where a record is edited, for the end of a sentence. */
export function inPanel(panel: string | null): string {
	return panel === null ? 'with your DNS provider' : `in the DNS panel of ${panel}`;
}

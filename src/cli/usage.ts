/** Wrong usage: exit 2 with this line, which says what to type instead. */
export class Usage extends Error {}

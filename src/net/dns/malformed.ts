/** Bytes that are no DNS message, name or record. Never leaves `src/net/dns`. */
export class Malformed extends Error {}

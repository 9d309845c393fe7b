/**
 * Requests that a list of old URLs may cost a public host, beside what an audit asks anyway, and the
 * seconds that this takes at the pace for strangers' servers.
 */
export const OLD_URL_REQUESTS = 500;
export const OLD_URL_SECONDS = 60;

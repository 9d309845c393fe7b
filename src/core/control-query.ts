/** What redirects are tried with; a URL with this query is a control and nothing of the target's. */
export const CONTROL_QUERY = 'utm_source=a&gclid=b%20c&x=1&x=2';

/** The host that redirectors are offered (RFC 2606 §3); a URL that names it is a control too. */
export const OUTSIDE = 'example.org';

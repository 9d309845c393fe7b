/** Sub-domains where products of this kind usually live: tried unasked. */
export const USUAL_HOSTS = ['app', 'api', 'admin'] as const;

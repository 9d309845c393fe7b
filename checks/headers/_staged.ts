/** A staging host weighs one step less. */
export const HIGH = { by: 'stage', is: { production: 'high', staging: 'later' } } as const;
export const LATER = { by: 'stage', is: { production: 'later', staging: 'info' } } as const;

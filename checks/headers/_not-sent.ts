/** Headers that nobody has set up yet: one omission, mended by one block. */
export const NOT_SENT = 'headers not sent';

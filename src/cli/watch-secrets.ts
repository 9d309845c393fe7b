/** Variables that hold what must not go further. */
export const WEBHOOK_URL = 'LAUNCH_READY_WEBHOOK_URL';
export const SMTP_URL = 'LAUNCH_READY_SMTP_URL';
export const SECRETS: readonly string[] = [WEBHOOK_URL, SMTP_URL];

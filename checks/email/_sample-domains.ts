import type { MailDomain } from '../../src/sdk.ts';

/** For examples: a domain that sends and receives. */
export const SENDER: MailDomain['context'] = {
	role: 'sends',
	receives: 'yes',
	bulk: 'no',
	dkim: 'backup',
};

/** For examples: one that does neither. */
export const NO_MAIL: Partial<MailDomain['context']> = { role: 'no-mail', receives: 'no' };

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alertSubject, alertText, chatText } from '../../src/watch/alert-text.ts';
import type { Alert, Told } from '../../src/watch/watch-state.ts';

const told = (about: Partial<Told> = {}): Told => ({
	id: 'redirects/chain/target-fails',
	place: 'https://example.com/login',
	severity: 'blocker',
	title: 'https://example.com/login answers 500.',
	since: '2026-11-25T13:30:00.000Z',
	...about,
});

const alert = (about: Partial<Alert> = {}): Alert => ({
	at: '2026-11-25T14:00:00.000Z',
	domain: 'example.com',
	sight: null,
	broke: [],
	recovered: [],
	gone: [],
	standing: 0,
	headline: 'GO  no risks',
	...about,
});

describe('an alert', () => {
	it('says what broke, where, since when, and what stands', () => {
		expect(alertText(alert({ broke: [told()], standing: 1, headline: 'NO_GO  1 blocker' }))).toBe(
			[
				'example.com: 1 broke',
				'Broken, twice in a row:',
				'- launch blocker: https://example.com/login answers 500. (redirects/chain/target-fails, since 2026-11-25 13:30 UTC)',
				'Standing now: 1.',
				'NO_GO  1 blocker',
			].join('\n'),
		);
	});

	it('says what recovered and how long it stood, also where the clock was set back', () => {
		expect(alertText(alert({ recovered: [told()] }))).toContain(', after 30 min)');
		const early = alert({ recovered: [told({ since: '2026-11-26T00:00:00.000Z' })] });
		expect(alertText(early)).toContain(', after less than a minute)');
	});

	it('counts what is too much for a telephone', () => {
		const text = alertText(alert({ broke: Array.from({ length: 30 }, () => told()) }));
		expect(text).toContain('- and 18 more');
		expect(text.split('\n').length).toBeLessThan(20);
	});
});

describe('hostile text in an alert', () => {
	const hostile = told({
		title: '<!channel> <https://evil.test|click> & @here @everyone\r\nBcc: a@b.test\u001b[2J\u202e',
		place: '@channel\nx',
	});

	it('is no mention, no link and no markup in a chat', () => {
		const text = chatText(alert({ broke: [hostile], domain: 'x@channel' }));
		expect(text).not.toMatch(/[<>]|@(?:channel|here|everyone)|&(?!amp;|lt;|gt;)/);
		expect(text).toContain('&lt;!channel&gt;');
	});

	it('ends no header and moves no cursor', () => {
		const domain = 'a.test\r\nBcc: b@c.test';
		expect(alertSubject(alert({ broke: [hostile], domain }))).toBe(
			'a.test\\u{d}\\u{a}Bcc: b@c.test: 1 broke',
		);
	});

	it('never brings a control character or a further line, whatever it is', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), (text) => {
				const one = alertText(
					alert({ broke: [told({ title: text, place: text })], headline: text }),
				);
				expect(one.split('\n')).toHaveLength(5);
				expect(one.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
			}),
		);
	});
});

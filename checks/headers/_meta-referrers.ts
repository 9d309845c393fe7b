import { type HttpAnswered, pageIn } from '../../src/sdk.ts';

/** What a page says in `<meta name=referrer>`, in document order. */
export function metaReferrers(answer: HttpAnswered, url: string): readonly string[] {
	return (pageIn(answer, url)?.metas ?? [])
		.filter(({ key }) => key === 'referrer')
		.map(({ content }) => content);
}

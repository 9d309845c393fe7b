import type { DkimKeyRecord } from './dkim-key.ts';

type Tag = Pick<DkimKeyRecord['tags'][number], 'name' | 'value'>;

/** Each tag once, version first, without stray quotes and backslashes. */
export function rewrittenKey(tags: readonly Tag[]): string {
	const values = new Map<string, string>();
	for (const { name: written, value } of tags) {
		const name = written.toLowerCase();
		if (name === 'v' || values.has(name) || (value === '' && name !== 'p')) continue;
		values.set(name, value.replace(/[\\"]|\xe2\x80[\x9c-\x9f]/g, ''));
	}
	return ['v=DKIM1', ...[...values].map(([name, value]) => `${name}=${value}`)].join('; ');
}

/** Without what keeps verifiers from using the key; `t=s`, which only narrows the identity, stays. */
export function unrestricted(tags: readonly Tag[]): readonly Tag[] {
	return tags.flatMap(({ name, value }) => {
		if (name !== 't') return ['h', 's', 'g'].includes(name) ? [] : [{ name, value }];
		const flags = value.split(':').filter((flag) => flag.trim().toLowerCase() !== 'y');
		return flags.length === 0 ? [] : [{ name, value: flags.join(':') }];
	});
}

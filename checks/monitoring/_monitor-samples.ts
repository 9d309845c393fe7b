import type { Channel, Monitor, RepositoryMonitors } from '../../src/sdk.ts';

const AT = { tool: 'Gatus', file: 'gatus/config.yaml', line: 7 };

/** A monitor of the start page, for examples. */
export const monitor = (about: Partial<Monitor> = {}): Monitor => ({
	...AT,
	name: 'site',
	urls: ['https://example.com/'],
	intervalSeconds: 60,
	asserts: true,
	isEnabled: true,
	...about,
});

export const channel = (about: Partial<Channel> = {}): Channel => ({
	...AT,
	kind: 'chat',
	to: 'hooks.slack.com',
	state: 'real',
	...about,
});

export const found = (about: Partial<RepositoryMonitors> = {}): RepositoryMonitors => ({
	files: 12,
	unread: [],
	cut: false,
	monitors: [monitor()],
	channels: [channel()],
	mention: null,
	...about,
});

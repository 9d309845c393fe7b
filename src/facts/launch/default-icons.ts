import { z } from 'zod';
import { defineDerivation, type Fact, known } from '../../core/fact.ts';
import { httpExchange } from '../web/http.ts';
import { isSameSite } from '../web/redirects.ts';
import { sitePages } from '../web/site-pages.ts';

/**
 * SHA-256 of the icons that project templates bring along, taken from the packages named here as they stood in
 * November 2026.
 */
const ICONS: Readonly<Record<string, string>> = {
	// create-next-app 12.3.4 to 15.1.0, and 16.4.3
	'2b8ad2d33455a8f736fc3a8ebf8f0bdea8848ad4c0db48a2833bd0f9cd775932': 'Next.js',
	c28fdd2a4f31e2dc64f653962286da5c82a4cdfc518b242d32812c624e9a19a4: 'Next.js',
	// create-vite 4.4.1 to 7.1.0 and sv 0.17.1 (vite.svg), create-vite 9.3.0 (favicon.svg, two)
	'4a748afd443918bb16591c834c401dae33e87861ab5dbad0811c3a3b4a9214fb': 'Vite',
	'61bc9a161de58248288e6905425d7180f0624c2865007b97d763fdac12043a66': 'Vite',
	ceeac38434be7a3b4d0f68b8cd8aa2b9ae78c260d6343087c6e095f8031ce4ff: 'Vite',
	// cra-template 1.3.0: favicon.ico, logo192.png
	'3d10f7da6c603178340081668c4ac5b3ae9743ca9a262ab0fcd312fbb9f48bdd': 'Create React App',
	c386396ec70db3608075b5fbfaac4ab1ccaa86ba05a68ab393ec551eb66c3e00: 'Create React App',
	// create-vue 3.9.0 and 3.24.0
	db74ab0b78338c1f778f8398c45f4103c99aea0e845a3118a7750b4eeafd3445: 'Vue',
	// create-svelte 6.3.0, sv 0.17.1
	'5146ed79b486cb9e1cdcdd7814cd22ae78e70ceb30fa06b4cd9a16cf121bc9e6': 'SvelteKit',
	d7d9227f0fe5bfb4189fb6ba4dd9e2d524f6a1dfd02bd901c65330987675c0b3: 'SvelteKit',
	// @schematics/angular 16.2.0, and 17.3.0 to 22.2.7
	'2d0a4f5a77c788b084919b1b8cad5713d9dfc3388ef29969c4cb66c28092e683': 'Angular',
	f9102be80297c0529207607be5277b4f90bca89d65988fa1771b91c7894e815f: 'Angular',
	// create-docusaurus 3.10.2
	'7fe55819f14792d942d86092f519b6d425e995337b482a8743e363cf5ac0ae30': 'Docusaurus',
	// expo-template-blank
	a4e030697a7571b3e95d31860e4da55d2f98e5e861e2b55e414f45a8556828ba: 'Expo',
};

/** Whose icon bytes with this SHA-256 are; `null` for one that no template has. */
export function templateOfIcon(sha256: string): string | null {
	return Object.hasOwn(ICONS, sha256) ? (ICONS[sha256] ?? null) : null;
}

export interface DefaultIcon {
	readonly url: string;
	readonly template: string;
}

/** Pages name one in two or three sizes. */
const MOST_ICONS = 3;

/**
 * An icon of a host's start page that a project template brought along; `null` for one of its own, and for
 * none. Asks for the icons that the page names on its own site, three at most; without any, for
 * `/favicon.ico`, as browsers do.
 */
export const defaultIcon = defineDerivation({
	name: 'launch.default-icon',
	params: z.object({ host: z.string(), login: z.string().nullable() }),
	async derive({ host, login }, get): Promise<Fact<DefaultIcon | null>> {
		const pages = await get(sitePages({ host, login }));
		if (pages.status !== 'known') return pages;
		const [start] = pages.value.pages;
		if (start === undefined) return known(null);
		const named = start.page.relations
			.filter(({ rel }) => rel.includes('icon'))
			.flatMap(({ url }) => (url !== null && /^https?:/.test(url) ? [url] : []))
			.filter((url) => isSameSite(new URL(url).hostname, host));
		const hasIcon = start.page.relations.some(({ rel }) => rel.includes('icon'));
		const urls = hasIcon ? named.slice(0, MOST_ICONS) : [new URL('/favicon.ico', start.url).href];
		for (const url of urls) {
			const exchange = await get(httpExchange({ url }));
			if (exchange.status !== 'known' || exchange.value.kind !== 'answered') continue;
			const template =
				exchange.value.status === 200 ? templateOfIcon(exchange.value.body.sha256) : null;
			if (template !== null) return known({ url, template });
		}
		return known(null);
	},
});

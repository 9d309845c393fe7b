/** `registry/name:tag@digest`, as Docker reads it. */
export interface ImageReference {
	/** Without tag and digest, `docker.io/library/` taken off: `node`, `ghcr.io/acme/web`. */
	readonly name: string;
	/** Empty where none is given, which means `latest`. */
	readonly tag: string;
	/** `sha256:…`; empty without one. */
	readonly digest: string;
}

export function parseImageReference(text: string): ImageReference {
	const [withTag = '', digest = ''] = text.split('@', 2);
	const colon = withTag.lastIndexOf(':');
	// A colon before a slash belongs to a registry's port.
	const hasTag = colon !== -1 && !withTag.slice(colon).includes('/');
	const name = (hasTag ? withTag.slice(0, colon) : withTag).toLowerCase();
	return {
		name: name.replace(/^(?:(?:index\.)?docker\.io\/)?(?:library\/)?/, ''),
		tag: hasTag ? withTag.slice(colon + 1) : '',
		digest,
	};
}

/** From its publisher's documentation: these images run as somebody other than root. */
const WITH_USER: readonly RegExp[] = [
	/^cgr\.dev\//,
	/^dhi\.io\//,
	/^(?:public\.ecr\.aws\/)?bitnami(?:legacy|secure)?\//,
	/^nginxinc\/nginx-unprivileged$/,
	/^registry\.(?:access\.)?redhat\.(?:com|io)\/.*(?:nodejs|python|php|ruby|openjdk|nginx|httpd)/,
	/^quay\.io\/keycloak\/keycloak$/,
	/^(?:jenkins\/jenkins|grafana\/grafana|prom\/prometheus|sonarqube|solr|hasura\/graphql-engine|n8nio\/n8n|directus\/directus|ghcr\.io\/puppeteer\/puppeteer|cypress\/included-nonroot)$/,
	/^heroku\/heroku$|^(?:paketobuildpacks|heroku)\//,
];

/** Whether the image itself names a user that is not root, as far as is documented. */
export function runsAsSomebody({ name, tag }: ImageReference): boolean {
	if (/distroless/.test(name) || /^gcr\.io\/distroless\//.test(name)) return /nonroot/.test(tag);
	if (/^mcr\.microsoft\.com\/dotnet\//.test(name)) return /chiseled|distroless/.test(tag);
	if (/(?:^|[-_.])(?:nonroot|rootless|unprivileged)(?:$|[-_.])/.test(`${name}-${tag}`)) return true;
	return WITH_USER.some((pattern) => pattern.test(name));
}

/** Docker's own images, whose user is documented: root, unless `runsAsSomebody`. */
export const isOfficial = ({ name }: ImageReference): boolean => !name.includes('/');

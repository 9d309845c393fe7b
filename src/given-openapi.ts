import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { AuditOptions } from './audit-options.ts';
import { BadTarget } from './engine/parse-target.ts';
import { openApiRoutes } from './facts/timing/openapi.ts';

/**
 * The options with the routes of the OpenAPI file among the named endpoints. Throws `BadTarget`, with one
 * line for the user, for a file that cannot be read, is none, or has no route that can be timed.
 */
export async function withOpenApi(options: AuditOptions): Promise<AuditOptions> {
	const { openapi, domain, endpoints = [] } = options;
	if (openapi === undefined) return options;
	const bad = (why: string) => new BadTarget(`--openapi "${openapi}": ${why}`);
	if (domain === undefined) throw bad('name the domain as well, whose routes it describes');
	const text = await readFile(path.resolve(openapi), 'utf8').catch(
		(error: NodeJS.ErrnoException) => {
			throw bad(`it cannot be read (${error.code ?? 'no such file'})`);
		},
	);
	const home = domain.includes('://') ? domain : `https://${domain}/`;
	if (!URL.canParse(home)) return options;
	const routes = openApiRoutes(text, home);
	if (typeof routes === 'string') throw bad(routes);
	const { urls, left } = routes;
	if (urls.length === 0) {
		throw bad(
			`no GET operation can be timed: ${left.parameters} ask for parameters, ${left.signIn} for a sign-in`,
		);
	}
	return { ...options, openapi: undefined, endpoints: [...endpoints, ...urls] };
}

import { ATLASSIAN, afterPrefix, GITLAB, pypiState } from './secret-checksum.ts';
import { named, RESTRICTED, rule, type SecretRule } from './secret-rule.ts';

const GITHUB = 'https://github.com/settings/tokens';
const GITLAB_TOKENS = 'https://gitlab.com/-/user_settings/personal_access_tokens';
const ATLASSIAN_TOKENS = 'https://id.atlassian.com/manage-profile/security/api-tokens';

/** Source control, continuous integration and package registries. */
export const SOURCE_CONTROL: readonly SecretRule[] = [
	rule(
		'GitHub',
		'token',
		GITHUB,
		['ghp_{b62:36}', 'gho_{b62:36}', 'ghu_{b62:36}', 'ghs_{b62:36}', 'ghr_{b62:36}'],
		{ seal: afterPrefix(4) },
	),
	rule(
		'GitHub',
		'fine-grained token',
		'https://github.com/settings/personal-access-tokens',
		'github_pat_{b62:22}_{b62:59}',
	),
	rule('GitHub', 'token of the old form', GITHUB, '{hex:40}', {
		names: [
			'github_token',
			'github_access_token',
			'github_pat',
			'gh_token',
			'github_api',
			'githubtoken',
			'github_key',
			'github-token',
			'github_oauth',
			'hub_token',
		],
	}),
	rule('GitHub', 'OAuth client secret', 'https://github.com/settings/developers', '{hex:40}', {
		names: [
			'github_client_secret',
			'github_secret',
			'github_id_secret',
			'githubclientsecret',
			'auth_github_secret',
		],
	}),
	rule('GitHub', 'installation token', GITHUB, 'ghs_{digit:1-10}_eyJ{dot:300-900}'),
	rule(
		'GitLab',
		'routable token',
		GITLAB_TOKENS,
		['glpat', 'gldt', 'glrt', 'glptt', 'glagent', 'gloas', 'glsoat', 'glrtr']
			.map((kind) => `${kind}-{u:27-300}.{hex:2}.{low:9}`)
			.concat('glrt-t{digit:1}_{u:27-300}.{hex:2}.{low:9}'),
		{ seal: GITLAB },
	),
	rule(
		'GitLab',
		'routable scoped token',
		GITLAB_TOKENS,
		['glcbt', 'glft', 'glimt', 'glffct'].map((kind) => `${kind}-{u:27-300}.{hex:2}.{low:9}`),
		{ ...RESTRICTED, seal: GITLAB },
	),
	rule('GitLab', 'token', GITLAB_TOKENS, [
		'glpat-{u:20}',
		'gldt-{u:20}',
		'glrt-{u:20}',
		'glrt-t{digit:1}_{u:20}',
		'glptt-{hex:40}',
		'glagent-{u:50}',
		'gloas-{u:64}',
		'glsoat-{u:20}',
		'GR1348941{u:20}',
	]),
	rule(
		'GitLab',
		'scoped token',
		GITLAB_TOKENS,
		[
			'glcbt-{b62:1-5}_{u:20}',
			'glcbt-{u:20}',
			'glft-{u:20}',
			'glft-{hex:64}',
			'glimt-{u:25}',
			'glffct-{u:20}',
		],
		RESTRICTED,
	),
	rule('Atlassian', 'API token', ATLASSIAN_TOKENS, 'ATATT3{u:170-200}={HEX:8}', {
		seal: ATLASSIAN,
	}),
	rule('Atlassian', 'access token', ATLASSIAN_TOKENS, 'ATCTT3{u:170-200}={HEX:8}', {
		seal: ATLASSIAN,
	}),
	rule(
		'Bitbucket',
		'app password',
		'https://bitbucket.org/account/settings/app-passwords/',
		'ATBB{b62:32}',
	),
	rule(
		'Bitbucket',
		'client secret',
		'https://bitbucket.org/account/settings/api',
		'{u:32}',
		named('bitbucket'),
	),
	rule('Atlassian', 'API token of the old form', ATLASSIAN_TOKENS, '{b62:24}', {
		names: ['jira', 'atlassian', 'confluence'],
	}),
	rule('npm', 'access token', 'https://www.npmjs.com/settings/~/tokens', 'npm_{b62:36}', {
		seal: afterPrefix(4),
	}),
	rule(
		'npm registry',
		'auth token',
		'https://docs.npmjs.com/revoking-access-tokens',
		['{uuid}', '{b64:20-400}==', '{b64:20-400}=', '{any:20-400}'],
		{ names: ['_authtoken', ':_auth'], confidence: 'high' },
	),
	rule(
		'npm',
		'access token of the old form',
		'https://www.npmjs.com/settings/~/tokens',
		'{uuid}',
		named('npm_token', 'npm_auth_token', 'npm_api'),
	),
	rule('PyPI', 'token', 'https://pypi.org/manage/account/token/', 'pypi-AgE{u:60-300}', {
		check: pypiState,
	}),
	rule('RubyGems', 'API key', 'https://rubygems.org/profile/api_keys', 'rubygems_{hex:48}'),
	rule('crates.io', 'API token', 'https://crates.io/settings/tokens', 'cio{b62:32}', {
		anchors: ['cio'],
	}),
	rule('NuGet', 'API key', 'https://www.nuget.org/account/apikeys', 'oy2{low:43}', {
		anchors: ['oy2'],
	}),
	rule('Clojars', 'token', 'https://clojars.org/tokens', 'CLOJARS_{low:60}'),
	rule('Docker Hub', 'access token', 'https://app.docker.com/settings/personal-access-tokens', [
		'dckr_pat_{u:27}',
		'dckr_oat_{u:32}',
	]),
	rule('CircleCI', 'token', 'https://app.circleci.com/settings/user/tokens', [
		'CCIPAT_{b62:22}_{hex:40}',
		'CCIPRJ_{b62:22}_{hex:40}',
	]),
	rule(
		'Buildkite',
		'access token',
		'https://buildkite.com/user/api-access-tokens',
		'bkua_{hex:40}',
	),
	rule('Snyk', 'token', 'https://app.snyk.io/account', '{uuid}', named('snyk')),
	rule(
		'SonarQube',
		'token',
		'https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/',
		['squ_{hex:40}', 'sqp_{hex:40}', 'sqa_{hex:40}'],
	),
	rule(
		'SonarQube',
		'token of the old form',
		'https://docs.sonarsource.com/sonarqube-server/latest/user-guide/managing-tokens/',
		'{hex:40}',
		named('sonar'),
	),
	rule(
		'Artifactory',
		'API key',
		'https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens',
		'AKCp{b62:68-70}',
	),
	rule(
		'Artifactory',
		'API key by name',
		'https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens',
		['{b62:73}', '{b62:64}'],
		named('artifactory', 'jfrog'),
	),
	rule('Cloudsmith', 'API key', 'https://cloudsmith.io/user/settings/api/', 'csa_{b62:36}'),
	rule(
		'CircleCI',
		'token of the old form',
		'https://app.circleci.com/settings/user/tokens',
		'{hex:40}',
		{
			names: ['circleci', 'circle_ci', 'circle_token'],
		},
	),
	rule('Buildkite', 'agent token', 'https://buildkite.com/docs/agent/v3/tokens', [
		'bkct_{b62:40-60}',
		'bkaj_{dot:60-600}',
	]),
	rule('Codecov', 'upload token', 'https://app.codecov.io/', '{uuid}', {
		...named('codecov'),
		...RESTRICTED,
	}),
];

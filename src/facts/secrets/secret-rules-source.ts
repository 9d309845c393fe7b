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
	rule('GitHub', 'installation token', GITHUB, 'ghs_{digit:1-10}_eyJ{dot:300-900}'),
	rule('GitLab', 'routable token', GITLAB_TOKENS, 'glpat-{u:27-300}.{hex:2}.{low:9}', {
		seal: GITLAB,
	}),
	rule('GitLab', 'token', GITLAB_TOKENS, [
		'glpat-{u:20}',
		'gldt-{u:20}',
		'glrt-{u:20}',
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
		['glcbt-{b62:1-5}_{u:20}', 'glft-{u:20}', 'glimt-{u:25}', 'glffct-{u:20}'],
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
		'Artifactory',
		'API key',
		'https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens',
		'AKCp{b62:68-70}',
	),
	rule('Cloudsmith', 'API key', 'https://cloudsmith.io/user/settings/api/', 'csa_{hex:36}'),
	rule('Codecov', 'upload token', 'https://app.codecov.io/', '{uuid}', {
		...named('codecov'),
		...RESTRICTED,
	}),
];

const FIXTURE =
	/(?:^|\/)(?:__fixtures__|fixtures?|__mocks__|__snapshots__|testdata|test[-_]data|node_modules|vendor|third[-_]party|templates?|examples?|samples?|boilerplates?|playgrounds?)\//i;

/** Names that test runners look for. */
const BY_NAME =
	/\.(?:test|tests|spec|specs|cy|e2e|e2e-spec|test-d)\.[cm]?[jt]sx?$|(?:^|\/)__tests__\/.+\.[cm]?[jt]sx?$|(?:^|\/)(?:tests?|spec)(?:[-_][\w-]+)?\.(?:[cm]?[jt]sx?|coffee)$|[-_](?:test|spec)\.(?:[cm]?[jt]sx?|coffee)$|(?:^|\/)(?:tests?|specs?|e2e|cypress|playwright|integration-tests?|acceptance|test-e2e)\/(?:.+\/)?[^/]+\.(?:[cm]?[jt]sx?|coffee)$|(?:^|\/)test_[^/]+\.py$|_test\.py$|(?:^|\/)tests?\.py$|_test\.(?:go|exs|dart|rb|clj|cljs|lua|cc|cpp)$|_spec\.(?:rb|lua|cr)$|Tests?\.(?:php|java|kt|kts|groovy|scala|cs|vb|fs|swift|m)$|(?:Spec|IT|Suite)\.(?:java|kt|groovy|scala|hs)$|(?:^|\/)src\/(?:test|androidTest|commonTest|jvmTest)\/.+\.\w+$|(?:^|\/)(?:tests|benches)\/[^/]+\.rs$|\.(?:bats|feature)$|(?:^|\/)tests?\/.+\.(?:sh|php|R|jl|hs|ml|c|cc|cpp|zig|nim)$|\.t$/;
const SET_UP =
	/(?:^|\/)(?:conftest\.py|__init__\.py|(?:jest|vitest|vite|playwright|cypress|karma|mocha)[\w.-]*\.(?:config|setup)\.[cm]?[jt]s|setup(?:[-_]?tests?)?\.[cm]?[jt]sx?|test[-_]?(?:helper|utils?|setup)s?\.\w+|spec_helper\.rb|rails_helper\.rb|test_helper\.rb|commands\.[jt]s|(?:support|helpers?|utils?|mocks?|global-?setup|global-?teardown)(?:\/.+)?\.[cm]?[jt]sx?)$|\.d\.ts$/i;

/** A file of tests, by its path. What supports tests is none. */
export const isTestFile = (path: string): boolean =>
	BY_NAME.test(path) && !FIXTURE.test(path) && !SET_UP.test(path);

const CODE =
	/\.(?:[cm]?[jt]sx?|vue|svelte|astro|py|rb|php|go|rs|java|kts?|scala|groovy|cs|fs|vb|swift|dart|exs?|erl|clj[sc]?|hs|ml|cr|zig|nim|lua|pl|cc|cpp|c)$/;
const NO_CODE =
	/\.d\.[cm]?ts$|\.min\.[cm]?js$|\.(?:config|conf|setup|stories|story)\.[cm]?[jt]sx?$|(?:^|\/)(?:\.[^/]+|(?:babel|jest|vite|vitest|webpack|rollup|next|nuxt|tailwind|postcss|eslint|prettier|commitlint|gulpfile|gruntfile|karma|metro|svelte|astro|docusaurus|sidebars|env)(?:[.-][\w.-]+)?\.[cm]?[jt]s|setup\.py|conf\.py|conftest\.py|__init__\.py|manage\.py|service-worker\.js|sw\.js)$|(?:^|\/)(?:\.[^/]+|dist|build|out|public|static|migrations?|versions|docs?|website|scripts?|bin|tools?|\.github|generated|__generated__)\//i;

/** Code that could be tested, by its path. */
export const isCodeFile = (path: string): boolean =>
	CODE.test(path) && !NO_CODE.test(path) && !FIXTURE.test(path) && !BY_NAME.test(path);

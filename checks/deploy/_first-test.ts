import type { Fix, Snippet } from '../../src/sdk.ts';

const CODE: Readonly<Record<string, Snippet>> = {
	node: {
		platform: 'any',
		language: 'typescript',
		text: "// test/smoke.test.ts, after npm install --save-dev vitest and npm pkg set scripts.test='vitest run'\nimport { expect, test } from 'vitest';\n\nconst base = process.env['BASE_URL'] ?? 'http://localhost:3000';\n\ntest.each(['/', '/login'])('%s answers', async (path) => {\n\texpect((await fetch(base + path)).status).toBe(200);\n});",
	},
	python: {
		platform: 'any',
		language: 'python',
		text: '# tests/test_smoke.py, after pip install pytest httpx\nimport os\n\nimport httpx\nimport pytest\n\nBASE = os.environ.get("BASE_URL", "http://localhost:8000")\n\n\n@pytest.mark.parametrize("path", ["/", "/login"])\ndef test_answers(path):\n    assert httpx.get(BASE + path, follow_redirects=True).status_code == 200',
	},
	go: {
		platform: 'any',
		language: 'go',
		text: '// smoke_test.go\npackage main\n\nimport (\n\t"net/http"\n\t"os"\n\t"testing"\n)\n\nfunc TestAnswers(t *testing.T) {\n\tresponse, err := http.Get(os.Getenv("BASE_URL") + "/")\n\tif err != nil || response.StatusCode != http.StatusOK {\n\t\tt.Fatalf("%v, %v", response, err)\n\t}\n}',
	},
};

const ANY: Snippet = {
	platform: 'any',
	language: 'shell',
	text: '#!/bin/sh\n# tests/smoke.sh\nset -eu\n: "$BASE_URL"\nfor path in / /login; do\n\tcurl --fail --silent --show-error --output /dev/null "$BASE_URL$path"\ndone',
};

/** One test of what customers do first is worth more than many of what they never meet. */
export const firstTest = ({ language }: { language: string }): Fix => ({
	summary: 'Begin with one test of each way that brings money: sign-up, sign-in, payment',
	steps: [
		'Start the product as it is deployed, and ask it what a customer would.',
		'Run it on every push, before anything is deployed.',
	],
	snippets: [CODE[language] ?? ANY],
});

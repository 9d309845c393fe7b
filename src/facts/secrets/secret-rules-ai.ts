import { named, PUBLISHABLE, rule, type SecretRule } from './secret-rule.ts';

const OPENAI = 'https://platform.openai.com/api-keys';
const ANTHROPIC = 'https://console.anthropic.com/settings/keys';
const LANGFUSE = 'https://cloud.langfuse.com/';

/** Models and the services around them. */
export const AI: readonly SecretRule[] = [
	rule(
		'OpenAI',
		'API key',
		OPENAI,
		[
			'sk-{b62:20}T3BlbkFJ{b62:20}',
			'sk-proj-{u:20-80}T3BlbkFJ{u:20-80}',
			'sk-svcacct-{u:20-80}T3BlbkFJ{u:20-80}',
			'sk-admin-{u:20-80}T3BlbkFJ{u:20-80}',
		],
		{ anchors: ['t3blbkfj'], before: 92 },
	),
	rule('Anthropic', 'API key', ANTHROPIC, 'sk-ant-api03-{u:93}AA'),
	rule('Anthropic', 'admin key', ANTHROPIC, 'sk-ant-admin01-{u:93}AA'),
	rule('Anthropic', 'OAuth token', ANTHROPIC, [
		'sk-ant-oat01-{u:80-110}',
		'sk-ant-ort01-{u:80-110}',
	]),
	rule('OpenRouter', 'API key', 'https://openrouter.ai/settings/keys', 'sk-or-v1-{hex:64}'),
	rule('Groq', 'API key', 'https://console.groq.com/keys', 'gsk_{b62:52}'),
	rule('xAI', 'API key', 'https://console.x.ai/', 'xai-{b62:70-120}'),
	rule('Perplexity', 'API key', 'https://www.perplexity.ai/account/api/keys', 'pplx-{b62:48}'),
	rule('Cursor', 'API key', 'https://cursor.com/dashboard', 'key_{hex:64}'),
	rule('NVIDIA', 'API key', 'https://build.nvidia.com/settings/api-keys', 'nvapi-{u:64}'),
	rule('Voyage AI', 'API key', 'https://dashboard.voyageai.com/', 'pa-{u:43}', named('voyage')),
	rule('Jina AI', 'API key', 'https://jina.ai/api-dashboard/', 'jina_{hex:32}{u:28}'),
	rule('DeepL', 'API key', 'https://www.deepl.com/your-account/keys', '{uuid}:fx', {
		names: ['deepl'],
	}),
	rule('Replicate', 'API token', 'https://replicate.com/account/api-tokens', 'r8_{b62:37}'),
	rule('Hugging Face', 'token', 'https://huggingface.co/settings/tokens', [
		'hf_{b62:34}',
		'api_org_{b62:34}',
	]),
	rule('Together', 'API key', 'https://api.together.ai/settings/api-keys', 'tgp_v1_{u:43}'),
	rule(
		'Together',
		'API key of the old form',
		'https://api.together.ai/settings/api-keys',
		'{hex:64}',
		{
			names: ['together'],
		},
	),
	rule(
		'DeepSeek',
		'API key',
		'https://platform.deepseek.com/api_keys',
		'sk-{hex:32}',
		named('deepseek'),
	),
	rule('Moonshot', 'API key', 'https://platform.moonshot.ai/console/api-keys', 'sk-{b62:48}', {
		names: ['moonshot', 'kimi'],
	}),
	rule(
		'Stability',
		'API key',
		'https://platform.stability.ai/account/keys',
		'sk-{b62:48}',
		named('stability'),
	),
	rule('Cerebras', 'API key', 'https://cloud.cerebras.ai/', 'csk-{low:48}'),
	rule('ElevenLabs', 'API key', 'https://elevenlabs.io/app/settings/api-keys', 'sk_{hex:48}', {
		anchors: ['sk_'],
	}),
	rule('Deepgram', 'API key', 'https://console.deepgram.com/', '{hex:40}', named('deepgram')),
	rule('Mistral', 'API key', 'https://console.mistral.ai/api-keys', '{b62:32}', named('mistral')),
	rule('Cohere', 'API key', 'https://dashboard.cohere.com/api-keys', '{b62:40}', {
		names: ['cohere', 'co_api_key'],
	}),
	rule(
		'AssemblyAI',
		'API key',
		'https://www.assemblyai.com/app/api-keys',
		'{hex:32}',
		named('assemblyai', 'assembly_ai'),
	),
	rule(
		'Fireworks',
		'API key',
		'https://app.fireworks.ai/settings/users/api-keys',
		'fw_{b62:22-24}',
		{
			anchors: ['fw_'],
		},
	),
	rule('LangSmith', 'API key', 'https://smith.langchain.com/settings', [
		'lsv2_pt_{hex:32}_{hex:10}',
		'lsv2_sk_{hex:32}_{hex:10}',
	]),
	rule('Langfuse', 'secret key', LANGFUSE, 'sk-lf-{uuid}'),
	rule('Langfuse', 'public key', LANGFUSE, 'pk-lf-{uuid}', PUBLISHABLE),
	rule('Pinecone', 'API key', 'https://app.pinecone.io/', 'pcsk_{b62:5-6}_{b62:63}'),
	rule('Pinecone', 'API key of the old form', 'https://app.pinecone.io/', '{uuid}', {
		names: ['pinecone'],
	}),
	rule('Weights & Biases', 'API key', 'https://wandb.ai/authorize', 'wandb_v1_{u:77}'),
	rule('Weights & Biases', 'API key of the old form', 'https://wandb.ai/authorize', '{hex:40}', {
		names: ['wandb'],
	}),
	rule('Tavily', 'API key', 'https://app.tavily.com/', [
		'tvly-{b62:32}',
		'tvly-dev-{b62:32}',
		'tvly-prod-{b62:32}',
	]),
	rule('Firecrawl', 'API key', 'https://www.firecrawl.dev/app/api-keys', 'fc-{hex:32}', {
		anchors: ['fc-'],
	}),
	rule(
		'Brave Search',
		'API key',
		'https://api-dashboard.search.brave.com/app/keys',
		'BSA{u:24-40}',
		{ names: ['brave'] },
	),
];

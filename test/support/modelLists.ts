// Answers to a GET of a provider's model list, as the providers give them.

/** OpenCode, OpenAI, DeepSeek, Z.ai, Ollama, LM Studio: names only. */
export function openaiList(ids: readonly string[]): object {
  const data = ids.map((id) => ({
    id,
    object: 'model',
    created: 1_786_000_000,
    owned_by: 'owner',
  }));
  return { object: 'list', data };
}

export const anthropicList = {
  data: [
    {
      type: 'model',
      id: 'claude-sonnet-5-5',
      display_name: 'Claude Sonnet 5.5',
      created_at: '2026-10-01T00:00:00Z',
      max_input_tokens: 2_000_000,
      max_tokens: 128_000,
      capabilities: { image_input: { supported: true }, thinking: { supported: true } },
    },
    {
      type: 'model',
      id: 'claude-haiku-4-5-20251001',
      display_name: 'Claude Haiku 4.5',
      created_at: '2025-10-01T00:00:00Z',
    },
  ],
  has_more: false,
  first_id: 'claude-sonnet-5-5',
  last_id: 'claude-haiku-4-5-20251001',
};

export const openrouterList = {
  data: [
    {
      id: 'z-ai/glm-5.3',
      canonical_slug: 'z-ai/glm-5.3',
      name: 'Z.ai: GLM 5.3',
      context_length: 1_048_576,
      architecture: {
        modality: 'text->text',
        input_modalities: ['text'],
        output_modalities: ['text'],
      },
      pricing: { prompt: '0.0000014', completion: '0.0000044', input_cache_read: '0.00000026' },
      top_provider: { context_length: 1_000_000, max_completion_tokens: 131_072 },
      supported_parameters: ['max_tokens', 'tools'],
    },
    {
      id: 'openrouter/auto',
      name: 'Auto Router',
      context_length: 2_000_000,
      architecture: { input_modalities: ['text', 'image'], output_modalities: ['text'] },
      pricing: { prompt: '-1', completion: '-1' },
      top_provider: { context_length: null, max_completion_tokens: null },
    },
    {
      id: 'black-forest/flux',
      architecture: { input_modalities: ['text'], output_modalities: ['image'] },
      pricing: { prompt: '0', completion: '0' },
    },
  ],
};

export const moonshotList = {
  object: 'list',
  data: [
    {
      id: 'kimi-k3.1-pro',
      object: 'model',
      owned_by: 'moonshot',
      context_length: 1_048_576,
      supports_image_in: true,
      supports_reasoning: true,
    },
  ],
};

export const geminiList = {
  models: [
    {
      name: 'models/gemini-4-argon',
      displayName: 'Gemini 4 Argon',
      inputTokenLimit: 1_048_576,
      outputTokenLimit: 65_536,
      supportedGenerationMethods: ['generateContent'],
    },
    { name: 'models/gemini-embedding-2', inputTokenLimit: 2_048, outputTokenLimit: 1 },
  ],
};

export const modelsDevAnswer = {
  'opencode-go': {
    id: 'opencode-go',
    npm: '@ai-sdk/openai-compatible',
    api: 'https://opencode.ai/zen/go/v1',
    models: {
      'glm-6': {
        id: 'glm-6',
        reasoning: true,
        tool_call: true,
        modalities: { input: ['text', 'image'], output: ['text'] },
        limit: { context: 2_000_000, output: 262_144 },
        cost: { input: 1, output: 3, cache_read: 0.1 },
      },
      'qwen4-max': {
        id: 'qwen4-max',
        provider: { npm: '@ai-sdk/anthropic' },
        limit: { context: 1_000_000, output: 131_072 },
        cost: { input: 2, output: 6 },
      },
    },
  },
  moonshotai: {
    id: 'moonshotai',
    models: { 'kimi-k3.1-pro': { limit: { context: 1_048_576, output: 0 } } },
  },
  groq: { id: 'groq', models: { 'llama-9': { limit: { context: 8_192 } } } },
};

import assert from 'node:assert/strict';
import { maxListedModels } from '../../../src/proxy/learnedModels';
import { modelListPath, readModelList } from '../../../src/proxy/modelLists';
import { readModelsDev } from '../../../src/proxy/modelsDev';
import {
  anthropicList,
  geminiList,
  modelsDevAnswer,
  moonshotList,
  openaiList,
  openrouterList,
} from '../../support/modelLists';

function read(answer: unknown) {
  return readModelList(JSON.stringify(answer));
}

describe('a provider’s list of models', () => {
  it('of OpenCode and all who give names only is its names', () => {
    assert.deepEqual(read(openaiList(['glm-5.3', 'kimi-k3'])), {
      listed: ['glm-5.3', 'kimi-k3'],
      facts: { 'glm-5.3': {}, 'kimi-k3': {} },
    });
  });

  it('of OpenAI leaves out what cannot chat', () => {
    const others = ['text-embedding-3-large', 'whisper-1', 'gpt-4o-mini-tts', 'dall-e-3', 'sora-2'];
    const more = ['omni-moderation-latest', 'gpt-4o-transcribe', 'gpt-realtime', 'gpt-image-1'];
    const list = read(openaiList(['gpt-6-sol', ...others, ...more, 'gpt-5.3-codex']));
    assert.deepEqual(list?.listed, ['gpt-6-sol', 'gpt-5.3-codex']);
  });

  it('of Anthropic tells windows and images', () => {
    const facts = read(anthropicList)?.facts;
    assert.deepEqual(facts?.['claude-sonnet-5-5'], {
      context: 2_000_000,
      maxOutput: 128_000,
      images: true,
    });
    assert.deepEqual(facts?.['claude-haiku-4-5-20251001'], {});
  });

  it('of OpenRouter tells prices per million tokens, and "it depends" is no price', () => {
    const list = read(openrouterList);
    assert.deepEqual(list?.listed, ['z-ai/glm-5.3', 'openrouter/auto']);
    assert.deepEqual(list?.facts['z-ai/glm-5.3'], {
      context: 1_048_576,
      maxOutput: 131_072,
      images: false,
      price: [1.4, 4.4, 0.26, 0],
    });
    assert.deepEqual(list?.facts['openrouter/auto'], { context: 2_000_000, images: true });
  });

  it('of Moonshot and Gemini is read too', () => {
    assert.deepEqual(read(moonshotList)?.facts['kimi-k3.1-pro'], {
      context: 1_048_576,
      images: true,
    });
    assert.deepEqual(read(geminiList), {
      listed: ['gemini-4-argon'],
      facts: { 'gemini-4-argon': { context: 1_048_576, maxOutput: 65_536 } },
    });
  });

  it('is asked for whole where a page has a default length', () => {
    assert.equal(modelListPath('anthropic-messages'), '/models?limit=1000');
    assert.equal(modelListPath('openai-chat'), '/models');
  });

  for (const [what, text] of [
    ['a web page', '<!doctype html><html><body>Sign in</body></html>'],
    ['an error', '{"error":{"message":"no","type":"server_error"}}'],
    ['an empty list', '{"object":"list","data":[]}'],
    ['a list that was cut off', '{"object":"list","data":[{"id":"glm-5.3"},{"id":"kim'],
    [
      'a list of nonsense',
      '{"data":[null,1,"glm",{"id":7},{"id":""},{"id":"a b"},{"id":"x\\u0000"}]}',
    ],
    ['nothing', ''],
    ['null', 'null'],
  ] as const) {
    it(`is not read from ${what}`, () => assert.equal(readModelList(text), undefined));
  }

  it('keeps the good entries beside bad ones, and good facts beside bad ones', () => {
    const list = read({
      data: [
        { id: 'a'.repeat(201) },
        { id: 'glm-6', context_length: 'many', max_tokens: 1e12, supports_image_in: 'yes' },
        { id: 'glm-7', context_length: 3, pricing: { prompt: 'NaN', completion: '1' } },
        { id: 'glm-8', context_length: 200_000, pricing: { prompt: '1e9', completion: '1' } },
      ],
    });
    assert.deepEqual(list, {
      listed: ['glm-6', 'glm-7', 'glm-8'],
      facts: { 'glm-6': {}, 'glm-7': {}, 'glm-8': { context: 200_000 } },
    });
  });

  it('is cut where it has no end', () => {
    const ids = Array.from({ length: maxListedModels + 100 }, (_, index) => `model-${index}`);
    assert.equal(read(openaiList(ids))?.listed?.length, maxListedModels);
  });

  it('takes the name __proto__ as any other', () => {
    const list = readModelList('{"data":[{"id":"__proto__","context_length":5000}]}');
    assert.deepEqual(list?.listed, ['__proto__']);
    assert.equal(Object.hasOwn(list?.facts ?? {}, '__proto__'), true);
    assert.equal(Reflect.get({}, 'context'), undefined);
  });
});

describe('the answer of models.dev', () => {
  it('is read for our providers under our names; endpoints only for a gateway', () => {
    assert.deepEqual(readModelsDev(JSON.stringify(modelsDevAnswer)), {
      'opencode-go': {
        'glm-6': { context: 2_000_000, maxOutput: 262_144, images: true, price: [1, 3, 0.1, 0] },
        'qwen4-max': {
          wireFormat: 'anthropic-messages',
          context: 1_000_000,
          maxOutput: 131_072,
          price: [2, 6, 0, 0],
        },
      },
      moonshot: { 'kimi-k3.1-pro': { context: 1_048_576 } },
    });
  });

  for (const text of ['<html>', '{}', '[]', '{"openai":{"models":"none"}}', '{"openai":null}']) {
    it(`is not read from ${text}`, () => assert.equal(readModelsDev(text), undefined));
  }
});

import { strict as assert } from 'node:assert';
import { modelChanges } from '../../../src/proxy/catalogueChanges';
import { catalogueLines, refreshedText } from '../../../src/ui/catalogueText';
import { chinese, ENGLISH } from '../../support/inChinese';
import { plainTranslate } from './plainTranslate';

/** As a refresh finds them. */
const glmChanges = modelChanges(
  new Map([['glm-5.3', { price: [1, 4, 0, 0], context: 200_000, images: false }]]),
  new Map([['glm-5.3', { price: [2, 4, 0, 0], context: 400_000, images: true }]]),
).changed;

describe('the text about the model catalogue', () => {
  it('tells for each provider what is new, gone and changed', () => {
    const text = refreshedText(
      {
        asOf: '2026-11-10',
        providers: [
          {
            label: 'OpenCode Go',
            models: 33,
            added: ['glm-6', 'kimi-k4'],
            removed: ['glm-5.2'],
            changed: glmChanges,
          },
          { label: 'OpenAI', models: 44, added: [], removed: [], changed: [] },
          {
            label: 'Z.ai',
            models: 7,
            added: [],
            removed: [],
            changed: [],
            failure: 'it answered 404',
          },
        ],
        retired: [
          { name: 'opencode-go/glm-5.2', instead: 'opencode-go/kimi-k3' },
          { name: 'opencode-go/hy3' },
        ],
      },
      plainTranslate,
    );
    assert.equal(
      text,
      [
        'Models asked for anew; what came with this version is of 2026-11-10.',
        'OpenCode Go: 33 models',
        '  new: glm-6, kimi-k4',
        '  gone: glm-5.2',
        '  changed: glm-5.3: context 200,000 tokens → 400,000 tokens; images no → yes; price $1/$4 per million tokens → $2/$4 per million tokens',
        'OpenAI: 44 models, nothing new',
        'Z.ai: not refreshed, since it answered 404; what is known of it stays',
        'opencode-go/glm-5.2 is not offered any more; opencode-go/kimi-k3 stands in for it in the built-in chains',
        'opencode-go/hy3 is not offered any more and left the built-in chains',
      ].join('\n'),
    );
  });

  it('tells changes in the person’s language', () => {
    const provider = { label: 'Z.ai', models: 1, added: [], removed: [], changed: glmChanges };
    const text = refreshedText({ asOf: '2026-11-10', providers: [provider], retired: [] }, chinese);
    assert.match(
      text,
      /变更: glm-5\.3：上下文 200,000 个 token → 400,000 个 token；图像：否 → 是；价格：每百万 token \$1\/\$4 → 每百万 token \$2\/\$4$/,
    );
    assert.doesNotMatch(text, ENGLISH);
  });

  it('names twenty at most', () => {
    const added = Array.from({ length: 25 }, (_, index) => `m${index}`);
    const provider = { label: 'OpenRouter', models: 400, added, removed: [], changed: [] };
    const refreshed = { asOf: '2026-11-10', providers: [provider], retired: [] };
    const text = refreshedText(refreshed, plainTranslate);
    assert.match(text, /m19, and 5 more$/);
    assert.doesNotMatch(text, /m20/);
  });

  it('tells the age', () => {
    const never = catalogueLines({ asOf: '2026-11-10', retired: [] }, plainTranslate);
    assert.deepEqual(never, ['Model catalogue of 2026-11-10, not refreshed yet']);
    const [age] = catalogueLines(
      { asOf: '2026-11-10', refreshedAt: Date.UTC(2026, 10, 22), retired: [] },
      plainTranslate,
    );
    assert.match(age ?? '', /refreshed .*2026/);
  });
});

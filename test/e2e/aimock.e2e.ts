// An upstream that nobody here wrote: @copilotkit/aimock speaks both wire formats in its own words.
import { strict as assert } from 'node:assert';
import os from 'node:os';
import { LLMock } from '@copilotkit/aimock';
import { runClaude } from '../support/claude';
import { installClaude } from '../support/installClaude';
import { settingsFor, type TestWireFormat } from '../support/scriptedSettings';
import { type Standalone, startStandalone } from '../support/standalone';

const FORMATS: readonly TestWireFormat[] = ['anthropic-messages', 'openai-chat'];

describe('the real claude and an independent upstream', () => {
  let upstream: LLMock;

  before(async function () {
    this.timeout(10 * 60_000);
    await installClaude();
    upstream = new LLMock({ port: 0, host: '127.0.0.1' });
    upstream.onMessage(/independent/, { content: 'Independent greetings.' });
    await upstream.start();
  });

  after(() => upstream.stop());

  for (const wireFormat of FORMATS) {
    it(`prints its answer over ${wireFormat}`, async () => {
      const proxy = await standaloneFor(wireFormat);
      try {
        const result = await runClaude({
          baseUrl: proxy.url,
          token: proxy.token,
          prompt: 'Say something independent.',
          cwd: os.tmpdir(),
          maxRetries: 1,
        });
        const said = `${result.stdout}\n${result.stderr}\n${proxy.log()}`;
        assert.equal(result.stdout.trim(), 'Independent greetings.', said);
        assert.equal(result.code, 0);
      } finally {
        await proxy.stop();
      }
    });
  }

  function standaloneFor(wireFormat: TestWireFormat): Promise<Standalone> {
    const settings = settingsFor({
      id: 'independent',
      baseUrl: `${upstream.url}/v1`,
      wireFormat,
      models: ['any-model'],
    });
    return startStandalone({ settings, keys: { independent: 'any-key' } });
  }
});

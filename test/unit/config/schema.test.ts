import { strict as assert } from 'node:assert';
import { parseSettings, type SettingProblem } from '../../../src/config/schema';
import { render } from '../../../src/proxy/phrase';
import { builtInScenarioNames } from '../../../src/proxy/scenarioNames';
import { builtInScenarios } from '../../../src/proxy/scenarios';
import { inChinese } from '../../support/inChinese';
import { inEnglish } from '../../support/inEnglish';

/** Of the first fault. */
function wordsOf(problems: readonly SettingProblem[]): string {
  const [first] = problems;
  assert.ok(first !== undefined);
  return render(first.message);
}

describe('parseSettings', () => {
  const defaults = parseSettings({}).settings;

  it('gives a default for every setting that is absent', () => {
    assert.deepEqual(defaults, {
      enabled: true,
      logContent: false,
      port: 0,
      providers: {},
      scenarios: {},
      modelOverrides: {},
      chains: 'opencode-go',
      catalogueRefresh: 'providers',
      onAuthError: 'stop',
      timeouts: { connectMs: 10_000, firstTokenMs: 120_000, idleMs: 180_000 },
      warnAtPlanUsage: 0,
      injectEnvironment: true,
      terminalAgents: ['claude'],
    });
  });

  it('takes what the design allows', () => {
    const raw = {
      'switchyard.port': 4141,
      'switchyard.providers': {
        gateway: {
          baseUrl: 'https://llm.example.com/v1/',
          wireFormat: 'openai-chat',
          credential: 'none',
          models: { big: { context: 1000, parameters: { effort: 'high' } } },
        },
      },
      'switchyard.scenarios': {
        fast: { models: ['gateway/big', 'openrouter/anthropic/claude:free'] },
        long: { when: { inputTokensAbove: 60_000 }, priority: 5, models: ['gateway/big'] },
      },
      'switchyard.modelOverrides': { 'claude-haiku-*': 'fast', 'gpt-*': ['gateway/big'] },
      'switchyard.onAuthError': 'tryOtherCredentials',
      'switchyard.timeouts': { idleMs: 5_000 },
    };
    const { settings, problems } = parseSettings(raw);
    assert.deepEqual(problems, []);
    assert.equal(settings.port, 4141);
    assert.equal(settings.providers['gateway']?.baseUrl, 'https://llm.example.com/v1');
    assert.deepEqual(settings.timeouts, {
      connectMs: 10_000,
      firstTokenMs: 120_000,
      idleMs: 5_000,
    });
    assert.equal(settings.scenarios['long']?.priority, 5);
  });

  it('keeps the last good value of an invalid setting, and takes the others', () => {
    const good = parseSettings({
      'switchyard.scenarios': { fast: { models: ['demo/hello'] } },
    }).settings;
    const { settings, problems } = parseSettings(
      { 'switchyard.scenarios': { fast: { models: ['hello'] } }, 'switchyard.port': 80 },
      good,
    );
    assert.deepEqual(settings.scenarios, good.scenarios);
    assert.equal(settings.port, 80);
    assert.deepEqual(inEnglish(problems), [
      {
        setting: 'switchyard.scenarios',
        path: 'switchyard.scenarios.fast.models[0]',
        message: 'A model is written “provider/model”.',
      },
    ]);
  });

  it('falls back to the default where there is no good value yet', () => {
    const { settings, problems } = parseSettings({ 'switchyard.port': 'many' });
    assert.equal(settings.port, 0);
    assert.equal(problems[0]?.path, 'switchyard.port');
  });

  it('reports settings that it does not know, and leaves those of others alone', () => {
    const { problems } = parseSettings({ 'switchyard.prot': 1, 'editor.fontSize': 12 });
    assert.deepEqual(
      problems.map(({ path }) => path),
      ['switchyard.prot'],
    );
    assert.match(
      wordsOf(problems),
      /^There is no such setting; Switchyard has switchyard\.enabled, /,
    );
  });

  it('reports fields that it does not know', () => {
    const { problems } = parseSettings({
      'switchyard.scenarios': { fast: { model: 'a/b', models: ['a/b'] } },
    });
    assert.equal(problems[0]?.path, 'switchyard.scenarios.fast');
    assert.match(
      wordsOf(problems),
      /^There is no “model” here; known: when, priority, models, parameters\.$/,
    );
  });

  it('takes what a rule may ask of tools and of what the person typed', () => {
    const when = {
      toolNames: ['mcp__github__*'],
      lastUserMessageContains: ['architecture', '重构', 'ออกแบบ'],
    };
    const { settings, problems } = parseSettings({
      'switchyard.scenarios': { mine: { when, models: ['demo/hello'] } },
      'switchyard.providers': {
        'my-gateway': {
          baseUrl: 'https://llm.example.com/v1',
          models: { m: { tools: false, serverTools: ['web_search'] } },
        },
      },
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(settings.scenarios['mine']?.when, when);
    const { m } = settings.providers['my-gateway']?.models ?? {};
    assert.deepEqual(m, { tools: false, serverTools: ['web_search'] });
  });

  for (const phrases of ['architecture', [], [''], ['…']]) {
    it(`refuses phrases that nobody can type as words: ${JSON.stringify(phrases)}`, () => {
      const when = { lastUserMessageContains: phrases };
      const { problems } = parseSettings({
        'switchyard.scenarios': { mine: { when, models: ['demo/hello'] } },
      });
      assert.match(problems[0]?.path ?? '', /^switchyard\.scenarios\.mine\.when\.last/);
    });
  }

  const chain = (...models: readonly string[]) => ({ models });
  const gateway = { baseUrl: 'https://llm.example.com/v1' };
  const dangling: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
    [
      'switchyard.scenarios.default.models[1]',
      { 'switchyard.scenarios': { default: chain('openai/gpt', 'opencodego/glm') } },
      /^There is no provider “opencodego”; known: opencode-go, .*\.$/,
    ],
    [
      'switchyard.modelOverrides["gpt-*"][0]',
      { 'switchyard.modelOverrides': { 'gpt-*': ['opena/gpt'] } },
      /^There is no provider “opena”/,
    ],
    [
      'switchyard.modelOverrides["claude-*"]',
      {
        'switchyard.scenarios': { mine: chain('demo/hello') },
        'switchyard.modelOverrides': { 'claude-*': 'nosuch' },
      },
      /^There is no scenario “nosuch”; known: default, .*, mine\.$/,
    ],
    [
      'switchyard.providers.mine',
      { 'switchyard.providers': { mine: { wireFormat: 'openai-chat' } } },
      /^A provider of your own needs a baseUrl\.$/,
    ],
  ];
  for (const [path, raw, message] of dangling) {
    it(`refuses what names nothing, at ${path}`, () => {
      const { settings, problems } = parseSettings(raw);
      assert.deepEqual(
        problems.map((problem) => problem.path),
        [path],
      );
      assert.match(wordsOf(problems), message);
      const [name = ''] = /^switchyard\.\w+/.exec(path) ?? [];
      assert.deepEqual(settings, parseSettings({ ...raw, [name]: undefined }).settings);
    });
  }

  it('lets scenarios and overrides name what other settings define', () => {
    const { problems } = parseSettings({
      'switchyard.modelOverrides': { 'gpt-*': 'mine', 'o1-*': 'longContext' },
      'switchyard.scenarios': { mine: chain('gateway/big') },
      'switchyard.providers': { gateway, openai: { wireFormat: 'openai-chat' } },
    });
    assert.deepEqual(problems, []);
  });

  it('keeps scenarios whose provider is taken away, and says what they miss', () => {
    const raw = { 'switchyard.scenarios': { default: chain('gateway/big', 'demo/hello') } };
    const good = parseSettings({ ...raw, 'switchyard.providers': { gateway } }).settings;
    const { settings, problems } = parseSettings(raw, good);
    assert.deepEqual(settings.scenarios, good.scenarios);
    assert.deepEqual(settings.providers, {});
    assert.equal(problems[0]?.path, 'switchyard.scenarios.default.models[0]');
  });

  it('knows the names of all built-in scenarios', () => {
    assert.deepEqual([...builtInScenarioNames].sort(), Object.keys(builtInScenarios).sort());
  });

  const faults: readonly (readonly [string, unknown, string, string])[] = [
    ['enabled', 'yes', '', 'Expected true or false, found a text.'],
    ['port', 'many', '', 'Expected a number, found a text.'],
    ['port', null, '', 'Expected a number, found null.'],
    ['port', 1.5, '', 'Expected a whole number, found 1.5.'],
    ['port', 70_000, '', 'Expected at most 65535, found 70000.'],
    ['port', -1, '', 'Expected at least 0, found -1.'],
    ['onAuthError', 'go', '', 'Expected one of "stop", "tryOtherCredentials".'],
    ['timeouts', 5, '', 'Expected an object in braces, found 5.'],
    [
      'timeouts',
      { connect: 1, idle: 2 },
      '',
      'There is no “connect”, “idle” here; known: connectMs, firstTokenMs, idleMs.',
    ],
    ['providers', [], '', 'Expected an object in braces, found a list.'],
    ['providers', { 'a b': {} }, '["a b"]', 'A provider id has letters, digits, “.”, “_” and “-”.'],
    [
      'providers',
      { mine: { baseUrl: 'https://llm.example.com', models: { '': {} } } },
      '.mine.models[""]',
      'This text is empty; write at least one character.',
    ],
    [
      'scenarios',
      { fast: {} },
      '.fast.models',
      'This is missing; expected a list in square brackets.',
    ],
    [
      'scenarios',
      { fast: { models: {} } },
      '.fast.models',
      'Expected a list in square brackets, found an object.',
    ],
    [
      'scenarios',
      { fast: { models: [1] } },
      '.fast.models[0]',
      'Expected a text in quotation marks, found 1.',
    ],
    [
      'scenarios',
      { fast: { models: ['demo/hello'], when: { client: [] } } },
      '.fast.when.client',
      'This list is empty; write at least one entry.',
    ],
    ['terminal.agents', ['codex'], '[0]', 'Expected one of "claude", "opencode", "openai".'],
    [
      'terminal.agents',
      [],
      '',
      'Expected at least one agent; to set no variables, switch injectEnvironment off.',
    ],
  ];
  for (const [name, value, place, message] of faults) {
    it(`says what is wrong with ${name} ${JSON.stringify(value)}`, () => {
      const setting = `switchyard.${name}`;
      const { problems } = parseSettings({ [setting]: value });
      assert.deepEqual(inEnglish(problems), [{ setting, path: `${setting}${place}`, message }]);
      for (const problem of problems) inChinese(problem.message);
    });
  }

  const refusedUrls = [
    'llm.example.com',
    'ftp://llm.example.com',
    'https://user:secret@llm.example.com/v1',
    'https://llm.example.com/v1?key=secret',
    'https://llm.example.com/v1#secret',
    'http://llm.example.com/v1',
    'http://opencode.ai.evil.example/v1',
    'http://127.0.0.1.evil.example/v1',
    'http://localhost.evil.example/v1',
    'http://localhost@evil.example/v1',
    'http://127.0.0.1:80@evil.example/v1',
    'http:\\\\evil.example\\v1',
    'http://evil.example\\@127.0.0.1/v1',
    'http://evil.example/v1?http://127.0.0.1',
    'http://%65vil.example/v1',
    'http://0.0.0.0:8080/v1',
    'http://[::ffff:127.0.0.1]:8080/v1',
    'http://[2001:db8::1]/v1',
    'http://localhost./v1',
    'http://192.168.1.20:11434/v1',
    'http://[fd00::1]/v1',
    'http://gateway:4000/v1',
    'http://box.local/v1',
    'javascript:alert(1)',
    'file:///etc/passwd',
    '//evil.example/v1',
  ];
  for (const baseUrl of refusedUrls) {
    it(`refuses the base URL ${baseUrl}`, () => {
      const { problems } = parseSettings({ 'switchyard.providers': { mine: { baseUrl } } });
      assert.equal(problems[0]?.path, 'switchyard.providers.mine.baseUrl');
      assert.doesNotMatch(wordsOf(problems), /secret/);
    });
  }

  const acceptedUrls = [
    'https://llm.example.com/v1',
    'http://127.0.0.1:1234/v1',
    'http://localhost:11434/v1',
    'http://[::1]:8080',
    'HTTP://LOCALHOST:11434/v1',
  ];
  for (const baseUrl of acceptedUrls) {
    it(`accepts the base URL ${baseUrl}`, () => {
      assert.deepEqual(
        parseSettings({ 'switchyard.providers': { mine: { baseUrl } } }).problems,
        [],
      );
    });
  }

  for (const baseUrl of [
    'http://192.168.1.20:11434/v1',
    'http://[fd00::1]/v1',
    'http://gateway:4000/v1',
    'http://box.local/v1',
    'http://127.0.0.2:8080/v1',
  ]) {
    it(`accepts ${baseUrl}, in a private network, only where no key is sent`, () => {
      const parse = (credential?: string) =>
        inEnglish(
          parseSettings({ 'switchyard.providers': { mine: { baseUrl, credential } } }).problems,
        );
      assert.deepEqual(parse('none'), []);
      const message =
        'An API key must not travel in clear text: use https, or set “credential” to “none” if this host takes no key.';
      const path = 'switchyard.providers.mine.baseUrl';
      assert.deepEqual(parse(), [{ setting: 'switchyard.providers', path, message }]);
      assert.deepEqual(parse('opencode'), [{ setting: 'switchyard.providers', path, message }]);
    });
  }

  it('takes a built-in provider’s own key slot into account', () => {
    const parse = (entry: object) =>
      parseSettings({ 'switchyard.providers': entry }).problems.map(({ path }) => path);
    const baseUrl = 'http://192.168.1.20:11434/v1';
    assert.deepEqual(parse({ ollama: { baseUrl } }), []);
    assert.deepEqual(parse({ ollama: { credential: 'openai' } }), []);
    assert.deepEqual(parse({ ollama: { baseUrl, credential: 'openai' } }), [
      'switchyard.providers.ollama.baseUrl',
    ]);
    assert.deepEqual(parse({ openai: { baseUrl } }), ['switchyard.providers.openai.baseUrl']);
  });

  it('writes a base URL as addresses are compared', () => {
    const read = (baseUrl: string) =>
      parseSettings({ 'switchyard.providers': { mine: { baseUrl } } }).settings.providers['mine']
        ?.baseUrl;
    assert.equal(read(' HTTPS://LLM.Example.com:443/V1// '), 'https://llm.example.com/V1');
    assert.equal(read('https://llm.example.com/v1/../v2?'), 'https://llm.example.com/v2');
    assert.equal(read('https://оpencode.ai/v1'), 'https://xn--pencode-8ig.ai/v1');
  });
});

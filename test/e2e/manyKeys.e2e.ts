// A provider with two key slots, in a real window: each key is set by its name, and a rejected one is told by it.

import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ASK_SCRIPT } from '../support/askScript';
import {
  type OpencodeUpstream,
  opencodeReply,
  startOpencodeUpstream,
} from '../support/opencodeUpstream';
import type { Window } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const HOME_KEY = 'sk-home-0123456789abcdef';
const WORK_KEY = 'sk-work-0123456789abcdef';
const MODEL = 'glm-5.3';
const ASK = `node ask.mjs opencode-go/${MODEL}`;

describe('a person with two keys for one provider', function () {
  this.bail(true);

  let upstream: OpencodeUpstream;
  let window: Window;

  useRealWindow('many-keys', async ({ place, open, closeAfter }) => {
    writeFileSync(path.join(place.workspace, 'ask.mjs'), ASK_SCRIPT);
    upstream = closeAfter(await startOpencodeUpstream(HOME_KEY));
    const settings = {
      'switchyard.providers': {
        'opencode-go': { baseUrl: upstream.url, credential: ['home', 'work'] },
      },
    };
    ({ window } = await open({ settings }));
  });

  async function setKey(slot: string, key: string): Promise<void> {
    await window.runCommand('Switchyard: Set API Key');
    await window.pickRow(`OpenCode (key “${slot}”)`).click();
    await window.waitForInputBox(`API key of OpenCode (key “${slot}”)`);
    await window.fillInputBox(key);
    await window.toast('OpenCode accepted the API key').waitFor();
    await window.clearToasts();
  }

  it('sets each by the name of its slot', async () => {
    await window.waitForStatus(/set API key/);
    await setKey('home', HOME_KEY);
    upstream.acceptKey(WORK_KEY);
    await setKey('work', WORK_KEY);
    const checked = upstream.requests.map(({ headers }) => headers.authorization);
    assert.deepEqual(checked, [`Bearer ${HOME_KEY}`, `Bearer ${WORK_KEY}`]);
    await window.waitForStatus(/running/);
  });

  it('is served by the second when the first is rejected, and told which one that was', async () => {
    await window.openTerminal();
    const answer = await window.captureFromTerminal(ASK);
    assert.match(answer, new RegExp(`^200 .*${opencodeReply(MODEL)}`, 'm'));
    await window.toast('OpenCode rejected the API key “home”').waitFor();
    assert.deepEqual(
      upstream.modelRequests().map(({ headers }) => headers.authorization),
      [`Bearer ${HOME_KEY}`, `Bearer ${WORK_KEY}`],
    );
    await window.screenshot('many-keys');
  });

  it('mends the rejected one through its notification', async () => {
    upstream.acceptKey(HOME_KEY);
    await window.clickToastButton('OpenCode rejected the API key “home”', 'Set API Key');
    await window.waitForInputBox('API key of OpenCode (key “home”)');
    await window.fillInputBox(HOME_KEY);
    await window.toast('OpenCode accepted the API key').waitFor();
    assert.match(await window.captureFromTerminal(ASK), /^200 /m);
    assert.equal(upstream.modelRequests().at(-1)?.headers.authorization, `Bearer ${HOME_KEY}`);
    await window.waitForStatus(/running/);
  });
});

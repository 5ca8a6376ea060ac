// Where a real agent works: a folder of its own, the built proxy, and an upstream that a test scripts.
import type { WireFormat } from '../../src/proxy/types';
import { makeTemporaryFolder, removeFolder } from './folders';
import { settingsFor } from './scriptedSettings';
import {
  type AnswerFunction,
  type ScriptedUpstream,
  startScriptedUpstream,
} from './scriptedUpstream';
import { type Standalone, startStandalone } from './standalone';

/** For the hook that installs the agent: it is fetched on the first run of all. */
export const AGENT_INSTALL_LIMIT_MS = 10 * 60_000;

/** The upstream's key, which the proxy has. */
export const SCRIPTED_KEY = 'test-key-1234567890';

export interface AgentBench {
  readonly folder: string;
  readonly upstream: ScriptedUpstream;
  readonly proxy: Standalone;
  close(): Promise<void>;
}

/** Every scenario has the same chain: first, second, third. */
export async function startAgentBench(
  wireFormat: WireFormat,
  answer?: AnswerFunction,
): Promise<AgentBench> {
  const folder = makeTemporaryFolder('work');
  const upstream = await startScriptedUpstream(answer);
  const proxy = await startStandalone({
    keys: { scripted: SCRIPTED_KEY },
    settings: settingsFor({
      id: 'scripted',
      baseUrl: upstream.url,
      wireFormat,
      models: ['first', 'second', 'third'],
    }),
  });
  return {
    folder,
    upstream,
    proxy,
    async close() {
      await proxy.stop();
      await upstream.close();
      await removeFolder(folder);
    },
  };
}

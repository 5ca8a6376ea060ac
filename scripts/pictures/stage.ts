// A real window with the extension in it, before a stand-in for OpenCode on loopback: where the pictures are taken.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { settingsFile } from '../../test/support/codeServer';
import { removeFolder } from '../../test/support/folders';
import { openaiChatCompletion, openaiChatStream } from '../../test/support/openaiChatAnswers';
import { planUsageAnswer } from '../../test/support/opencodeUpstream';
import { publishedUrl, publishProject } from '../../test/support/publishedProject';
import { makePlace, openRealWindow } from '../../test/support/realWindow';
import {
  type Answer,
  type RecordedRequest,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../test/support/scriptedUpstream';
import { OPENCODE_CONSOLE_ERRORS } from '../../test/support/upstreamErrors';
import { type Window, waitUntil } from '../../test/support/window';
import { buildProject } from '../project';

export const GOOD_KEY = 'sk-pictures-0123456789abcdef';
export const SIZE = { width: 1120, height: 680 } as const;

export interface Stage {
  readonly window: Window;
  readonly upstream: ScriptedUpstream;
  /** The folder that the window has open. */
  readonly workspace: string;
  /** Keys that are refused from now on. */
  readonly refused: Set<string>;
  /** Changes the theme through the settings file of the server, which is watched, so that no menu or hover that is open closes. */
  setTheme(theme: Theme): Promise<void>;
  /** Runs the scripted agent in the open terminal; it asks once for each class of request. */
  ask(...classes: readonly string[]): Promise<void>;
  preview(): Locator;
}

export interface Theme {
  readonly name: 'dark' | 'light' | 'contrast';
  readonly id: string;
  /** The class that the workbench has in it. */
  readonly mark: string;
}

export const THEMES: readonly Theme[] = [
  { name: 'dark', id: 'Default Dark Modern', mark: '.vs-dark' },
  { name: 'light', id: 'Default Light Modern', mark: '.vs' },
  { name: 'contrast', id: 'Default High Contrast', mark: '.hc-black' },
];

/** Builds the extension, opens a window with it, and lets `run` take pictures; everything is gone afterwards. */
export async function onStage(run: (stage: Stage) => Promise<void>): Promise<void> {
  const place = makePlace('pictures');
  const { root, workspace } = place;
  writeFileSync(path.join(workspace, 'ask.mjs'), ASK_SCRIPT);
  const refused = new Set<string>();
  const upstream = await startScriptedUpstream((request, index) => answer(request, index, refused));
  await buildProject();
  const opened = await openRealWindow(place, {
    settings: settings(upstream.url),
    baseUrl: publishedUrl,
    prepare: async (page) => {
      await page.setViewportSize(SIZE);
      await publishProject(page);
    },
  });
  const { window } = opened;
  try {
    const stage: Stage = {
      window,
      upstream,
      workspace,
      refused,
      setTheme: (theme) => setTheme(window, settingsFile(root, 'Machine'), theme),
      ask: async (...classes) => {
        const answers = async (): Promise<number> =>
          (await window.terminalText()).split('The tests pass').length - 1;
        const before = await answers();
        await window.typeInTerminal(`node ask.mjs ${classes.join(' ')}`);
        const wanted = before + classes.length;
        await waitUntil(async () => (await answers()) >= wanted, `${wanted} answers are there`);
      },
      preview: () =>
        window.page
          .frameLocator('iframe.webview.ready')
          .last()
          .frameLocator('#active-frame')
          .locator('body'),
    };
    await run(stage).catch(async (error: unknown) => {
      console.error(await window.screenshot('pictures-failed'));
      throw error;
    });
  } finally {
    await opened.close();
    await upstream.close();
    await removeFolder(root);
  }
}

async function setTheme(window: Window, file: string, theme: Theme): Promise<void> {
  const present: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof present !== 'object') throw new Error(`${file} is no object`);
  writeFileSync(file, JSON.stringify({ ...present, 'workbench.colorTheme': theme.id }, null, 2));
  const workbench = window.page.locator('.monaco-workbench').and(window.page.locator(theme.mark));
  await workbench.waitFor();
}

function answer(request: RecordedRequest, index: number, refused: ReadonlySet<string>): Answer {
  const key = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
  if (refused.has(key)) return OPENCODE_CONSOLE_ERRORS.invalidKey;
  if (request.path.endsWith('/usage')) return planUsageAnswer(38);
  if (request.method === 'GET') return { status: 404, body: {} };
  const said = { reasoning: 'Let me see.', text: 'The tests pass; nothing else is left to do.' };
  if (valueAt(request.body, 'stream') !== true) return openaiChatCompletion(said, COUNTS);
  const slow = 1 + (index % 3);
  return { ...openaiChatStream(said, COUNTS), firstDelayMs: 150 * slow, delayMs: 80 * slow };
}

const COUNTS = { promptTokens: 52_000, cachedTokens: 48_000, completionTokens: 900 };

function settings(url: string): Readonly<Record<string, unknown>> {
  const env = { PS1: '$ ', PATH: process.env['PATH'] ?? '' };
  return {
    'switchyard.providers': {
      'opencode-go': { baseUrl: `${url}/v1` },
      'opencode-zen': { baseUrl: `${url}/zen/v1` },
    },
    'switchyard.scenarios': {
      default: {
        models: ['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code', 'opencode-go/minimax-m3'],
      },
    },
    'workbench.colorTheme': 'Default Dark Modern',
    'workbench.activityBar.location': 'hidden',
    'terminal.integrated.shellIntegration.decorationsEnabled': 'never',
    'terminal.integrated.defaultProfile.linux': 'plain',
    'terminal.integrated.profiles.linux': { plain: { path: 'bash', args: ['--norc'], env } },
  };
}

/** Asks the way an agent does, once for each class of request among its arguments. */
const ASK_SCRIPT = `
const { ANTHROPIC_BASE_URL, ANTHROPIC_AUTH_TOKEN } = process.env;
const [, , ...classes] = process.argv;
for (const requestClass of classes.length > 0 ? classes : ['main']) {
  const response = await fetch(ANTHROPIC_BASE_URL + '/v1/messages', {
    method: 'POST',
    headers: {
      authorization: 'Bearer ' + ANTHROPIC_AUTH_TOKEN,
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      'user-agent': 'claude-cli/2.1.330',
      'x-claude-code-request-class': requestClass,
    },
    body: JSON.stringify({
      model: 'claude-sonnet-5-5',
      max_tokens: 900,
      stream: true,
      messages: [{ role: 'user', content: 'Do the tests pass?' }],
    }),
  });
  const text = await response.text();
  const error = /"message":"([^"]+)/.exec(text)?.[1];
  console.log(response.status, error ?? [...text.matchAll(/"text":"([^"]*)/g)].map((m) => m[1]).join(''));
}
`;

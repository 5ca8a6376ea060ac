// Claude Code's requests in any size: the recorded ones are slimmed, so their texts are filled up again.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROJECT_FOLDER } from '../scripts/project';
import {
  arrayAt,
  isObject,
  type JsonObject,
  objectAt,
  parseJson,
  stringAt,
} from '../src/proxy/wire/json';
import { turnMark } from './messages';

export interface BodyOptions {
  readonly model: string;
  /** About this many; small bodies are one question without tools. */
  readonly bytes: number;
}

/** The headers that Claude Code sends, without the credential. */
export const clientHeaders = {
  'content-type': 'application/json',
  'anthropic-version': '2023-06-01',
  'anthropic-beta': 'claude-code-20250219,interleaved-thinking-2025-05-14,effort-2025-11-24',
  'user-agent': 'claude-cli/2.1.330 (external, sdk-cli)',
};

/** Below this there is room for one question only. */
const leastBytesWithTools = 8_000;
/** A real first turn spends about half of its bytes on tools; a long conversation less and less. */
const toolShare = 0.4;
const maxToolBytes = 64_000;
const maxTools = 25;

/** The JSON text of a streaming request in Anthropic's format: system prompt, tools, and turns that call tools. */
export function requestBody({ model, bytes }: BodyOptions): string {
  if (bytes < leastBytesWithTools) {
    const messages = [{ role: 'user', content: `${prose(bytes - 150)} ${turnMark}` }];
    return JSON.stringify({ model, max_tokens: 4096, stream: true, messages });
  }
  const { system, metadata, context_management, output_config } = recordedBody('parallel-tools');
  const toolBytes = Math.min(maxToolBytes, bytes * toolShare);
  const tools = recordedTools(toolBytes);
  const head = {
    model,
    system: filledSystem(system, Math.min(12_000, bytes * 0.1)),
    tools,
    metadata,
    max_tokens: 32_000,
    context_management,
    output_config,
    stream: true,
  };
  const messages: object[] = [{ role: 'user', content: [{ type: 'text', text: prose(400) }] }];
  let left = bytes - byteLength(head) - byteLength(messages);
  for (let turn = 0; left > 0; turn += 1) {
    const added = turnOf(turn, Math.min(left, turnBytes));
    messages.push(...added);
    left -= byteLength(added);
  }
  messages.push({ role: 'user', content: [{ type: 'text', text: `Go on with ${turnMark}.` }] });
  return JSON.stringify({ ...head, messages });
}

/** 25 turns make up the history of the 160 kB body. */
const turnBytes = 3_400;

/** The model thinks aloud, calls two tools, and gets their results. */
function turnOf(turn: number, bytes: number): readonly object[] {
  const ids = [`toolu_bench${turn}a`, `toolu_bench${turn}b`];
  const calls = ids.map((id, index) => ({
    type: 'tool_use',
    id,
    name: index === 0 ? 'Read' : 'Bash',
    input: { file_path: `/work/src/part${turn}.ts`, command: `grep -n "start" src/part${turn}.ts` },
  }));
  const results = ids.map((id) => ({
    type: 'tool_result',
    tool_use_id: id,
    content: sourceCode(turn, (bytes - 700) / 2),
  }));
  return [
    { role: 'assistant', content: [{ type: 'text', text: prose(160) }, ...calls] },
    { role: 'user', content: results },
  ];
}

function recordedBody(name: string): JsonObject {
  const file = path.join(requestsFolder, `${name}.json`);
  return objectAt(parseJson(readFileSync(file, 'utf8')), 'body') ?? {};
}

const requestsFolder = path.join(PROJECT_FOLDER, 'test/fixtures/requests');

/** The different tools of all recorded requests, with descriptions as long as the real ones. */
function recordedTools(bytes: number): readonly object[] {
  const byName = new Map<string, JsonObject>();
  for (const file of readdirSync(requestsFolder).filter((name) => name.endsWith('.json'))) {
    for (const tool of arrayAt(recordedBody(path.basename(file, '.json')), 'tools')) {
      const name = stringAt(tool, 'name');
      if (name !== undefined && isObject(tool) && isObject(tool['input_schema']))
        byName.set(name, tool);
    }
  }
  const recorded = [...byName.values()];
  const count = Math.min(maxTools, Math.max(1, Math.floor(bytes / 2_000)));
  return Array.from({ length: count }, (_value, index) => {
    const tool = recorded[index % recorded.length] ?? {};
    const name = index < recorded.length ? tool['name'] : `mcp__bench__tool_${index}`;
    const own = { ...tool, name, description: '' };
    return { ...own, description: prose(bytes / count - byteLength(own)) };
  });
}

function filledSystem(system: unknown, bytes: number): unknown {
  if (!Array.isArray(system)) return prose(bytes);
  const blocks: readonly unknown[] = system;
  const last = blocks.at(-1);
  return [...blocks.slice(0, -1), isObject(last) ? { ...last, text: prose(bytes) } : last];
}

const sentenceText =
  'Reads a file from the local filesystem; you may assume that every path is valid, and “quoted” names are meant as written. ';

function prose(length: number): string {
  return sentenceText
    .repeat(Math.max(1, Math.ceil(length / sentenceText.length)))
    .slice(0, Math.max(1, length));
}

function sourceCode(turn: number, length: number): string {
  const line = (index: number) =>
    `${index}\tconst part${index} = await read("src/part${turn}.ts"); // größer als ${index}\n`;
  let text = '';
  for (let index = 1; text.length < length; index += 1) text += line(index);
  return text;
}

function byteLength(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

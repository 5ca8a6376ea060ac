import { cleanCacheControl } from './anthropicContent';
import {
  type EditMap,
  type Rewrite,
  samplingMembers,
  setElements,
  setIfNew,
} from './anthropicEdits';
import type { EncodeInput } from './formats';
import { isObject, type JsonObject, stringAt, without } from './json';
import { rememberPerObject } from './rememberPerObject';
import { isBillingLine, missingToolsNote, placeholderTest, runsServerTool } from './requestRules';

/** Changes what vendors other than Anthropic do not know, or refuse. */
export function editForOthers(edits: EditMap, request: Rewrite): void {
  for (const { key } of request.input.request.body.members) {
    if (!commonMembers.has(key)) {
      edits.set(key, undefined);
      if (!silentlyDropped.has(key)) {
        request.omitted.add(key);
      }
    }
  }
  editSystem(edits, request);
  editTools(edits, request);
}

/** Members that every vendor of this wire format knows; Anthropic's betas and private data are not among them. */
const commonMembers: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'messages',
  'system',
  'stop_sequences',
  'stream',
  'thinking',
  'output_config',
  'tools',
  'tool_choice',
  ...samplingMembers,
]);

/** Nobody misses it: `user_id` holds device and account ids, and some hosts refuse it as too long. */
const silentlyDropped: ReadonlySet<string> = new Set(['metadata']);

function editSystem(edits: EditMap, request: Rewrite): void {
  const system = request.memberValue('system');
  const missing = missingServerTools(request.input);
  const note = missingToolsNote(missing);
  const added = missing.length === 0 ? [] : [{ type: 'text', text: note }];
  if (typeof system === 'string') {
    const texts = [isBillingLine(system) ? '' : system, ...added.map((block) => block.text)];
    const text = texts.filter((piece) => piece !== '').join('\n\n');
    setIfNew(edits, request, 'system', text === '' ? undefined : text);
    return;
  }
  const own: readonly unknown[] = Array.isArray(system) ? system : [];
  const kept = own
    .filter((block) => !isBillingLine(stringAt(block, 'text') ?? ''))
    .map((block) => (isObject(block) ? cleanBlock(block) : block));
  const blocks = [...kept, ...added];
  if (blocks.length === 0) setIfNew(edits, request, 'system', undefined);
  else setElements(edits, request, 'system', blocks);
}

/** Names of the server tools that the upstream does not run. */
function missingServerTools({ request, facts }: EncodeInput): readonly string[] {
  return request.tools.flatMap((tool) =>
    tool.type === 'server' && !runsServerTool(facts, tool.serverType) ? [tool.name] : [],
  );
}

/** Tool members that came with betas. */
const toolMembers: ReadonlySet<string> = new Set([
  'name',
  'description',
  'input_schema',
  'cache_control',
]);

function editTools(edits: EditMap, request: Rewrite): void {
  const { input, memberValue, omitted } = request;
  const tools = memberValue('tools');
  if (!Array.isArray(tools)) {
    return;
  }
  const isPlaceholder = placeholderTest(input.request);
  const kept = tools.flatMap((tool: unknown, index) => {
    const known = input.request.tools[index];
    if (known?.type === 'server' && isObject(tool)) {
      return runsServerTool(input.facts, known.serverType) ? [cleanBlock(tool)] : [];
    }
    if (known?.type !== 'custom' || isPlaceholder(known) || !isObject(tool)) {
      return [];
    }
    return [cleanTool(tool)];
  });
  for (const name of missingServerTools(input)) {
    omitted.add(`server tool ${name}`);
  }
  if (kept.length === 0) setIfNew(edits, request, 'tools', undefined);
  else setElements(edits, request, 'tools', kept);
  const choice = memberValue('tool_choice');
  const named = stringAt(choice, 'name');
  if (kept.length === 0 || (named !== undefined && !kept.some((tool) => tool['name'] === named))) {
    setIfNew(edits, request, 'tool_choice', undefined);
  }
}

const cleanBlock = rememberPerObject(cleanCacheControl);
const cleanTool = rememberPerObject((tool: JsonObject) =>
  onlyMembers(cleanCacheControl(tool), toolMembers),
);

/** A copy with these members only, or the object itself when it has no others. */
function onlyMembers(object: JsonObject, members: ReadonlySet<string>): JsonObject {
  const others = Object.keys(object).filter((key) => !members.has(key));
  return without(object, others);
}

import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from './json';

/** A tool as the client named it. */
export interface AskedTool {
  /** A `custom` tool takes free text and not JSON. */
  readonly kind: 'function' | 'custom';
  readonly name: string;
  readonly namespace: string | undefined;
}

export interface ReadTools {
  /** Anthropic's form of the tools. */
  readonly tools: readonly JsonObject[];
  /** By the name that the model is told. */
  readonly byName: ReadonlyMap<string, AskedTool>;
  /** Tools that only OpenAI's servers can run. */
  readonly hosted: readonly string[];
}

/** The one name of a tool that has a namespace; Messages knows none. */
export function flatName(name: string, namespace: string | undefined): string {
  if (namespace === undefined || namespace === '') return name;
  return namespace.endsWith('__') ? namespace + name : `${namespace}__${name}`;
}

/** Reads tools of all kinds; where two have one name, the first counts. */
export function readTools(values: readonly unknown[]): ReadTools {
  const draft: Draft = { tools: new Map(), byName: new Map(), hosted: new Set() };
  for (const value of values) {
    if (isObject(value)) readTool(draft, value, undefined);
  }
  return { tools: [...draft.tools.values()], byName: draft.byName, hosted: [...draft.hosted] };
}

interface Draft {
  readonly tools: Map<string, JsonObject>;
  readonly byName: Map<string, AskedTool>;
  readonly hosted: Set<string>;
}

function readTool(draft: Draft, tool: JsonObject, namespace: string | undefined): void {
  const type = stringAt(tool, 'type') ?? 'function';
  const name = stringAt(tool, 'name') ?? '';
  if (type === 'namespace') {
    for (const nested of arrayAt(tool, 'tools')) {
      // Codex nests one deep; a deeper one would not come back under its name.
      if (isObject(nested) && nested['type'] !== 'namespace') readTool(draft, nested, name);
    }
  } else if (type.startsWith('web_search')) {
    const search = { type: 'web_search_20250305', name: 'web_search' };
    if (!draft.tools.has(search.name)) draft.tools.set(search.name, search);
  } else if ((type !== 'function' && type !== 'custom') || name === '') {
    draft.hosted.add(name === '' ? type : name);
  } else {
    addTool(draft, tool, { kind: type, name, namespace });
  }
}

function addTool(draft: Draft, tool: JsonObject, asked: AskedTool): void {
  const name = flatName(asked.name, asked.namespace);
  if (draft.byName.has(name)) return;
  draft.byName.set(name, asked);
  draft.tools.set(
    name,
    asked.kind === 'custom' ? customTool(name, tool) : functionTool(name, tool),
  );
}

function functionTool(name: string, tool: JsonObject): JsonObject {
  return {
    name,
    description: stringAt(tool, 'description'),
    input_schema: objectAt(tool, 'parameters') ?? { type: 'object', properties: {} },
  };
}

/** Free text as the one member of a JSON object, with its grammar where the model can read it. */
function customTool(name: string, tool: JsonObject): JsonObject {
  const grammar = objectAt(tool, 'format');
  const definition = stringAt(grammar, 'definition');
  const rule =
    definition === undefined
      ? ''
      : `The input must follow this ${stringAt(grammar, 'syntax') ?? ''} grammar:\n${definition}`;
  const texts = [stringAt(tool, 'description') ?? '', rule].filter((text) => text !== '');
  return {
    name,
    description: texts.length === 0 ? undefined : texts.join('\n\n'),
    input_schema: {
      type: 'object',
      properties: { input: { type: 'string', description: 'The whole input as plain text.' } },
      required: ['input'],
      additionalProperties: false,
    },
  };
}

/** The free text of a custom tool's input; models that miss the name of its member are understood all the same. */
export function customInput(json: string, input: unknown): string {
  const own = stringAt(input, 'input');
  if (own !== undefined) return own;
  const values = isObject(input) ? Object.values(input) : [];
  const [only] = values;
  return values.length === 1 && typeof only === 'string' ? only : json;
}

/** Anthropic's form of `tool_choice` and `parallel_tool_calls`. */
export function readToolChoice(body: JsonObject, tools: ReadTools): JsonObject | undefined {
  if (tools.tools.length === 0) return undefined;
  const sequential =
    body['parallel_tool_calls'] === false ? { disable_parallel_tool_use: true } : {};
  const choice = choiceOf(body['tool_choice'], tools);
  if (choice['type'] === 'none') return choice;
  const isSilent = choice['type'] === 'auto' && body['parallel_tool_calls'] !== false;
  return isSilent && body['tool_choice'] === undefined ? undefined : { ...choice, ...sequential };
}

function choiceOf(choice: unknown, tools: ReadTools): JsonObject {
  if (choice === 'none') return { type: 'none' };
  const isRequired = choice === 'required' || stringAt(choice, 'mode') === 'required';
  if (isRequired) return { type: 'any' };
  const name = flatName(stringAt(choice, 'name') ?? '', stringAt(choice, 'namespace'));
  return tools.byName.has(name) ? { type: 'tool', name } : { type: 'auto' };
}

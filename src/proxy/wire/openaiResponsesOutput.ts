import { arrayAt, countAt, isObject, type JsonObject, objectAt, stringAt } from './json';
import {
  addInput,
  addText,
  completeInput,
  completePart,
  completeText,
  type ItemKind,
  type OutputItem,
} from './openaiResponsesItem';
import { maxItems, type OutputItems, type Place } from './openaiResponsesItems';
import { reasoningSignature } from './openaiResponsesReasoning';

/** What has come of an answer so far. */
export interface Output {
  /** The model that was asked; its encrypted reasoning is for it alone. */
  readonly model: string;
  readonly items: OutputItems;
  isRefusal: boolean;
}

/** Reads an event about one item; all others mean nothing here. */
export function readOutputEvent(output: Output, type: string, event: JsonObject): void {
  const row = pieces.get(type);
  if (row !== undefined) {
    readPiece(output, row, event);
  } else if (type === 'response.output_item.added') {
    addItem(output, event);
  } else if (type === 'response.output_item.done') {
    completeItem(output, objectAt(event, 'item') ?? {}, countAt(event, 'output_index'));
  }
}

/**
 * The terminal event repeats the output; of some hosts it is the only one that holds it. An item that the stream did not
 * bring is taken only where items of its kind are missing: ids and places may have been made up anew.
 */
export function readOutput(output: Output, response: JsonObject): void {
  // With one more than is allowed, so that it is noticed.
  const all = arrayAt(response, 'output')
    .slice(0, maxItems + 1)
    .filter(isObject);
  const kindOf = (item: JsonObject) => itemKinds.get(stringAt(item, 'type') ?? '');
  for (const [index, item] of all.entries()) {
    const kind = kindOf(item);
    if (kind !== undefined) {
      const known =
        kind === 'tool'
          ? output.items.findCall(stringAt(item, 'call_id') ?? '')
          : output.items.find(kind, { index, id: stringAt(item, 'id') ?? '' });
      const due = all.filter((other) => kindOf(other) === kind).length;
      if (known !== undefined || output.items.count(kind) < due) {
        completeItem(output, item, index);
      }
    }
  }
}

type Source = 'text' | 'refusal' | 'summary' | 'reasoning' | 'input';

interface PieceRow {
  readonly source: Source;
  /** The member that holds the text. */
  readonly member: string;
  readonly isWhole: boolean;
}

/** Events that carry text, each as `delta` and as `done`. Source: OpenAI's SDK types, see the wire format notes. */
const pieces: ReadonlyMap<string, PieceRow> = new Map(
  (
    [
      ['output_text', 'text', 'text'],
      ['refusal', 'refusal', 'refusal'],
      ['reasoning_summary_text', 'summary', 'text'],
      ['reasoning_text', 'reasoning', 'text'],
      ['function_call_arguments', 'input', 'arguments'],
      ['custom_tool_call_input', 'input', 'input'],
    ] as const
  ).flatMap(([name, source, member]): readonly (readonly [string, PieceRow])[] => [
    [`response.${name}.delta`, { source, member: 'delta', isWhole: false }],
    [`response.${name}.done`, { source, member, isWhole: true }],
  ]),
);

const kinds: Readonly<Record<Source, ItemKind>> = {
  text: 'text',
  refusal: 'text',
  summary: 'thinking',
  reasoning: 'thinking',
  input: 'tool',
};

function readPiece(output: Output, { source, member, isWhole }: PieceRow, event: JsonObject): void {
  const kind = kinds[source];
  const place: Place = {
    index: countAt(event, 'output_index'),
    id: stringAt(event, 'item_id') ?? '',
  };
  const item = output.items.find(kind, place) ?? output.items.add(kind, place);
  if (source === 'input') {
    item.name ||= stringAt(event, 'name') ?? '';
    const take = isWhole ? completeInput : addInput;
    take(item, event[member]);
    return;
  }
  const text = stringAt(event, member) ?? '';
  output.isRefusal ||= source === 'refusal' && text !== '';
  if (text !== '') {
    item.source ||= source;
  }
  // A reasoning item may tell the same twice, as reasoning and as its summary.
  if (kind === 'thinking' && item.source !== source) {
    return;
  }
  const number = countAt(event, source === 'summary' ? 'summary_index' : 'content_index') ?? 0;
  const take = isWhole ? completePart : addText;
  take(item, source + Math.min(number, maxParts), text);
}

/** Far more parts than any item has; whatever follows is taken for the last of them. */
const maxParts = 100;

/** Item types and the blocks that they become; searches and the like are the upstream's own affair. */
const itemKinds: ReadonlyMap<string, ItemKind> = new Map([
  ['message', 'text'],
  ['reasoning', 'thinking'],
  ['function_call', 'tool'],
  ['custom_tool_call', 'tool'],
]);

function addItem(output: Output, event: JsonObject): void {
  const item = objectAt(event, 'item') ?? {};
  const kind = itemKinds.get(stringAt(item, 'type') ?? '');
  if (kind === undefined) {
    return;
  }
  const place: Place = { index: countAt(event, 'output_index'), id: stringAt(item, 'id') ?? '' };
  const known =
    output.items.findCall(stringAt(item, 'call_id') ?? '') ?? output.items.find(kind, place);
  const isSame = known !== undefined && !known.isDone && isSameItem(known, item);
  describe(isSame ? known : output.items.add(kind, place), item);
}

/** The call id decides, else the item's id; without any, there is nothing that says otherwise. */
function isSameItem(known: OutputItem, item: JsonObject): boolean {
  const id = stringAt(item, 'id') ?? '';
  const callId = stringAt(item, 'call_id') ?? '';
  if (callId !== '' && known.callId !== '') {
    return callId === known.callId;
  }
  return id === '' || known.id === '' || id === known.id;
}

function describe(known: OutputItem, item: JsonObject): void {
  known.callId ||= stringAt(item, 'call_id') ?? '';
  known.name ||= stringAt(item, 'name') ?? '';
  known.isSealed ||= (stringAt(item, 'encrypted_content') ?? '') !== '';
}

function completeItem(output: Output, item: JsonObject, index: number | undefined): void {
  const { items } = output;
  const kind = itemKinds.get(stringAt(item, 'type') ?? '');
  if (kind === undefined) {
    return;
  }
  const place: Place = { index, id: stringAt(item, 'id') ?? '' };
  const callId = stringAt(item, 'call_id') ?? '';
  const found = items.findCall(callId) ?? items.find(kind, place);
  const isOther = found !== undefined && found.callId !== '' && found.callId !== callId;
  const known = found === undefined || (isOther && callId !== '') ? items.add(kind, place) : found;
  describe(known, item);
  if (kind === 'tool') {
    completeInput(known, item['arguments'] ?? item['input']);
  } else {
    completeText(known, textsOf(output, known, item));
    known.signature = reasoningSignature(item, output.model);
  }
  known.isDone = true;
}

function textsOf(output: Output, known: OutputItem, item: JsonObject): readonly string[] {
  const content = arrayAt(item, 'content');
  if (known.kind === 'thinking') {
    const textIn = (parts: readonly unknown[]) => parts.map((part) => stringAt(part, 'text') ?? '');
    const summary = textIn(arrayAt(item, 'summary'));
    const hasSummary = summary.some((text) => text !== '');
    return known.source === 'summary' || (known.source === '' && hasSummary)
      ? summary
      : textIn(content);
  }
  return content.map((part) => {
    const refusal = stringAt(part, 'refusal') ?? '';
    output.isRefusal ||= refusal !== '';
    return stringAt(part, 'text') ?? refusal;
  });
}

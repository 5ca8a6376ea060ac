import { isObject } from './json';
import { createToolArguments, type ToolArguments } from './toolArguments';

export type ItemKind = 'text' | 'thinking' | 'tool';

/** One item of a response's output: a message, a reasoning item or a function call, on its way into one block. */
export interface OutputItem {
  readonly kind: ItemKind;
  /** Its `output_index`, where the host gave one. */
  readonly index: number | undefined;
  readonly id: string;
  callId: string;
  name: string;
  /** Reasoning that comes encrypted: a block is due even when there is nothing to read. */
  isSealed: boolean;
  /** What carries the reasoning to the client and back, once it is complete: at first only a beginning is announced. */
  signature: string;
  /** `waiting` to be written, while another block is open or as long as there is nothing to write. */
  phase: 'waiting' | 'open' | 'closed';
  /** The upstream said that the item is complete. */
  isDone: boolean;
  /** Its last part is complete; another may follow. */
  isIdle: boolean;
  /** Input came for a call that seemed complete and was closed. */
  isCutOff: boolean;
  /** Whose text a reasoning item shows: its summary or the reasoning itself, whichever comes first. */
  source: string;
  /** What came of each part, so that a `done` event gives only what is missing. */
  readonly parts: Map<string, string>;
  /** Text that is not written yet. */
  pending: string;
  /** It is more than white space. */
  hasWords: boolean;
  /** What came of a call's input, as the host wrote it. */
  input: string;
  arguments: ToolArguments;
}

export function createItem(
  kind: ItemKind,
  { index, id }: { readonly index: number | undefined; readonly id: string },
): OutputItem {
  return {
    kind,
    index,
    id,
    callId: '',
    name: '',
    isSealed: false,
    signature: '',
    phase: 'waiting',
    isDone: false,
    // A call without any input yet may still get some; of the others, nothing is missing.
    isIdle: kind !== 'tool',
    isCutOff: false,
    source: '',
    parts: new Map(),
    pending: '',
    hasWords: false,
    input: '',
    arguments: createToolArguments(),
  };
}

/** Adds a piece of one part; parts are set apart by a blank line. */
export function addText(item: OutputItem, part: string, text: string): void {
  // Late thinking has no place behind what it led to; late text gets a block of its own.
  const isLate = item.phase === 'closed';
  if (text === '' || (isLate && item.kind === 'thinking')) {
    return;
  }
  const before = item.parts.get(part);
  const isNext = before === undefined && item.parts.size > 0 && !isLate;
  item.parts.set(part, (before ?? '') + text);
  item.pending += (isNext ? '\n\n' : '') + text;
  item.hasWords ||= text.trim() !== '';
  item.isIdle = false;
  if (isLate) {
    item.phase = 'waiting';
    item.isDone = false;
  }
}

/** Takes the whole text of one part and adds what is missing of it. */
export function completePart(item: OutputItem, part: string, whole: string): void {
  const before = item.parts.get(part) ?? '';
  // Hosts that number their parts in two ways say the same text again.
  const isRepeated = before === '' && [...item.parts.values()].includes(whole);
  if (!isRepeated && whole.startsWith(before)) {
    addText(item, part, whole.slice(before.length));
  }
  item.isIdle = true;
}

/** Takes the texts of all parts and adds what is missing of them. */
export function completeText(item: OutputItem, texts: readonly string[]): void {
  const whole = texts.filter((text) => text !== '').join('\n\n');
  const received = [...item.parts.values()].join('\n\n');
  if (whole.startsWith(received)) {
    addText(item, [...item.parts.keys()].at(-1) ?? 'whole', whole.slice(received.length));
  }
}

/** Adds a piece of a call's input. */
export function addInput(item: OutputItem, piece: unknown): void {
  const text = inputText(piece);
  if (text === '') {
    return;
  }
  if (item.phase === 'closed') {
    item.isCutOff ||= text.trim() !== '';
    return;
  }
  item.input += text;
  item.arguments.add(text);
}

/** Takes the whole input of a call and adds what is missing of it. */
export function completeInput(item: OutputItem, whole: unknown): void {
  const text = inputText(whole);
  if (text.startsWith(item.input)) {
    addInput(item, text.slice(item.input.length));
  } else if (text !== '' && item.phase !== 'closed' && !item.arguments.isTaken) {
    // Its beginning was lost, or it came in another form. The client has nothing of it yet.
    item.input = '';
    item.arguments = createToolArguments();
    addInput(item, text);
  }
  item.isIdle = true;
}

function inputText(piece: unknown): string {
  if (typeof piece === 'string') {
    return piece;
  }
  return isObject(piece) ? JSON.stringify(piece) : '';
}

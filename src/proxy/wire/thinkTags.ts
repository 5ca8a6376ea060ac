/** A piece of content, sorted. */
export interface ContentPiece {
  readonly kind: 'text' | 'thinking';
  readonly text: string;
}

export interface ThinkFilter {
  /** Sorts the next piece of content. */
  push(text: string): readonly ContentPiece[];
  /** What was held back when the content ends. */
  flush(): readonly ContentPiece[];
}

const openTag = '<think>';
const closeTag = '</think>';

/** Takes `<think>…</think>` at the very start of a content apart, however the tags are cut into pieces. */
export function createThinkFilter(): ThinkFilter {
  let phase: 'start' | 'thinking' | 'behind' | 'text' = 'start';
  let held = '';
  let isBlank = true;
  function push(text: string): readonly ContentPiece[] {
    if (phase === 'text') {
      return text === '' ? [] : [{ kind: 'text', text }];
    }
    held += text;
    if (phase === 'start') {
      // Looked at piece by piece: white space without end would be trimmed again for each.
      isBlank &&= text.trim() === '';
      if (isBlank) {
        return [];
      }
      const begin = held.trimStart();
      if (openTag.startsWith(begin)) {
        return [];
      }
      const isThinking = begin.startsWith(openTag);
      phase = isThinking ? 'thinking' : 'text';
      const rest = isThinking ? begin.slice(openTag.length) : held;
      held = '';
      return push(rest);
    }
    if (phase === 'behind') {
      // The blank lines between the tag and the answer belong to neither.
      const rest = held.trimStart();
      held = '';
      if (rest === '') {
        return [];
      }
      phase = 'text';
      return push(rest);
    }
    const end = held.indexOf(closeTag);
    const cut = end < 0 ? held.length - partialTag(held) : end;
    const thinking: ContentPiece = { kind: 'thinking', text: held.slice(0, cut) };
    held = held.slice(end < 0 ? cut : cut + closeTag.length);
    const pieces = thinking.text === '' ? [] : [thinking];
    if (end < 0) {
      return pieces;
    }
    phase = 'behind';
    return held === '' ? pieces : [...pieces, ...push('')];
  }
  return {
    push,
    flush() {
      const text = held;
      held = '';
      return text === '' ? [] : [{ kind: phase === 'thinking' ? 'thinking' : 'text', text }];
    },
  };
}

/** How many letters at the end may be the beginning of the closing tag. */
function partialTag(text: string): number {
  for (let length = Math.min(closeTag.length - 1, text.length); length > 0; length -= 1) {
    if (closeTag.startsWith(text.slice(-length))) {
      return length;
    }
  }
  return 0;
}

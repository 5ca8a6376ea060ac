// Counts which blocks of a program run: what a fuzzer needs to know of each input.
import { type Node, parse } from 'acorn';
import { full } from 'acorn-walk';

/** A program whose every block counts its runs in `globalThis.__hits`. */
export interface Instrumented {
  readonly code: string;
  /** How many counters it has. */
  readonly blocks: number;
  /** Its string literals: what it compares its input with. */
  readonly words: readonly string[];
}

/** Instruments an ES module; its counters begin at `firstBlock`. */
export function instrument(code: string, firstBlock: number): Instrumented {
  const insertions: Insertion[] = [];
  const words = new Set<string>();
  let next = firstBlock;
  const hit = () => `__hits[${next++}]++`;
  const enter = (statement: unknown) => {
    if (!isNode(statement)) return;
    const isBlock = statement.type === 'BlockStatement';
    insertions.push({
      at: statement.start + (isBlock ? 1 : 0),
      text: `${isBlock ? '' : '{'}${hit()};`,
    });
    if (!isBlock) insertions.push({ at: statement.end, text: '}', isEnd: true });
  };
  const wrap = (expression: unknown) => {
    if (!isNode(expression)) return;
    insertions.push({ at: expression.start, text: `(${hit()},` });
    insertions.push({ at: expression.end, text: ')', isEnd: true });
  };
  full(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), (node) => {
    const member = (name: string): unknown => Reflect.get(node, name);
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
        enter(member('body'));
        break;
      case 'ArrowFunctionExpression':
        if (member('expression') === true) wrap(member('body'));
        else enter(member('body'));
        break;
      case 'IfStatement':
        enter(member('consequent'));
        enter(member('alternate'));
        break;
      case 'ForStatement':
      case 'ForOfStatement':
      case 'ForInStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'CatchClause':
        enter(member('body'));
        break;
      case 'SwitchCase':
        enterCase(member('consequent'));
        break;
      case 'ConditionalExpression':
        wrap(member('consequent'));
        wrap(member('alternate'));
        break;
      case 'LogicalExpression':
        wrap(member('right'));
        break;
      case 'Literal':
        learn(member('value'));
        break;
    }
  });

  function enterCase(statements: unknown): void {
    const first: unknown = Array.isArray(statements) ? statements[0] : undefined;
    if (isNode(first)) insertions.push({ at: first.start, text: `${hit()};` });
  }
  function learn(value: unknown): void {
    if (typeof value === 'string' && value.length > 0 && value.length <= 48) words.add(value);
  }
  return { code: insert(code, insertions), blocks: next - firstBlock, words: [...words] };
}

interface Insertion {
  readonly at: number;
  readonly text: string;
  /** Closes what was opened further left. */
  readonly isEnd?: true;
}

/** Nodes were visited from the inside out: of two that begin together the outer one came later and goes first. */
function insert(code: string, insertions: readonly Insertion[]): string {
  const ordered = insertions
    .map((insertion, index) => ({ ...insertion, index }))
    .sort((a, b) => a.at - b.at || order(a) - order(b));
  let result = '';
  let from = 0;
  for (const { at, text } of ordered) {
    result += code.slice(from, at) + text;
    from = at;
  }
  return result + code.slice(from);
}

function order({ isEnd, index }: Insertion & { readonly index: number }): number {
  return isEnd === true ? index - 1e9 : -index;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'start' in value && 'type' in value;
}

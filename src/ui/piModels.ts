import { automaticModel, builtInScenarioNames } from '../proxy/scenarioNames';
import { isObject } from '../proxy/wire/json';

export interface PiInput {
  readonly port: number;
  /** The smallest context window of the default chain, in tokens, where known. */
  readonly context: number | undefined;
  /** Scenarios in force, in any order; the built-in ones need not be among them. */
  readonly scenarios: readonly string[];
}

/** What becomes of the person's `models.json`. */
export type PiChange =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'write';
      /** The whole file. */
      readonly text: string;
      /** An entry of ours is there already. */
      readonly isReplacement: boolean;
    }
  /** Not JSON (pi allows comments, which would be lost), or not as pi wants it: not ours to repair. */
  | { readonly kind: 'unreadable' };

/** Merges our provider into `present`, the text of the file, undefined where there is none. All else in it stays. */
export function changePiModels(present: string | undefined, input: PiInput): PiChange {
  const root = present === undefined ? {} : parse(present);
  if (!isObject(root)) return { kind: 'unreadable' };
  const { providers = {} } = root;
  if (!isObject(providers)) return { kind: 'unreadable' };
  const { [providerId]: old } = providers;
  const own = piProvider(input);
  if (JSON.stringify(old) === JSON.stringify(own)) return { kind: 'none' };
  const merged = { ...root, providers: { ...providers, [providerId]: own } };
  const [, indent = '  '] = /^([ \t]+)"/m.exec(present ?? '') ?? [];
  const text = `${JSON.stringify(merged, undefined, indent)}\n`;
  return { kind: 'write', text, isReplacement: old !== undefined };
}

/** The members to add under `providers`, to read and to paste: a model takes one line, for a dialog has few. */
export function piProviderText(input: PiInput): string {
  const { models, ...rest } = piProvider(input);
  const head = JSON.stringify({ [providerId]: rest }, undefined, 2).slice(2, -'\n  }\n}'.length);
  const lines = models.map((model) => `      ${JSON.stringify(model)}`);
  return `${head},\n    "models": [\n${lines.join(',\n')}\n    ]\n  }`;
}

const providerId = 'switchyard';

/**
 * Anthropic Messages, since pi returns thinking with its signature there and without it over Chat Completions. The price:
 * its levels of thinking come as token budgets instead of efforts. Source: @mariozechner/pi-ai 0.73.1, read 2026-11-22.
 */
function piProvider({ port, context, scenarios }: PiInput) {
  const names = new Set([...builtInScenarioNames, ...[...scenarios].sort()]);
  return {
    // Its SDK appends /v1/messages.
    baseUrl: `http://127.0.0.1:${port}`,
    api: 'anthropic-messages',
    // The name of the variable, which our terminals carry: the token itself is in no file.
    apiKey: 'ANTHROPIC_AUTH_TOKEN',
    models: [
      { id: automaticModel, ...abilities, ...limitsFor(context) },
      ...[...names].map((name) => ({ id: `scenario:${name}`, ...abilities })),
    ],
  };
}

// pi takes an unknown model for one of text alone that cannot think. The router knows better which one can.
const abilities = { reasoning: true, input: ['text', 'image'] } as const;

function limitsFor(context: number | undefined): object {
  if (context === undefined) return {};
  return { contextWindow: context, maxTokens: Math.min(32_000, Math.floor(context / 4)) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// What the fuzzer's two threads say to each other.
import { isObject } from '../../../src/proxy/wire/json';

export interface Task {
  readonly seconds: number;
  readonly seed: number;
  readonly maxBytes: number;
  readonly seedFolders: readonly string[];
  /** Where inputs go that reach something new. */
  readonly corpusFolder: string;
  readonly words: readonly string[];
  /** [inputs so far, length of the current one]. */
  readonly beat: Int32Array;
  /** The current input. */
  readonly current: Uint8Array;
}

export type Told =
  | {
      readonly is: 'done';
      readonly executions: number;
      readonly corpus: number;
      readonly blocks: number;
      readonly grownMb: number;
    }
  | {
      readonly is: 'finding';
      readonly executions: number;
      readonly why: string;
      readonly input: Uint8Array;
    };

export function readTask(value: unknown): Task {
  if (!isTask(value)) throw new Error('the worker was given no task');
  return value;
}

export function isTold(value: unknown): value is Told {
  return isObject(value) && (value['is'] === 'done' || value['is'] === 'finding');
}

function isTask(value: unknown): value is Task {
  return isObject(value) && value['beat'] instanceof Int32Array && 'corpusFolder' in value;
}

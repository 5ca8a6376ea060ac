import * as z from 'zod/mini';
import { phraseSchema } from '../phraseSchema';
import { type Phrase, phrase } from '../proxy/phrase';
import { parseJson } from '../proxy/wire/json';

/** The phrase as the message of a check: zod carries nothing but text, so it goes as JSON. */
export function said(words: Phrase): string {
  return JSON.stringify(words);
}

/** The phrase that a message of a check carries. */
export function phraseOf(message: string): Phrase {
  return phraseSchema.safeParse(parseJson(message)).data ?? notValid;
}

/** The message for what a check without words of its own found: zod/mini has none, and zod's cannot be translated. */
export function messageOf(issue: z.core.$ZodRawIssue): string {
  // The checks of a key have spoken already.
  const ofKey = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined;
  return ofKey ?? said(wordsOf(issue));
}

function wordsOf(issue: z.core.$ZodRawIssue): Phrase {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(types.get(issue.expected) ?? issue.expected, issue.input);
    case 'invalid_value':
      return phrase(
        'Expected one of {0}.',
        issue.values.map((one) => `"${String(one)}"`).join(', '),
      );
    case 'unrecognized_keys': {
      const known = issue.inst instanceof z.ZodMiniObject ? Object.keys(issue.inst.shape) : [];
      return phrase(
        'There is no “{0}” here; known: {1}.',
        issue.keys.join('”, “'),
        known.join(', '),
      );
    }
    case 'too_small':
      return tooSmall(Number(issue.minimum), issue.input);
    case 'too_big':
      return phrase('Expected at most {0}, found {1}.', Number(issue.maximum), sizeOf(issue.input));
    default:
      return notValid;
  }
}

const notValid = phrase('This value is not valid.');

function wrongType(expected: string | Phrase, input: unknown): Phrase {
  return input === undefined
    ? phrase('This is missing; expected {0}.', expected)
    : phrase('Expected {0}, found {1}.', expected, kindOf(input));
}

/** As a person writes them in settings.json. */
const types: ReadonlyMap<string, Phrase> = new Map([
  ['string', phrase('a text in quotation marks')],
  ['number', phrase('a number')],
  ['int', phrase('a whole number')],
  ['boolean', phrase('true or false')],
  ['array', phrase('a list in square brackets')],
  ['object', phrase('an object in braces')],
  ['record', phrase('an object in braces')],
]);

/** Texts are not repeated, since they may be a key in the wrong place. */
function kindOf(input: unknown): string | Phrase {
  if (Array.isArray(input)) return phrase('a list');
  if (typeof input === 'string') return phrase('a text');
  if (typeof input === 'object' && input !== null) return phrase('an object');
  return String(input);
}

function tooSmall(minimum: number, input: unknown): Phrase {
  if (input === '') return phrase('This text is empty; write at least one character.');
  if (Array.isArray(input) && input.length === 0) {
    return phrase('This list is empty; write at least one entry.');
  }
  return phrase('Expected at least {0}, found {1}.', minimum, sizeOf(input));
}

function sizeOf(input: unknown): number {
  return Array.isArray(input) || typeof input === 'string' ? input.length : Number(input);
}

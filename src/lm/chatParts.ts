import * as z from 'zod/mini';
import { wordsSchema } from '../phraseSchema';
import { phrase } from '../proxy/phrase';
import type { ChatPart } from '../proxy/wire/partsClient';

const partSchema: z.ZodMiniType<ChatPart> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({
    kind: z.literal('toolCall'),
    id: z.string(),
    name: z.string(),
    input: z.record(z.string(), z.unknown()),
  }),
  z.object({ kind: z.literal('end') }),
  z.object({ kind: z.literal('failed'), type: z.string(), message: wordsSchema }),
]);

/** The parts of some lines of an answer; empty lines only keep a connection alive. */
export function readChatParts(lines: string): readonly ChatPart[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => partSchema.safeParse(JSON.parse(line)).data ?? unreadable);
}

const unreadable: ChatPart = {
  kind: 'failed',
  type: 'api_error',
  message: phrase(
    'Switchyard could not read the answer of its own proxy. Run “Developer: Reload Window”.',
  ),
};

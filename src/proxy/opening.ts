import { createHash } from 'node:crypto';
import type { ContentBlock } from './wire/anthropicBlocks';
import type { MessagesRequest } from './wire/anthropicRequest';
import { rememberPerObject } from './wire/rememberPerObject';

/** A hash of how a conversation begins, by which it is known in every turn; '' where nobody has said anything. */
export function openingHash({ messages }: MessagesRequest): string {
  const first = messages.find(({ role }) => role === 'user');
  return first === undefined ? '' : contentHash(first.content);
}

const contentHash = rememberPerObject((content: readonly ContentBlock[]) =>
  createHash('sha256').update(JSON.stringify(content)).digest('base64'),
);

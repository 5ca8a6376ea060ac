import type { UpstreamCodec } from './formats';
export const openaiChat: UpstreamCodec = {
  format: 'openai-chat',
  path: () => '/chat/completions',
  encodeRequest: () => ({ body: '', headers: {}, omitted: [], toolNames: new Map() }),
  async *decodeStream() {},
  decodeMessage: () => [],
};

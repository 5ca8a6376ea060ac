// Whatever an upstream of this wire format answers.
import { codecOf } from '../../unit/proxy/wire/replay';
import { checkAnswer, timed } from '../checks';

const codec = codecOf('gemini');

export function fuzz(data: Buffer): Promise<void> {
  return timed(() => checkAnswer(codec, data));
}

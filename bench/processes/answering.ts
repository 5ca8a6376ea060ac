// The child's half of a conversation over the process's own channel.
import { type Question, question } from '../messages';

/** Takes a question, or leaves it to another listener of the same process by returning undefined. */
export type Answerer = (asked: Question) => Promise<unknown> | undefined;

/** Answers the bench's questions; never keeps the process alive by itself. */
export function answerQuestions(answer: Answerer): void {
  process.on('message', (message: unknown) => {
    const read = question.safeParse(message);
    if (!read.success) return;
    const { id } = read.data;
    answer(read.data)?.then(
      (value) => process.send?.({ id, value }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
  process.channel?.unref();
}

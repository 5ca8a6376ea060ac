import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

/**
 * Mends a fault of undici 7: its HTTP parser is paused while a client reads slowly, and when the upstream closes or resets
 * the connection meanwhile, `finish` fails an assertion that nobody can catch and takes the whole worker along
 * (nodejs/undici#5360, mended in version 8, which needs a newer Node than ours). Here, as there, a paused parser first reads
 * to the end of what has come. Covers the connections made until the returned function is called; `kParser` is undici's own.
 */
export function mendPausedParsers(kParser: symbol): () => void {
  const onConnected = (message: unknown) => {
    const socket = memberOf(message, 'socket');
    const parser = socket instanceof Socket ? memberOf(socket, kParser) : undefined;
    if (!(socket instanceof Socket) || !isParser(parser)) return;
    const finish = parser.finish.bind(parser);
    parser.finish = () => {
      readToTheEnd(parser, socket);
      return finish();
    };
  };
  subscribe(channel, onConnected);
  return () => void unsubscribe(channel, onConnected);
}

const channel = 'undici:client:connected';

/** The parts of undici's parser that the mending needs. */
interface Parser {
  paused: boolean;
  readonly ptr: unknown;
  readonly llhttp: { llhttp_resume(ptr: unknown): void };
  execute(chunk: Uint8Array): void;
  finish(): unknown;
}

function readToTheEnd(parser: Parser, socket: Socket): void {
  if (!parser.paused) return;
  let chunk: unknown;
  do {
    resume(parser);
    chunk = socket.read();
    // Without new bytes the end of a body of known length is still to be noticed.
    parser.execute(chunk instanceof Uint8Array ? chunk : new Uint8Array());
  } while (parser.paused && chunk instanceof Uint8Array);
  if (parser.paused) resume(parser);
}

function resume(parser: Parser): void {
  parser.llhttp.llhttp_resume(parser.ptr);
  parser.paused = false;
}

function isParser(value: unknown): value is Parser {
  return (
    typeof memberOf(value, 'paused') === 'boolean' &&
    typeof memberOf(value, 'execute') === 'function' &&
    typeof memberOf(value, 'finish') === 'function' &&
    typeof memberOf(memberOf(value, 'llhttp'), 'llhttp_resume') === 'function'
  );
}

function memberOf(value: unknown, key: string | symbol): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

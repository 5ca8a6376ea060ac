// Preloaded into other people's servers, some of which would listen on every address of the machine.
import { Server } from 'node:net';

const listen = Server.prototype.listen;

Server.prototype.listen = function listenOnLoopback(
  this: Server,
  ...parameters: unknown[]
): Server {
  const [first] = parameters;
  const options = typeof first === 'object' && first !== null ? first : { port: Number(first) };
  const callback = parameters.find((parameter) => typeof parameter === 'function');
  return Reflect.apply(listen, this, [{ ...options, host: '127.0.0.1' }, callback]);
};

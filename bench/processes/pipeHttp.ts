// The byte pipe as a process of its own: `node pipeHttp.js UPSTREAM_URL`.
import { announce } from './listening';
import { createPipe } from './pipe';

announce(createPipe(process.argv[2] ?? ''));

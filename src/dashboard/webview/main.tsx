import { render } from 'preact';
import { type DashboardView, readDashboardMessage, type Texts } from '../messages';
import { App } from './app';
import { readState, send } from './vscodeApi';

start();

/** Shows what the extension tells, from the first message on. */
function start(): void {
  const root = document.getElementById('dashboard');
  if (root === null) return;
  let texts: Texts | undefined;
  let view: DashboardView | undefined;
  // The extension may run on a machine with another clock.
  let clockOffsetMs = 0;
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    const message = readDashboardMessage(data);
    if (message?.type === 'texts') texts = message.texts;
    if (message?.type === 'view') {
      view = message.view;
      clockOffsetMs = view.now - Date.now();
    }
    if (texts === undefined || view === undefined) return;
    render(<App texts={texts} view={view} clockOffsetMs={clockOffsetMs} />, root);
  });
  const { selected } = readState();
  send({ type: 'ready', ...(selected === undefined ? {} : { selected }) });
}

import type { DashboardView, PairView } from '../messages';
import { usePage } from './page';
import { send } from './vscodeApi';

export interface StateLineProps {
  readonly status: DashboardView['status'];
  readonly figures: readonly PairView[];
}

/** Whether the proxy runs, what can be done about it, and what it did today. */
export function StateLine({ status, figures }: StateLineProps) {
  const { text } = usePage();
  const { action, sentence, isRunning, isTrouble } = status;
  const state = isTrouble ? 'trouble' : isRunning ? 'running' : 'down';
  return (
    <header class="state-line">
      <div class="state">
        <h1>{text('title')}</h1>
        {/* Of all that changes on the page only this is spoken. */}
        <p class={`sentence ${state}`} role="status">
          {sentence}
        </p>
        {action !== undefined && (
          <button type="button" onClick={() => send({ type: 'run', action: action.action })}>
            {action.label}
          </button>
        )}
      </div>
      <dl class="figures">
        {figures.map(({ name, value }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}

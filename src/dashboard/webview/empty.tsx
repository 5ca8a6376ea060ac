import type { DashboardAction } from '../messages';
import { send } from './vscodeApi';

export interface EmptyProps {
  readonly sentence: string;
  readonly button?: { readonly label: string; readonly action: DashboardAction };
}

/** What is said in place of data that is not there yet, with the one thing to do about it. */
export function Empty({ sentence, button }: EmptyProps) {
  return (
    <div class="empty">
      <p>{sentence}</p>
      {button !== undefined && (
        <button type="button" onClick={() => send({ type: 'run', action: button.action })}>
          {button.label}
        </button>
      )}
    </div>
  );
}

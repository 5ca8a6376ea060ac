import { useState } from 'preact/hooks';
import type { DashboardView, Texts } from '../messages';
import { Costs } from './costs';
import { Details } from './details';
import { Health } from './health';
import { Models } from './models';
import { type PageContext, PageProvider } from './page';
import { Plans } from './plans';
import { StateLine } from './stateLine';
import { Timeline } from './timeline';
import { keepState, type PageState, readState, send } from './vscodeApi';

export interface AppProps {
  readonly texts: Texts;
  readonly view: DashboardView;
  readonly clockOffsetMs: number;
}

/** The whole page. Its only state is what a person has chosen to see. */
export function App({ texts, view, clockOffsetMs }: AppProps) {
  const [chosen, setChosen] = useState(readState);
  const page: PageContext = {
    clockOffsetMs,
    text: (key, ...values) =>
      texts[key].replace(/\{(\d)\}/g, (_whole, index: string) => values[Number(index)] ?? ''),
  };

  function choose(state: PageState): void {
    setChosen(state);
    keepState(state);
  }

  function select(key: string | undefined): void {
    const { selected: _before, ...others } = chosen;
    const selected = key === undefined ? {} : { selected: key };
    choose({ ...others, ...selected });
    send({ type: 'select', ...(key === undefined ? {} : { key }) });
  }

  function close(): void {
    select(undefined);
    // Where the person came from; the button that had the focus goes.
    const row = document.querySelector('[role="option"][tabindex="0"]');
    if (row instanceof HTMLElement) row.focus();
  }

  const hasOwnAxes = chosen.hasOwnAxes === true;
  return (
    <PageProvider value={page}>
      <main>
        <StateLine status={view.status} figures={view.figures} />
        <div class={chosen.selected === undefined ? 'requests' : 'requests with-details'}>
          <Timeline
            requests={view.requests}
            status={view.status}
            selected={chosen.selected}
            hasOwnAxes={hasOwnAxes}
            onSelect={select}
            onToggleAxes={() => choose({ ...chosen, hasOwnAxes: !hasOwnAxes })}
          />
          {view.details !== undefined && view.details.key === chosen.selected && (
            <Details details={view.details} onClose={close} />
          )}
        </div>
        <div class="panels">
          <Health rows={view.health} />
          <Plans plans={view.plans} />
        </div>
        <Models models={view.models} />
        <Costs cost={view.cost} />
      </main>
    </PageProvider>
  );
}

import { useMemo, useRef, useState } from 'preact/hooks';
import { duration } from '../../ui/figures';
import { type Axis, axisFor } from '../bars';
import type { DashboardView, RequestView } from '../messages';
import { Empty } from './empty';
import { useNow, usePage } from './page';
import { TimelineRow } from './timelineRow';

export interface TimelineProps {
  readonly requests: readonly RequestView[];
  readonly status: DashboardView['status'];
  readonly selected: string | undefined;
  readonly hasOwnAxes: boolean;
  readonly onSelect: (key: string | undefined) => void;
  readonly onToggleAxes: () => void;
}

/** The last requests, the latest on top, each with one bar for every attempt. */
export function Timeline(props: TimelineProps) {
  const { text } = usePage();
  const { requests, status, hasOwnAxes, onToggleAxes } = props;
  const start = status.action ?? { action: 'newTerminal' as const, label: text('newTerminal') };
  return (
    <section class="timeline" aria-labelledby="requests-title">
      <div class="title-line">
        <h2 id="requests-title">{text('requests')}</h2>
        {requests.length > 0 && (
          <>
            <Legend />
            <label class="choice">
              <input type="checkbox" checked={!hasOwnAxes} onChange={onToggleAxes} />
              {text('commonAxis')}
            </label>
          </>
        )}
      </div>
      {requests.length === 0 ? (
        <Empty
          sentence={text(status.isRunning ? 'noRequests' : 'noRequestsStopped')}
          button={start}
        />
      ) : (
        <Rows {...props} />
      )}
    </section>
  );
}

function Legend() {
  const { text } = usePage();
  return (
    <ul class="legend">
      {(['waiting', 'thinking', 'streaming', 'failed'] as const).map((kind) => (
        <li key={kind}>
          <span class={`swatch ${kind}`} aria-hidden="true" />
          {text(kind)}
        </li>
      ))}
    </ul>
  );
}

function Rows({ requests, selected, hasOwnAxes, onSelect }: TimelineProps) {
  const { text } = usePage();
  const list = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string>();
  const hasRunning = requests.some(({ endedAt }) => endedAt === undefined);
  const now = useNow(hasRunning ? 'frame' : 'never');
  const longestMs = Math.max(...requests.map((one) => (one.endedAt ?? now) - one.startedAt));
  const { endMs } = axisFor(longestMs);
  // The same object as long as it is the same axis, so that rows at rest are left alone.
  const axis = useMemo(() => axisFor(endMs), [endMs]);
  const keys = requests.map(({ key }) => key);
  // One stop for the Tab key; the arrow keys go on from there.
  const stop = [focused, selected].find((key) => key !== undefined && keys.includes(key));

  function move(event: KeyboardEvent): void {
    const from = keys.indexOf(stop ?? '');
    const to = targetOf(event.key, from, keys.length - 1);
    const key = keys[to ?? -1];
    if (event.key === 'Escape') onSelect(undefined);
    if (key === undefined) return;
    event.preventDefault();
    onSelect(key);
    setFocused(key);
    const row = list.current?.children.item(keys.indexOf(key));
    if (row instanceof HTMLElement) row.focus();
  }

  function choose({ target }: MouseEvent): void {
    const row = target instanceof Element ? target.closest('[data-key]') : null;
    if (row !== null) onSelect(row.getAttribute('data-key') ?? undefined);
  }

  return (
    <div class="rows" style={`--steps: ${hasOwnAxes ? 1 : axis.ticksMs.length - 1}`}>
      {!hasOwnAxes && <AxisLine axis={axis} />}
      <div
        ref={list}
        class="list"
        role="listbox"
        tabIndex={-1}
        aria-label={text('requestsHint')}
        onKeyDown={move}
        onClick={choose}
      >
        {requests.map((request, index) => (
          <TimelineRow
            key={request.key}
            request={request}
            axis={hasOwnAxes ? undefined : axis}
            now={request.endedAt === undefined ? now : request.endedAt}
            isSelected={request.key === selected}
            isTabStop={stop === undefined ? index === 0 : request.key === stop}
            onFocus={setFocused}
          />
        ))}
      </div>
    </div>
  );
}

function AxisLine({ axis }: { readonly axis: Axis }) {
  return (
    <div class="axis" aria-hidden="true">
      <div class="ticks">
        {axis.ticksMs.map((at) => (
          <span key={at} style={`left: ${(at / axis.endMs) * 100}%`}>
            {at === 0 ? '0' : tick(at)}
          </span>
        ))}
      </div>
    </div>
  );
}

function tick(at: number): string {
  return duration(at)
    .replace(/\.0 s$/, ' s')
    .replace(/ 0 s$/, '');
}

const pageRows = 10;

/** Where a key leads from the row at `from`, which is -1 while none has been visited. */
function targetOf(key: string, from: number, last: number): number | undefined {
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + pageRows,
    PageUp: from - pageRows,
    Home: 0,
    End: last,
    Enter: from,
    ' ': from,
  };
  const target = targets[key];
  return target === undefined ? undefined : Math.min(Math.max(target, 0), last);
}

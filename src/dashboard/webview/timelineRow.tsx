import { useMemo } from 'preact/hooks';
import { duration } from '../../ui/figures';
import { type Axis, type Segment, segmentsOf } from '../bars';
import type { AttemptView, RequestView } from '../messages';
import { numbered } from './numbered';
import { usePage } from './page';

export interface TimelineRowProps {
  readonly request: RequestView;
  /** Undefined: the row is as long as its request took. */
  readonly axis: Axis | undefined;
  readonly now: number;
  readonly isSelected: boolean;
  readonly isTabStop: boolean;
  readonly onFocus: (key: string) => void;
}

/** One request: when, of which kind, its attempts one below the other, and what it took. */
export function TimelineRow(props: TimelineRowProps) {
  const { request, axis, now, isSelected, isTabStop, onFocus } = props;
  const { key, attempts, cost, notAsked, outcome, result, scenario, startedAt } = request;
  const { text } = usePage();
  const tookMs = now - startedAt;
  const endMs = axis?.endMs ?? Math.max(tookMs, 1);
  const isEmpty = attempts.length === 0;
  const running = text('runs');
  // While one request grows with every frame, the others stay as they are.
  const bars = useMemo(
    () => (
      <div class="attempts">
        {numbered(attempts).map(({ key: position, item }) => (
          <Attempt
            key={position}
            attempt={item}
            isCancelled={outcome === 'cancelled'}
            startedAt={startedAt}
            now={now}
            endMs={endMs}
          />
        ))}
        {notAsked !== undefined && <p class="remark">{notAsked}</p>}
        {isEmpty && notAsked === undefined && <p class="remark">{result}</p>}
      </div>
    ),
    [attempts, now, endMs, notAsked, outcome, result],
  );
  return (
    <div
      class={`row ${outcome}`}
      role="option"
      aria-selected={isSelected}
      tabIndex={isTabStop ? 0 : -1}
      data-key={key}
      onFocus={() => onFocus(key)}
    >
      <div class="when">
        <span class="time">{request.time}</span>
        <span class="scenario">{scenario}</span>
      </div>
      {bars}
      <div class="took">
        <span>{outcome === 'running' ? running : duration(tookMs)}</span>
        <span class="cost">{cost}</span>
      </div>
    </div>
  );
}

interface AttemptProps {
  readonly isCancelled: boolean;
  readonly attempt: AttemptView;
  readonly startedAt: number;
  readonly now: number;
  readonly endMs: number;
}

function Attempt({ attempt, isCancelled, startedAt, now, endMs }: AttemptProps) {
  const { state, target, words } = attempt;
  const segments = segmentsOf(attempt, startedAt, now);
  const share = (ms: number) => (ms / endMs) * 100;
  const begin = share(segments[0]?.fromMs ?? 0);
  const end = share(segments.at(-1)?.toMs ?? 0);
  return (
    <div class={`attempt ${state}`}>
      <Target name={target} />
      <span class="track">
        {segments.map((segment) => (
          <span
            key={segment.kind}
            class={`bar ${segment.kind}`}
            style={`left: ${share(segment.fromMs)}%; width: ${share(lengthOf(segment))}%`}
          />
        ))}
        {state === 'failed' || isCancelled ? (
          <span class={`words ${placeOf(begin, end)}`} style={`--begin: ${begin}%; --end: ${end}%`}>
            {words}
          </span>
        ) : (
          // What the bar shows to the eye.
          <span class="spoken">{words}</span>
        )}
      </span>
    </div>
  );
}

/** `provider/model`; where there is little room the provider gives way. */
function Target({ name }: { readonly name: string }) {
  const slash = name.indexOf('/') + 1;
  return (
    <span class="target">
      <span class="provider">{name.slice(0, slash)}</span>
      <span class="model">{name.slice(slash)}</span>
    </span>
  );
}

function lengthOf({ fromMs, toMs }: Segment): number {
  return toMs - fromMs;
}

/** Beside the bar where there is room, else on it; in percent of the track. */
function placeOf(begin: number, end: number): 'after' | 'before' | 'on' {
  const enough = 40;
  if (100 - end >= enough) return 'after';
  return begin >= enough ? 'before' : 'on';
}

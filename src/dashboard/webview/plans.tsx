import type { DashboardView, PlanView } from '../messages';
import { durationText } from './duration';
import { Empty } from './empty';
import { numbered } from './numbered';
import { useNow, usePage } from './page';

type Limit = PlanView['limits'][number];

/** How much of each plan is used, and when its limits start anew. */
export function Plans({ plans }: { readonly plans: DashboardView['plans'] }) {
  const { text } = usePage();
  const { note, told } = plans;
  const now = useNow(told.length > 0 ? 'second' : 'never');
  return (
    <section class="plans" aria-labelledby="plans-title">
      <h2 id="plans-title">{text('plans')}</h2>
      {note !== undefined && <Empty sentence={note} />}
      {numbered(told).map(({ key, item: { title, problem, limits } }) => (
        <div key={key} class="plan">
          <h3>{title}</h3>
          {problem !== undefined && <p>{problem}</p>}
          {limits.map((limit) => (
            <Meter key={limit.name} limit={limit} now={now} />
          ))}
        </div>
      ))}
    </section>
  );
}

function Meter({ limit, now }: { readonly limit: Limit; readonly now: number }) {
  const { text } = usePage();
  const { name, percent, isExhausted, resetsAt } = limit;
  const shown = isExhausted ? 100 : Math.min(100, Math.max(0, percent));
  const notes = [
    ...(isExhausted ? [text('usedUp')] : []),
    ...(resetsAt === undefined || resetsAt <= now
      ? []
      : [text('resetsIn', durationText(resetsAt - now, text))]),
  ];
  const level = shown >= fullPercent ? 'full' : shown >= highPercent ? 'high' : 'low';
  return (
    <div class="limit">
      <span class="name">{name}</span>
      {/* Every browser draws its own meter, and few let it be themed: this one is for screen readers. */}
      <meter
        class="spoken"
        min={0}
        max={100}
        value={shown}
        aria-label={name}
        aria-valuetext={[`${percent} %`, ...notes].join(', ')}
      />
      <span class={`gauge ${level}`}>
        <span style={`width: ${shown}%`} />
      </span>
      <span class="percent">{percent} %</span>
      <span class="remark">{notes.join(', ')}</span>
    </div>
  );
}

const highPercent = 80;
const fullPercent = 95;

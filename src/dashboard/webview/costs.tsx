import { useState } from 'preact/hooks';
import { money } from '../../ui/figures';
import type { CostView } from '../messages';
import { CostChart } from './costChart';
import { DataTable } from './dataTable';
import { Empty } from './empty';
import { usePage } from './page';
import { Swatch } from './swatch';

/** What was spent: a chart by day, and the same figures as tables. */
export function Costs({ cost }: { readonly cost: CostView | undefined }) {
  const { text } = usePage();
  return (
    <section aria-labelledby="cost-title">
      <h2 id="cost-title">{text('cost')}</h2>
      {cost === undefined ? <Empty sentence={text('costEmpty')} /> : <Spent cost={cost} />}
    </section>
  );
}

function Spent({ cost }: { readonly cost: CostView }) {
  const { text } = usePage();
  const [day, setDay] = useState<number>();
  const { byDay, byModel, models } = cost;
  return (
    <>
      {models.length > 0 && (
        <figure>
          <figcaption>
            <ul class="legend" aria-label={text('costChart')}>
              {models.map(({ name }, index) => (
                <li key={name}>
                  <Swatch index={index} />
                  {name}
                </li>
              ))}
            </ul>
          </figcaption>
          <CostChart cost={cost} onPoint={setDay} />
          <p class="remark pointed" aria-hidden="true">
            {day === undefined ? text('costHint') : inWords(cost, day)}
          </p>
        </figure>
      )}
      <h3>{text('costByModel')}</h3>
      <DataTable table={byModel} label={text('costByModel')} />
      <details>
        <summary>{text('costByDay')}</summary>
        <DataTable table={byDay} label={text('costByDay')} />
      </details>
    </>
  );
}

/** A day of the chart: `2026-11-22: $1.20 (a $1.00, b $0.20)`. */
function inWords({ days, models }: CostView, index: number): string {
  const costs = models
    .map(({ name, costs }) => ({ name, usd: costs[index] ?? 0 }))
    .filter(({ usd }) => usd > 0);
  const sum = money(costs.reduce((total, { usd }) => total + usd, 0));
  const parts = costs.map(({ name, usd }) => `${name} ${money(usd)}`);
  return `${days[index]}: ${sum}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

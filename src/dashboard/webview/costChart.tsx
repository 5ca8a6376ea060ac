import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { money } from '../../ui/figures';
import type { CostView } from '../messages';
import { fillOf, type ThemeColours, themeColours, useTheme } from './theme';

export interface CostChartProps {
  readonly cost: CostView;
  /** The day that the pointer is on, by its index. */
  readonly onPoint: (day: number | undefined) => void;
}

/** A bar for each day, of one part for each model. The tables beside it have the same figures. */
export function CostChart({ cost, onPoint }: CostChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const { days, models } = cost;
  // By content: every message brings new objects.
  const content = JSON.stringify([days, models]);
  useEffect(() => {
    const { current } = frame;
    if (current === null) return;
    const size = () => ({ width: current.clientWidth, height: heightPx });
    const options = { ...size(), ...chartOptions(cost, themeColours(), onPoint) };
    const chart = new uPlot(options, stacked(cost), current);
    const observer = new ResizeObserver(() => chart.setSize(size()));
    observer.observe(current);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [content, theme]);
  return <div ref={frame} class="chart" role="img" aria-label={cost.summary} />;
}

const heightPx = 200;

/** The sums from the first model up to each other one, the highest first: what is drawn later covers what it contains. */
function stacked({ days, models }: CostView): uPlot.AlignedData {
  const sums = models.map((_model, top) =>
    days.map((_day, day) =>
      models.slice(0, top + 1).reduce((sum, { costs }) => sum + (costs[day] ?? 0), 0),
    ),
  );
  return [days.map((_day, index) => index), ...sums.reverse()];
}

function chartOptions(
  { days, models }: CostView,
  colours: ThemeColours,
  onPoint: CostChartProps['onPoint'],
): Omit<uPlot.Options, 'width' | 'height'> {
  const axis = {
    stroke: colours.foreground,
    font: colours.font,
    ticks: { show: false },
    border: { show: true, stroke: colours.lines },
  };
  const bars = uPlot.paths.bars?.({ size: [0.72, 40], align: 0 });
  const last = models.length - 1;
  return {
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    scales: {
      x: { time: false, range: [-0.6, days.length - 0.4] },
      y: { range: (_chart, _least, most) => [0, most === 0 ? 1 : most * 1.08] },
    },
    axes: [
      {
        ...axis,
        size: 34,
        space: 64,
        grid: { show: false },
        incrs: [1, 2, 5, 10],
        values: (_chart, marks) => marks.map((mark) => dayLabel(days[mark])),
      },
      {
        ...axis,
        size: 64,
        grid: { stroke: colours.lines, width: 0.5, dash: [2, 4] },
        values: (_chart, marks) => marks.map(money),
      },
    ],
    series: [
      {},
      ...models.map((_model, drawn) => ({
        fill: () => fillOf(last - drawn, colours),
        stroke: colours.background,
        width: 1,
        points: { show: false },
        ...(bars === undefined ? {} : { paths: bars }),
      })),
    ],
    hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx ?? undefined)] },
  };
}

function dayLabel(day: string | undefined): string {
  const [year = 0, month = 1, date = 1] = (day ?? '').split('-').map(Number);
  return day === undefined ? '' : dayFormat.format(new Date(year, month - 1, date));
}

const dayFormat = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

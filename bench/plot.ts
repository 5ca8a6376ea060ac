// Small line charts as SVG text, legible on light and dark pages.

export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** In the colour of the line before it: the same, in another state. */
  readonly isDashed?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  /** Spans of x that are marked, with what happened in them. */
  readonly bands?: readonly { readonly from: number; readonly to: number; readonly name: string }[];
}

export interface Axis {
  readonly name: string;
  readonly scale: 'linear' | 'log';
  /** Where the grid lines are. */
  readonly ticks: readonly number[];
  readonly label: (value: number) => string;
}

const width = 760;
const height = 440;
const box = { left: 78, right: 740, top: 48, bottom: 350 };
const colours = ['#1b6ca8', '#c2571a', '#3b8132', '#7a4fa3', '#555555'];

/** The whole picture. */
export function lineChart(chart: Chart): string {
  const placeX = placer(chart.x, box.left, box.right);
  const placeY = placer(chart.y, box.bottom, box.top);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<title>${escaped(chart.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(width / 2, 26, chart.title, 'middle', 'font-size="16"'),
    ...(chart.bands ?? []).flatMap(({ from, to, name }) => [
      `<rect x="${placeX(from)}" y="${box.top}" width="${round(placeX(to) - placeX(from))}" height="${box.bottom - box.top}" fill="#f3e3c3"/>`,
      text((placeX(from) + placeX(to)) / 2, box.top + 16, name, 'middle'),
    ]),
    ...chart.x.ticks.flatMap((value) => [
      rule(placeX(value), box.top, placeX(value), box.bottom),
      text(placeX(value), box.bottom + 18, chart.x.label(value), 'middle'),
    ]),
    ...chart.y.ticks.flatMap((value) => [
      rule(box.left, placeY(value), box.right, placeY(value)),
      text(box.left - 8, placeY(value) + 4, chart.y.label(value), 'end'),
    ]),
    text((box.left + box.right) / 2, box.bottom + 38, chart.x.name, 'middle'),
    `<g transform="rotate(-90 20 ${(box.top + box.bottom) / 2})">${text(20, (box.top + box.bottom) / 2, chart.y.name, 'middle')}</g>`,
    ...chart.lines.flatMap((line, index) => drawn(line, index, { chart, placeX, placeY })),
    '</svg>',
    '',
  ].join('\n');
}

interface Drawing {
  readonly chart: Chart;
  readonly placeX: (value: number) => number;
  readonly placeY: (value: number) => number;
}

/** The line and its entry in the legend. */
function drawn(
  { name, points, isDashed = false }: Line,
  index: number,
  { chart: { lines }, placeX, placeY }: Drawing,
): readonly string[] {
  const solidBefore = lines.slice(0, index + 1).filter((line) => line.isDashed !== true).length;
  const colour = colours[(solidBefore - 1) % colours.length] ?? '#000000';
  const stroke = `stroke="${colour}" stroke-width="2"${isDashed ? ' stroke-dasharray="3 4"' : ''}`;
  const path = points.map(([x, y]) => `${placeX(x)},${placeY(y)}`).join(' ');
  const inRow = lines.length > 3 ? 2 : 3;
  const x = box.left + (index % inRow) * (inRow === 2 ? 300 : 220);
  const y = box.bottom + 62 + Math.floor(index / inRow) * 18;
  return [
    `<polyline points="${path}" fill="none" ${stroke}/>`,
    `<line x1="${x}" y1="${y - 4}" x2="${x + 22}" y2="${y - 4}" ${stroke}/>`,
    text(x + 28, y, name, 'start'),
  ];
}

/** Values outside of the ticks are drawn at the edge. */
function placer({ scale, ticks }: Axis, from: number, to: number): (value: number) => number {
  const on = (value: number) => (scale === 'log' ? Math.log(value) : value);
  const least = on(Math.min(...ticks));
  const most = on(Math.max(...ticks));
  return (value) => {
    const share = Math.min(1, Math.max(0, (on(value) - least) / (most - least)));
    return round(from + share * (to - from));
  };
}

function rule(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#dddddd"/>`;
}

function text(x: number, y: number, words: string, anchor: string, more = ''): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="#222222" ${more}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

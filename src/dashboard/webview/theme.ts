import { useEffect, useState } from 'preact/hooks';

/** What a canvas needs of the theme: it knows no style sheet. */
export interface ThemeColours {
  readonly foreground: string;
  readonly background: string;
  readonly lines: string;
  readonly font: string;
  readonly series: readonly string[];
}

export function themeColours(): ThemeColours {
  const style = getComputedStyle(document.body);
  const read = (name: string, instead: string) =>
    style.getPropertyValue(`--vscode-${name}`).trim() || instead;
  return {
    foreground: style.color,
    background: read('editor-background', style.backgroundColor),
    lines: read('charts-lines', style.color),
    font: `${style.fontSize} ${style.fontFamily}`,
    // No orange: in light themes it is too pale. No red: it says that something failed.
    series: ['blue', 'purple', 'green', 'yellow', 'foreground', 'blue'].map((name) =>
      read(`charts-${name}`, style.color),
    ),
  };
}

/** A number that changes with the theme. */
export function useTheme(): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    const observer = new MutationObserver(() => setChanges((count) => count + 1));
    // VS Code puts the theme's kind on the body and its colours on the root.
    observer.observe(document.body, { attributeFilter: ['class', 'data-vscode-theme-id'] });
    observer.observe(document.documentElement, { attributeFilter: ['style'] });
    return () => observer.disconnect();
  }, []);
  return changes;
}

/** Colour and pattern of a series: no two of them are told apart by colour alone. */
export function fillOf(index: number, colours: ThemeColours): CanvasPattern | string {
  const ratio = window.devicePixelRatio;
  const side = Math.round(tilePx * ratio);
  const tile = document.createElement('canvas');
  tile.width = side;
  tile.height = side;
  const context = tile.getContext('2d');
  const colour = colours.series[index % colours.series.length] ?? colours.foreground;
  const draw = patterns[index % patterns.length];
  if (context === null || draw === undefined) return colour;
  context.fillStyle = colour;
  context.fillRect(0, 0, side, side);
  context.strokeStyle = colours.background;
  context.fillStyle = colours.background;
  context.lineWidth = 1.5 * ratio;
  draw(context, side);
  return context.createPattern(tile, 'repeat') ?? colour;
}

const tilePx = 8;

/** What is left out of the colour, on a square tile that repeats. */
const patterns: readonly ((context: CanvasRenderingContext2D, side: number) => void)[] = [
  () => undefined,
  (context, side) => {
    line(context, [-side / 2, side / 2, side / 2, -side / 2]);
    line(context, [0, side, side, 0]);
    line(context, [side / 2, side * 1.5, side * 1.5, side / 2]);
  },
  (context, side) => line(context, [0, side / 2, side, side / 2]),
  (context, side) => {
    context.beginPath();
    context.arc(side / 2, side / 2, side / 5, 0, 2 * Math.PI);
    context.fill();
  },
  (context, side) => line(context, [side / 2, 0, side / 2, side]),
  (context, side) => {
    line(context, [0, 0, side, side]);
    line(context, [0, side, side, 0]);
  },
];

type Ends = readonly [fromX: number, fromY: number, toX: number, toY: number];

function line(context: CanvasRenderingContext2D, [fromX, fromY, toX, toY]: Ends): void {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

import { useEffect, useRef } from 'preact/hooks';
import { fillOf, themeColours, useTheme } from './theme';

const sizePx = 14;

/** The colour and pattern of a chart's series. */
export function Swatch({ index }: { readonly index: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const { current } = canvas;
    const context = current?.getContext('2d');
    if (current === null || context === null || context === undefined) return;
    const ratio = window.devicePixelRatio;
    current.width = sizePx * ratio;
    current.height = sizePx * ratio;
    context.fillStyle = fillOf(index, themeColours());
    context.fillRect(0, 0, current.width, current.height);
  }, [index, theme]);
  // Empty for a screen reader: the name stands beside it.
  return <canvas ref={canvas} class="swatch" width={sizePx} height={sizePx} />;
}

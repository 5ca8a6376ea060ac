import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { TextKey } from '../textKeys';

export interface PageContext {
  readonly text: (key: TextKey, ...values: readonly string[]) => string;
  /** To be added to this machine's clock for the extension's. */
  readonly clockOffsetMs: number;
}

const context = createContext<PageContext>({ text: (key) => key, clockOffsetMs: 0 });

export const PageProvider = context.Provider;

export function usePage(): PageContext {
  return useContext(context);
}

/** How often the time is read anew: with every frame while something grows, each second for countdowns. */
export type Pace = 'frame' | 'second' | 'never';

/** The extension's time, epoch ms. Stands still while the page is hidden. */
export function useNow(pace: Pace): number {
  const { clockOffsetMs } = usePage();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (pace === 'never') return;
    if (pace === 'second' || wantsLessMotion()) {
      const timer = setInterval(() => setNow(Date.now()), 1_000);
      return () => clearInterval(timer);
    }
    let frame = 0;
    const step = () => {
      setNow((shown) => (Date.now() - shown < shortestStepMs ? shown : Date.now()));
      frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [pace]);
  return now + clockOffsetMs;
}

/** Bars grow by less than a pixel in a shorter time. */
const shortestStepMs = 33;

/** VS Code's own setting (`workbench.reduceMotion`), which follows the system's unless it is told otherwise. */
function wantsLessMotion(): boolean {
  if (document.body.classList.contains('vscode-reduce-motion')) return true;
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

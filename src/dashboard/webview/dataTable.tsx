import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TableView } from '../messages';

export interface DataTableProps {
  readonly table: TableView;
  readonly label: string;
}

/** A table whose rows are named by their first cell. */
export function DataTable({ table, label }: DataTableProps) {
  const alignment = (index: number) => (table.head[index]?.isNumber === true ? 'number' : '');
  return (
    <TableFrame label={label}>
      <table aria-label={label}>
        <thead>
          <tr>
            {table.head.map(({ text }, index) => (
              <th key={text} scope="col" class={alignment(index)}>
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={row[0]}>
              {row.map((cell, index) =>
                index === 0 ? (
                  <th key={table.head[index]?.text} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={table.head[index]?.text} class={alignment(index)}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

export interface TableFrameProps {
  readonly label: string;
  readonly children: ComponentChildren;
}

/** Scrolls sideways what does not fit; the keyboard can reach it exactly when there is something to scroll. */
export function TableFrame({ label, children }: TableFrameProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [isScrollable, setScrollable] = useState(false);
  useEffect(() => {
    const { current } = frame;
    if (current === null) return;
    const observer = new ResizeObserver(() =>
      setScrollable(current.scrollWidth > current.clientWidth),
    );
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  const scrolling = isScrollable
    ? { tabIndex: 0, role: 'group' as const, 'aria-label': label }
    : {};
  return (
    <div ref={frame} class="table-frame" {...scrolling}>
      {children}
    </div>
  );
}

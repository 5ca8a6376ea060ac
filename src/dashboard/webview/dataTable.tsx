import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TableView } from '../messages';
import { numbered } from './numbered';

export interface DataTableProps {
  readonly table: TableView;
  readonly label: string;
}

/** A table whose rows are named by their first cell. */
export function DataTable({ table, label }: DataTableProps) {
  const alignments = table.head.map(({ isNumber }) => (isNumber === true ? 'number' : ''));
  return (
    <TableFrame label={label}>
      <table aria-label={label}>
        <thead>
          <tr>
            {numbered(table.head).map(({ key, item: { text, isNumber } }) => (
              <th key={key} scope="col" class={isNumber === true ? 'number' : ''}>
                {text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {numbered(table.rows).map(({ key, item: [name, ...cells] }) => (
            <tr key={key}>
              <th scope="row">{name}</th>
              {numbered(cells).map((cell) => (
                <td key={cell.key} class={alignments[Number(cell.key) + 1]}>
                  {cell.item}
                </td>
              ))}
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

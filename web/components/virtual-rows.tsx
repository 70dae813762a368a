// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed by hand cannot be those of a <table>
/**
 * The rows of a long table, of which only those in sight exist; the page itself scrolls. Stands inside an element with
 * `role="table"` that says its `aria-rowcount`. Rows are measured: they may have different heights. Load it lazily.
 */
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import styles from './virtual-rows.module.css';

interface VirtualRowsProps {
  count: number;
  /** stays with a row when others come before it */
  keyOf: (index: number) => string | number;
  /** the cells, each with its role */
  row: (index: number) => ReactNode;
  /** pixels; the better the guess, the calmer the scroll bar */
  estimate: (index: number) => number;
  /** 1-based, the head counts; default: one head row above these */
  rowIndex?: (index: number) => number;
  /** the last rows are in sight */
  onEnd?: () => void;
}

const OVERSCAN = 12;

export function VirtualRows({ count, keyOf, row, estimate, rowIndex, onEnd }: VirtualRowsProps) {
  const group = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => setTop((group.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);

  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: estimate,
    getItemKey: keyOf,
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  const atEnd = last >= count - 1;
  useEffect(() => {
    if (atEnd && count > 0) onEnd?.();
  }, [atEnd, count, onEnd]);

  return (
    <div role="rowgroup" ref={group} className={styles.group} style={{ height: virtualizer.getTotalSize() }}>
      {items.map((item) => (
        <div
          role="row"
          tabIndex={-1}
          key={item.key}
          data-index={item.index}
          ref={virtualizer.measureElement}
          aria-rowindex={rowIndex ? rowIndex(item.index) : item.index + 2}
          className={styles.row}
          style={{ transform: `translateY(${item.start - top}px)` }}
        >
          {row(item.index)}
        </div>
      ))}
    </div>
  );
}

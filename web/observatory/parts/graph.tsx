/**
 * Boxes and arrows. What it shows stands in a table on the same page too; so it may be looked at, moved and zoomed, and nothing in it
 * has to be reached by keyboard but its links. Loaded when it is needed.
 */
import '@xyflow/react/dist/base.css';
import { Controls, Handle, MarkerType, type Node, type NodeProps, Position, ReactFlow } from '@xyflow/react';
import { type ReactNode, useMemo } from 'react';
import { isNarrow } from '../../platform/screen.js';
import styles from './graph.module.css';
import { type Arrow, placesOf } from './layout.js';

export interface GraphBox {
  readonly id: string;
  readonly content: ReactNode;
}

interface GraphProps {
  boxes: readonly GraphBox[];
  arrows: readonly (Arrow & { label?: string; quiet?: boolean })[];
  label: string;
  /** pixels, of every box */
  size: { width: number; height: number };
}

/** A taller graph is drawn smaller. */
const GRAPH_PX_MAX = 720;

/** On a narrow screen not all of it can be seen at once, but what is seen can be read; the rest is moved into sight. */
const READABLE = 0.8;
/** of the row of buttons below it then */
const CONTROLS_PX = 40;

type BoxNode = Node<{ content: ReactNode }, 'box'>;

const nodeTypes = { box: BoxView };

export default function Graph({ boxes, arrows, label, size }: GraphProps) {
  const shape = JSON.stringify([boxes.map(({ id }) => id), arrows.map(({ from, to }) => [from, to]), size]);
  // Places depend on the shape alone, not on what the boxes say.
  const places = useMemo(
    () =>
      placesOf(
        boxes.map(({ id }) => ({ id, ...size })),
        arrows,
        'LR',
      ),
    [shape],
  );
  const nodes: BoxNode[] = boxes.map(({ id, content }) => ({
    id,
    type: 'box',
    position: places.get(id) ?? { x: 0, y: 0 },
    data: { content },
    ...size,
  }));
  const edges = arrows.map(({ from, to, label: text, quiet }) => ({
    id: `${from} ${to}`,
    source: from,
    target: to,
    ...(text !== undefined && { label: text }),
    ...(quiet === true && { className: styles.quiet! }),
    markerEnd: { type: MarkerType.ArrowClosed, width: 18, height: 18, color: 'var(--ink-soft)' },
  }));
  const corners = [...places.values()];
  const bottom = Math.max(...corners.map(({ y }) => y + size.height), 0);
  const narrow = isNarrow();
  const height = Math.min(GRAPH_PX_MAX, Math.max(180, bottom + 48));
  return (
    <section
      className={styles.graph}
      aria-label={label}
      style={{ height: narrow ? Math.min(height, bottom * READABLE + 24 + CONTROLS_PX) : height }}
    >
      <ReactFlow
        key={shape}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        preventScrolling={false}
        zoomOnScroll={false}
        {...(narrow
          ? { defaultViewport: { x: 12, y: 12, zoom: READABLE } }
          : { fitView: true, fitViewOptions: { padding: 0.06, maxZoom: 1, minZoom: 0.2 } })}
        minZoom={0.2}
        maxZoom={1.5}
      >
        <Controls showInteractive={false} orientation={narrow ? 'horizontal' : 'vertical'} />
      </ReactFlow>
    </section>
  );
}

function BoxView({ data }: NodeProps<BoxNode>) {
  return (
    <div className={styles.box}>
      <Handle type="target" position={Position.Left} isConnectable={false} className={styles.handle} />
      {data.content}
      <Handle type="source" position={Position.Right} isConnectable={false} className={styles.handle} />
    </div>
  );
}

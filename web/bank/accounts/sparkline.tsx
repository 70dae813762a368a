/** The last balances as a line without numbers: whether it went up or down. The numbers are in the statement. */
import styles from './accounts.module.css';

const [WIDTH, HEIGHT] = [240, 44];
const EDGE = 3;

export function Sparkline({ values, label }: { values: readonly number[]; label: string }) {
  if (values.length < 2) return <div className={styles.spark} />;
  const points = pointsOf(values);
  const [x, y] = points.at(-1)!;
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path className={styles.sparkArea} d={`M0 ${HEIGHT}L${path(points)}L${x} ${HEIGHT}Z`} />
      <path className={styles.sparkLine} d={`M${path(points)}`} />
      <circle className={styles.sparkEnd} cx={x} cy={y} r="2.5" />
    </svg>
  );
}

function path(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y]) => `${x} ${y}`).join('L');
}

function pointsOf(values: readonly number[]): [number, number][] {
  const [lowest, highest] = [Math.min(...values), Math.max(...values)];
  const range = highest - lowest || 1;
  return values.map((value, index) => [
    Math.round((index / (values.length - 1)) * (WIDTH - EDGE)),
    Math.round(HEIGHT - EDGE - ((value - lowest) / range) * (HEIGHT - 2 * EDGE)),
  ]);
}

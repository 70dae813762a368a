/** Lines over time as an SVG file: what a long run did, to be looked at. No library: a few hundred points and two axes. */

export interface Line {
  readonly name: string;
  /** one per sample; a gap where there is none */
  readonly values: readonly (number | undefined)[];
}

export interface Plot {
  readonly title: string;
  /** of the values: `MiB`, `ms` */
  readonly unit: string;
  /** of each sample, in minutes from the start */
  readonly minutes: readonly number[];
  readonly lines: readonly Line[];
}

const WIDTH = 900;
const HEIGHT = 260;
const MARGIN = { top: 34, right: 150, bottom: 34, left: 64 };
const COLOURS = ['#1b6ca8', '#c2571a', '#2e7d4f', '#8e3b8a', '#a38b00', '#555555'];
const GRID_LINES = 4;

/** The plots below each other, in one file. */
export function svgOf(plots: readonly Plot[]): string {
  const height = plots.length * HEIGHT;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    ...plots.map((plot, at) => `<g transform="translate(0 ${at * HEIGHT})">${panel(plot)}</g>`),
    '</svg>',
    '',
  ].join('\n');
}

function panel({ title, unit, minutes, lines }: Plot): string {
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const last = Math.max(...minutes, 0.001);
  const top = niceAbove(Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0))));
  const x = (minute: number): string => (MARGIN.left + (minute / last) * (right - MARGIN.left)).toFixed(1);
  const y = (value: number): string => (bottom - (value / top) * (bottom - MARGIN.top)).toFixed(1);
  const grid = Array.from({ length: GRID_LINES + 1 }, (_, at) => {
    const value = (top * at) / GRID_LINES;
    return `<path d="M${MARGIN.left} ${y(value)}H${right}" stroke="#dddddd"/><text x="${MARGIN.left - 6}" y="${y(value)}" text-anchor="end" dominant-baseline="middle">${shown(value)}</text>`;
  });
  const drawn = lines.map(({ name, values }, at) => {
    const colour = COLOURS[at % COLOURS.length]!;
    const label = `<text x="${right + 10}" y="${MARGIN.top + 8 + at * 17}" fill="${colour}">${escaped(name)}</text>`;
    return `<path d="${pathOf(values, minutes, x, y)}" fill="none" stroke="${colour}" stroke-width="1.5"/>${label}`;
  });
  return [
    `<text x="${MARGIN.left}" y="20" font-weight="bold">${escaped(title)} (${escaped(unit)})</text>`,
    ...grid,
    `<text x="${MARGIN.left}" y="${HEIGHT - 12}">0</text>`,
    `<text x="${right}" y="${HEIGHT - 12}" text-anchor="end">${last.toFixed(1)} min</text>`,
    ...drawn,
  ].join('');
}

function pathOf(
  values: Line['values'],
  minutes: readonly number[],
  x: (minute: number) => string,
  y: (value: number) => string,
): string {
  let pen = 'M';
  return values
    .map((value, at) => {
      if (value === undefined) {
        pen = 'M';
        return '';
      }
      const step = `${pen}${x(minutes[at]!)} ${y(value)}`;
      pen = 'L';
      return step;
    })
    .join('');
}

/** The next of 1, 2, 5, 10, 20, 50, … that is not below. */
function niceAbove(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((nice) => nice >= value)!;
}

function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-GB') : String(Number(value.toPrecision(3)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

import { expect, it } from 'vitest';
import { svgOf } from './plot.js';

it('draws each line over time, with gaps where a sample is missing', () => {
  const svg = svgOf([
    {
      title: 'Memory',
      unit: 'MiB',
      minutes: [0, 1, 2, 3],
      lines: [{ name: 'a<b', values: [0, 50, undefined, 100] }],
    },
  ]);
  expect(svg).toContain('d="M64.0 226.0L292.7 130.0M750.0 34.0"');
  expect(svg).toContain('a&lt;b');
  expect(svg).toContain('3.0 min');
});

it('has room above the highest value of any line', () => {
  const lines = [
    { name: 'low', values: [1] },
    { name: 'high', values: [430] },
  ];
  expect(svgOf([{ title: 'T', unit: 'ms', minutes: [0], lines }])).toContain('>500</text>');
});

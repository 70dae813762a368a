/**
 * The balance over time, as steps: between two entries it does not change. Drawn on a canvas, so it stands beside the table that says the
 * same in words. Loaded when it is needed. The library would add its sign with an inline style, which the content security
 * policy forbids: the attribution is a link of our own.
 */
import {
  AreaSeries,
  createChart,
  type IChartApi,
  type ISeriesApi,
  LineType,
  type UTCTimestamp,
} from 'lightweight-charts';
import { useEffect, useMemo, useRef } from 'react';
import type { StatementEntry } from '../../../common/pages/bank.js';
import { formatMoney } from '../../format/money.js';
import { theme, timeStyle } from '../../platform/preferences.js';
import { useStore } from '../../platform/use-store.js';
import { chartTimes } from './chart-times.js';
import styles from './statement.module.css';

export default function BalanceChart({ entries }: { entries: readonly StatementEntry[] }) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<{ chart: IChartApi; series: ISeriesApi<'Area'> }>(undefined);
  const chosen = useStore(theme);
  const style = useStore(timeStyle);
  const points = useMemo(() => pointsOf(entries), [entries]);

  useEffect(() => {
    const made = createChart(box.current!, {
      autoSize: true,
      layout: { attributionLogo: false, background: { color: 'transparent' }, fontSize: 12 },
      grid: { vertLines: { visible: false } },
      rightPriceScale: { borderVisible: false },
      timeScale: { borderVisible: false, timeVisible: true, fixLeftEdge: true, fixRightEdge: true },
      handleScroll: false,
      handleScale: false,
      localization: { priceFormatter: (pounds: number) => formatMoney(Math.round(pounds * 100)) },
    });
    const series = made.addSeries(AreaSeries, {
      lineType: LineType.WithSteps,
      lineWidth: 2,
      priceLineVisible: false,
    });
    chart.current = { chart: made, series };
    return () => made.remove();
  }, []);

  useEffect(() => {
    const paint = () => chart.current && paintChart(chart.current.chart, chart.current.series, box.current!);
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', paint);
    paint();
    return () => system.removeEventListener('change', paint);
  }, [chosen]);

  useEffect(() => chart.current?.chart.applyOptions(chartTimes(style)), [style]);

  useEffect(() => {
    chart.current?.series.setData(points);
    chart.current?.chart.timeScale().fitContent();
  }, [points]);

  return (
    <figure className={styles.chart}>
      <div ref={box} className={styles.canvas} aria-hidden="true" />
      <figcaption>
        The last {entries.length.toLocaleString('en-GB')} entries. Chart by{' '}
        <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
          TradingView
        </a>
      </figcaption>
    </figure>
  );
}

/** One point per second, the last of it: the chart wants times that grow. */
function pointsOf(entries: readonly StatementEntry[]): { time: UTCTimestamp; value: number }[] {
  const bySecond = new Map(entries.map(({ timestamp, balance }) => [timestamp, balance / 100]));
  return [...bySecond]
    .sort(([a], [b]) => a - b)
    .map(([time, value]) => ({ time: time as UTCTimestamp, value }));
}

/** The canvas does not know the style sheets: the colours are read from an element that does. */
function paintChart(chart: IChartApi, series: ISeriesApi<'Area'>, box: HTMLElement): void {
  const colour = (name: string) => {
    box.style.color = `var(${name})`;
    return getComputedStyle(box).color;
  };
  chart.applyOptions({
    layout: { textColor: colour('--ink-soft'), fontFamily: getComputedStyle(box).fontFamily },
    grid: { horzLines: { color: colour('--line') } },
  });
  series.applyOptions({
    lineColor: colour('--accent-text'),
    topColor: colour('--accent-soft'),
    bottomColor: colour('--accent-soft'),
  });
}

import { AS_EXPECTED } from '../generator/outcome.js';
import { summarise } from '../generator/summarise.js';
import type { IntervalTally } from '../generator/tally.js';
import type { LatencyHistogram } from '../measure/latency-histogram.js';
import { throughput, type RampStep } from '../under-load/ramp.js';
import type { FaultWindow, SteadyRun } from '../under-load/steady-run.js';
import { drawPanel, type Panel, type Series, type ShadedRange } from './panel.js';
import { linearScale, logScale, stepScale, type Scale } from './scale.js';
import { svgDocument, text } from './svg.js';

export interface LoadPlot {
  readonly title: string;
  /** Lines below the title: machine, system. */
  readonly notes: readonly string[];
  readonly ramp: readonly RampStep[];
  readonly steady: SteadyRun;
}

const WIDTH = 1200;
const LEFT = 76;
const HALF_WIDTH = 360;
const SECOND_HALF_LEFT = 690;
const FULL_WIDTH = 900;
const PANEL_HEIGHT = 180;
const ROW_HEIGHT = 290;

/** Colours that people with any kind of colour vision can tell apart. */
const BLUE = '#0072b2';
const ORANGE = '#e69f00';
const RED = '#d55e00';
const GREEN = '#009e73';
const PURPLE = '#cc79a7';
const BLACK = '#333333';
const GREY = '#999999';
const ROLE_COLOURS = [BLUE, RED, GREEN, PURPLE, GREY];

const PERCENTILES = [
  { percent: 50, label: 'p50', colour: BLUE },
  { percent: 99, label: 'p99', colour: ORANGE },
  { percent: 99.9, label: 'p99.9', colour: BLACK },
] as const;

/** The load test on one page: the ramp above, the steady run over time below. */
export function loadPlot({ title, notes, ramp, steady }: LoadPlot): string {
  const top = 130 + notes.length * 18;
  const row = (index: number): { top: number; height: number } => ({
    top: top + index * ROW_HEIGHT,
    height: PANEL_HEIGHT,
  });
  const full = { left: LEFT, width: FULL_WIDTH };
  return svgDocument({ width: WIDTH, height: top + 4 * ROW_HEIGHT + PANEL_HEIGHT + 60 }, [
    text(title, { x: LEFT, y: 40, 'font-size': 22, 'font-weight': 'bold' }),
    ...notes.map((note, index) => text(note, { x: LEFT, y: 66 + index * 18, fill: '#555555' })),
    drawPanel(rampThroughput(ramp), { left: LEFT, width: HALF_WIDTH, ...row(0) }),
    drawPanel(rampLatency(ramp), { left: SECOND_HALF_LEFT, width: HALF_WIDTH, ...row(0) }),
    drawPanel(steadyThroughput(steady), { ...full, ...row(1) }),
    drawPanel(steadyLatency(steady), { ...full, ...row(2) }),
    drawPanel(
      usagePanel(steady, 'CPU, per cent of one core', ({ cpuPercent }) => cpuPercent),
      {
        ...full,
        ...row(3),
      },
    ),
    drawPanel(usagePanel(steady, 'Resident memory, MiB', residentMebibytes), {
      ...full,
      ...row(4),
    }),
  ]);
}

function rampThroughput(ramp: readonly RampStep[]): Panel {
  const points = ramp.map(({ connections, summary }) => [connections, throughput(summary)] as const);
  return {
    title: 'Ramp: calls answered rightly, per second',
    ...rampAxis(ramp),
    y: linearScale(Math.max(1, ...points.map(([, rate]) => rate))),
    series: [{ label: 'calls/s', colour: BLUE, points, dots: true }],
  };
}

function rampLatency(ramp: readonly RampStep[]): Panel {
  const series = percentileSeries(
    ramp.map(({ connections, summary }) => [connections, summary.latencies] as const),
  ).map((one) => ({ ...one, dots: true }));
  return { title: 'Ramp: latency, ms', ...rampAxis(ramp), y: latencyScale(series), series };
}

function rampAxis(ramp: readonly RampStep[]): Pick<Panel, 'x' | 'xLabel'> {
  return { x: stepScale(ramp.map(({ connections }) => connections)), xLabel: 'connections' };
}

function steadyThroughput(steady: SteadyRun): Panel {
  const rates = (pick: (outcome: string) => boolean): Series['points'] =>
    steady.intervals.flatMap((interval) => {
      const counts = interval.outcomes.map(([outcome, count]) => (pick(outcome) ? count : 0));
      const seconds = (interval.toMs - interval.fromMs) / 1000;
      return throughout(interval, counts.reduce((sum, count) => sum + count, 0) / seconds);
    });
  const series = [
    { label: 'answered rightly', colour: BLUE, points: rates((outcome) => outcome === AS_EXPECTED) },
    { label: 'status 503', colour: RED, points: rates((outcome) => outcome === 'status 503') },
    {
      label: 'all other errors',
      colour: PURPLE,
      points: rates((outcome) => outcome !== AS_EXPECTED && outcome !== 'status 503'),
    },
  ];
  return {
    title: `Steady run: calls per second (${steady.ratePerSecond.toFixed(0)} sent)`,
    ...timeAxis(steady),
    y: linearScale(Math.max(1, ...valuesOf(series))),
    series,
  };
}

function steadyLatency(steady: SteadyRun): Panel {
  const series = percentileSeries(
    steady.intervals.flatMap((interval) => throughout(interval, summarise([interval]).latencies)),
  );
  return {
    title: 'Steady run: latency of right answers, ms',
    ...timeAxis(steady),
    y: latencyScale(series),
    series,
  };
}

type Usage = SteadyRun['usage'][number];

function residentMebibytes({ residentBytes }: Usage): number | undefined {
  return residentBytes === undefined ? undefined : residentBytes / 2 ** 20;
}

function usagePanel(steady: SteadyRun, title: string, pick: (sample: Usage) => number | undefined): Panel {
  const roles = [...new Set(steady.usage.map(({ role }) => role))];
  const all = roles.map((label, index) => ({
    label,
    colour: ROLE_COLOURS[index % ROLE_COLOURS.length] ?? BLUE,
    points: steady.usage
      .filter(({ role }) => role === label)
      .map((sample) => [sample.atMs / 1000, pick(sample)] as const),
  }));
  const series = all.filter(({ points }) => points.some(([, y]) => y !== undefined));
  return {
    title: `Steady run: ${title}`,
    ...timeAxis(steady),
    y: linearScale(Math.max(1, ...valuesOf(series)), { count: 4 }),
    series,
  };
}

function percentileSeries(points: readonly (readonly [x: number, latencies: LatencyHistogram])[]): Series[] {
  return PERCENTILES.map(({ percent, label, colour }) => ({
    label,
    colour,
    points: points.map(([x, latencies]) => {
      const micros = latencies.percentile(percent);
      return [x, micros === undefined ? undefined : micros / 1000];
    }),
  }));
}

function latencyScale(series: readonly Series[]): Scale {
  const values = valuesOf(series);
  return values.length === 0 ? logScale(1, 10) : logScale(Math.min(...values), Math.max(...values));
}

function valuesOf(series: readonly Series[]): number[] {
  return series.flatMap(({ points }) => points.flatMap(([, y]) => (y === undefined ? [] : [y])));
}

function timeAxis({ intervals, faults }: SteadyRun): Pick<Panel, 'x' | 'xLabel' | 'shaded'> {
  const endSeconds = (intervals.at(-1)?.toMs ?? 1000) / 1000;
  return {
    x: linearScale(endSeconds, { count: 12, endsAtValue: true }),
    xLabel: 'seconds',
    shaded: faults.map(shade),
  };
}

function shade({ label, fromMs, toMs }: FaultWindow): ShadedRange {
  return { label, from: fromMs / 1000, to: toMs / 1000 };
}

/** A value of a whole interval, as a step: where it begins and where it ends. */
function throughout<T>(
  { fromMs, toMs }: IntervalTally,
  value: T,
): readonly (readonly [x: number, value: T])[] {
  return [
    [fromMs / 1000, value],
    [toMs / 1000, value],
  ];
}

import type { Scale } from './scale.js';
import { element, text, type Svg } from './svg.js';

export interface Series {
  readonly label: string;
  readonly colour: string;
  /** A value that is undefined makes a gap. */
  readonly points: readonly (readonly [x: number, y: number | undefined])[];
  /** Marks each point, for series of few points. */
  readonly dots?: boolean;
}

export interface ShadedRange {
  readonly label: string;
  readonly from: number;
  readonly to: number;
}

export interface Panel {
  readonly title: string;
  readonly xLabel: string;
  readonly x: Scale;
  readonly y: Scale;
  readonly series: readonly Series[];
  readonly shaded?: readonly ShadedRange[];
}

/** Where the plot area of a panel is; titles, labels and the legend are around it. */
export interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const GRID = '#e2e2e2';
const AXIS = '#555555';
const SHADE = '#f6d9c8';
const SHADE_TEXT = '#9a3d12';
/** A short fault in a long run must still be seen. */
const MIN_SHADE_WIDTH = 4;

export function drawPanel(panel: Panel, area: Area): Svg {
  return element('g', {}, [
    ...drawShades(panel, area),
    ...drawAxes(panel, area),
    ...panel.series.flatMap((series) => drawSeries(series, panel, area)),
    ...drawLegend(panel.series, area),
  ]);
}

function drawAxes({ title, xLabel, x, y }: Panel, { left, top, width, height }: Area): readonly Svg[] {
  const bottom = top + height;
  const horizontal = y.ticks.flatMap(({ value, label }) => {
    const at = bottom - y.place(value) * height;
    return [
      element('line', { x1: left, x2: left + width, y1: at, y2: at, stroke: GRID }),
      text(label, { x: left - 8, y: at + 4.5, 'text-anchor': 'end' }),
    ];
  });
  const vertical = x.ticks.flatMap(({ value, label }) => {
    const at = left + x.place(value) * width;
    return [
      element('line', { x1: at, x2: at, y1: bottom, y2: bottom + 5, stroke: AXIS }),
      text(label, { x: at, y: bottom + 19, 'text-anchor': 'middle' }),
    ];
  });
  return [
    ...horizontal,
    ...vertical,
    element('line', { x1: left, x2: left + width, y1: bottom, y2: bottom, stroke: AXIS }),
    text(title, { x: left, y: top - 26, 'font-size': 15, 'font-weight': 'bold' }),
    text(xLabel, { x: left + width / 2, y: bottom + 37, 'text-anchor': 'middle' }),
  ];
}

function drawShades({ shaded = [], x }: Panel, { left, top, width, height }: Area): readonly Svg[] {
  return shaded.flatMap(({ label, from, to }) => {
    const start = left + x.place(from) * width;
    const shadeWidth = Math.max(MIN_SHADE_WIDTH, left + x.place(to) * width - start);
    return [
      element('rect', { x: start, y: top, width: shadeWidth, height, fill: SHADE }),
      text(label, { x: start, y: top - 7, fill: SHADE_TEXT }),
    ];
  });
}

function drawSeries({ points, colour, dots }: Series, { x, y }: Panel, area: Area): readonly Svg[] {
  const placed = points.map(([atX, atY]) =>
    atY === undefined
      ? undefined
      : ([
          area.left + x.place(atX) * area.width,
          area.top + (1 - Math.min(1, y.place(atY))) * area.height,
        ] as const),
  );
  const marks = placed.flatMap((point, index) => {
    const alone = !placed[index - 1] && !placed[index + 1];
    if (!point || !(dots === true || alone)) return [];
    return [element('circle', { cx: point[0], cy: point[1], r: 3, fill: colour })];
  });
  return [
    element('path', {
      d: pathOf(placed),
      fill: 'none',
      stroke: colour,
      'stroke-width': 2,
      'stroke-linejoin': 'round',
    }),
    ...marks,
  ];
}

function pathOf(points: readonly (readonly [number, number] | undefined)[]): string {
  let command = 'M';
  const parts: string[] = [];
  for (const point of points) {
    if (point) parts.push(`${command}${point.map((value) => value.toFixed(1)).join(' ')}`);
    command = point ? 'L' : 'M';
  }
  return parts.join('');
}

/** To the right of the plot area, in the order of the series. */
function drawLegend(series: readonly Series[], { left, top, width }: Area): readonly Svg[] {
  return series.flatMap(({ label, colour }, index) => {
    const y = top + 10 + index * 21;
    const x = left + width + 16;
    return [
      element('line', { x1: x, x2: x + 22, y1: y, y2: y, stroke: colour, 'stroke-width': 3 }),
      text(label, { x: x + 30, y: y + 4.5 }),
    ];
  });
}

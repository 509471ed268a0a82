export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Maps values to a share from 0 (start of the axis) to 1 (its end). */
export interface Scale {
  readonly ticks: readonly Tick[];
  place(value: number): number;
}

export interface LinearOptions {
  /** About how many ticks, all at round values. */
  readonly count?: number;
  /** The axis ends at the last value and not at the next tick. */
  readonly endsAtValue?: boolean;
}

/** From 0 to at least `to`. */
export function linearScale(to: number, { count = 5, endsAtValue = false }: LinearOptions = {}): Scale {
  const step = roundStep(to / count);
  const steps = Math.max(1, Math.ceil(to / step - 1e-9));
  const end = endsAtValue ? to : steps * step;
  const ticks = Array.from({ length: steps + 1 }, (_, index) => index * step)
    .filter((value) => value <= end * 1.0001)
    .map((value) => ({ value, label: tickLabel(value) }));
  return { ticks, place: (value) => value / end };
}

/** Whole powers of ten around the values, with ticks at 1, 2 and 5 of each. For latencies: positive values only. */
export function logScale(least: number, most: number): Scale {
  const low = Math.floor(Math.log10(Math.max(least, 1e-6)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(most, 1e-6))));
  const steps = high - low > 3 ? [1] : [1, 2, 5];
  const ticks: Tick[] = [];
  for (let power = low; power <= high; power++) {
    for (const step of power === high ? [1] : steps) {
      const value = Number((step * 10 ** power).toPrecision(3));
      ticks.push({ value, label: tickLabel(value) });
    }
  }
  return {
    ticks,
    place: (value) => Math.min(1, Math.max(0, (Math.log10(Math.max(value, 1e-6)) - low) / (high - low))),
  };
}

/** Each value at an even distance: for steps that are no measure, such as 1, 2, 4, 8 connections. */
export function stepScale(values: readonly number[]): Scale {
  const place = (value: number): number => (values.indexOf(value) + 0.5) / values.length;
  return { ticks: values.map((value) => ({ value, label: String(value) })), place };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1e-9)));
  const rounded = [1, 2, 5, 10].find((factor) => factor * power >= step * 0.999) ?? 10;
  return rounded * power;
}

function tickLabel(value: number): string {
  return value >= 1000 ? value.toLocaleString('en-US') : String(Number(value.toPrecision(6)));
}

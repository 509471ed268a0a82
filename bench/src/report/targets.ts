import type { VariantName } from '../chain/variant.js';
import { median, quantile } from '../measure/median.js';
import type { Measurement, Slices } from './measurement.js';

/** One promise about costs, and whether this run kept it. */
export interface TargetResult {
  readonly title: string;
  readonly target: string;
  /** Median over the slices, with the least and the most. */
  readonly measured: string;
  readonly met: boolean;
}

/** What was measured within seconds is compared, so that what slowed all of it down falls out. */
export function checkTargets(slices: Slices): readonly TargetResult[] {
  return [
    ratioTarget(slices, 'ours-10', {
      baseline: 'ok',
      maxPercent: 15,
      what: 'Our service with 10 policies against OK at once',
    }),
    ratioTarget(slices, 'ours-1000', {
      baseline: 'ours-10',
      maxPercent: 5,
      what: '1,000 policies against 10',
    }),
    claimsTarget(slices, 20),
  ];
}

interface RatioTarget {
  readonly baseline: VariantName;
  readonly maxPercent: number;
  readonly what: string;
}

function ratioTarget(
  slices: Slices,
  name: VariantName,
  { baseline, maxPercent, what }: RatioTarget,
): TargetResult {
  const percents = paired(slices, [name, baseline], (ours, base) => {
    return ((ours.serviceMicros ?? Number.NaN) / (base.serviceMicros ?? Number.NaN) - 1) * 100;
  });
  return {
    title: `${what}: CPU of the service process`,
    target: `at most +${maxPercent} %`,
    measured: spread(percents, (percent) => `${percent < 0 ? '' : '+'}${percent.toFixed(1)} %`),
    met: median(percents) <= maxPercent,
  };
}

function claimsTarget(slices: Slices, maxMicros: number): TargetResult {
  const added = paired(slices, ['claims', 'jwt'], (claims, jwt) => claims.envoyMicros - jwt.envoyMicros);
  return {
    title: 'Claims filter: CPU of Envoy with it minus without',
    target: `at most ${maxMicros} µs`,
    measured: spread(added, (micros) => `${micros.toFixed(1)} µs`),
    met: median(added) <= maxMicros,
  };
}

function paired(
  slices: Slices,
  [first, second]: readonly [VariantName, VariantName],
  compare: (first: Measurement, second: Measurement) => number,
): number[] {
  const others = slices.get(second) ?? [];
  return (slices.get(first) ?? []).flatMap((measured, index) => {
    const other = others[index];
    return other ? [compare(measured, other)] : [];
  });
}

function spread(values: readonly number[], format: (value: number) => string): string {
  const middle = format(median(values));
  if (values.length === 1) return middle;
  return `${middle} (${format(quantile(values, 0.25))} to ${format(quantile(values, 0.75))})`;
}

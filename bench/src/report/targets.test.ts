import t from 'tap';
import type { Measurement } from './measurement.js';
import { checkTargets } from './targets.js';

const measured = (envoyMicros: number, serviceMicros?: number): Measurement => ({
  ...{ requests: 1, requestsPerSecond: 1, p50Micros: 1, p99Micros: 1 },
  ...{ envoyMicros, serviceMicros },
});

t.test('each slice is compared with itself, and the median decides', (t) => {
  const slices = new Map([
    ['jwt', [measured(40), measured(80), measured(60)]],
    ['claims', [measured(59), measured(99), measured(90)]],
    ['ok', [measured(0, 100), measured(0, 200), measured(0, 100)]],
    ['ours-10', [measured(0, 110), measured(0, 240), measured(0, 130)]],
    ['ours-1000', [measured(0, 121), measured(0, 240), measured(0, 143)]],
  ]);
  t.same(
    checkTargets(slices).map(({ measured, met }) => [measured, met]),
    [
      ['+20.0 % (+15.0 % to +25.0 %)', false],
      ['+10.0 % (+5.0 % to +10.0 %)', false],
      ['19.0 µs (19.0 µs to 24.5 µs)', true],
    ],
  );
  t.end();
});

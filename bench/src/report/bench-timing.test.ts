import t from 'tap';
import { variants } from '../chain/variant.js';
import { FULL_RUN, longestRunMs, SHORT_RUN, takesTurn, type BenchTiming } from './bench-timing.js';

const MINUTE_MS = 60_000;

t.test('every number of policies is measured with every size of body', (t) => {
  const cells = variants.flatMap(({ service, bodyBytes }) =>
    service?.kind === 'ours' ? [`${service.policies} × ${bodyBytes}`] : [],
  );
  const expected = [100, 1024, 65_536].flatMap((bytes) =>
    [1, 10, 1000].map((count) => `${count} × ${bytes}`),
  );
  t.same(cells.sort(), expected.sort());
  const okBodies = variants.flatMap(({ service, bodyBytes }) =>
    service?.kind === 'immediate-ok' ? [bodyBytes] : [],
  );
  t.same(okBodies, [100, 1024, 65_536], 'beside what they are compared with');
  t.equal(new Set(variants.map(({ name }) => name)).size, variants.length);
  t.end();
});

t.test('a run ends within twenty minutes even when nothing gets warm early', (t) => {
  t.ok(longestRunMs(variants, FULL_RUN) < 20 * MINUTE_MS);
  t.ok(longestRunMs(variants, SHORT_RUN) < 2 * MINUTE_MS);
  t.end();
});

t.test('every chain takes turns, those with large bodies fewer', (t) => {
  const turns = (bodyBytes: number, { turnsPerRound }: BenchTiming): number[] =>
    variants
      .filter((variant) => variant.bodyBytes === bodyBytes)
      .map((variant) => {
        return Array.from({ length: turnsPerRound }, (_, index) => takesTurn(variant, index + 1)).filter(
          Boolean,
        ).length;
      });
  t.ok(turns(100, FULL_RUN).every((count) => count === FULL_RUN.turnsPerRound));
  t.ok(turns(65_536, FULL_RUN).every((count) => count === FULL_RUN.turnsPerRound / 2));
  for (const bytes of [100, 1024, 65_536]) t.ok(turns(bytes, SHORT_RUN).every((count) => count === 1));
  t.end();
});

import t from 'tap';
import { createTold, TOLD_MS } from './told.js';

t.test('a reason is told once, again when it is another one, and now and then while it lasts', (t) => {
  const clock = { ms: 0 };
  const told = createTold(() => clock.ms);
  const asked = (): boolean[] => [told.isNew('a', 'x'), told.isNew('a', 'x'), told.isNew('b', 'x')];
  t.strictSame(asked(), [true, false, true]);
  clock.ms += TOLD_MS - 1;
  t.strictSame(asked(), [false, false, false]);
  t.ok(told.isNew('a', 'y'));
  clock.ms += 1;
  t.strictSame([told.isNew('a', 'y'), told.isNew('b', 'x')], [false, true]);
  t.end();
});

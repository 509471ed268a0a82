import t from 'tap';
import type { PolicyFile } from './policy-files.js';
import { createSettling, longestWaitMs, settleMs } from './settled-changes.js';

const file = (name: string, stamp: string, size = 10): PolicyFile => ({
  name,
  path: `/${name}`,
  stamp,
  identity: name,
  size,
  writtenMs: 0,
});
const folder = (...files: PolicyFile[]) => new Map(files.map((entry) => [entry.name, entry]));
const taken = new Map([
  ['a', '1'],
  ['b', '1'],
]);
const untouched = file('b', '1');

t.test('nothing changed: nothing to take', (t) => {
  t.strictSame(createSettling().look(folder(file('a', '1'), untouched), taken, 0), {
    changed: [],
    removed: [],
    waiting: false,
  });
  t.end();
});

t.test('a changed file is taken once it rested', (t) => {
  const settling = createSettling();
  t.match(settling.look(folder(file('a', '2'), untouched), taken, 0), { changed: [], waiting: true });
  t.match(settling.look(folder(file('a', '3'), untouched), taken, settleMs), { changed: [], waiting: true });
  t.match(settling.look(folder(file('a', '3'), untouched), taken, 2 * settleMs), {
    changed: [{ stamp: '3' }],
    waiting: false,
  });
  t.end();
});

t.test('an empty and a vanished file are believed once they rested', (t) => {
  const settling = createSettling();
  const seen = folder(file('a', '2', 0));
  settling.look(seen, taken, 0);
  t.match(settling.look(seen, taken, settleMs - 1), { changed: [], removed: [], waiting: true });
  t.match(settling.look(seen, taken, settleMs), {
    changed: [{ name: 'a' }],
    removed: ['b'],
    waiting: false,
  });
  t.end();
});

t.test('a file that is truncated and then written is taken once, whole', (t) => {
  const settling = createSettling();
  settling.look(folder(file('a', '2', 0), untouched), taken, 0);
  settling.look(folder(file('a', '3'), untouched), taken, 50);
  t.strictSame(settling.look(folder(file('a', '3'), untouched), taken, 50 + settleMs).changed, [
    file('a', '3'),
  ]);
  t.end();
});

t.test('files that change together are taken together', (t) => {
  const settling = createSettling();
  settling.look(folder(file('a', '2'), untouched), taken, 0);
  const both = folder(file('a', '2'), file('b', '2'));
  t.match(settling.look(both, taken, settleMs), { changed: [], waiting: true });
  t.equal(settling.look(both, taken, 2 * settleMs).changed.length, 2);
  t.end();
});

t.test('a file that never rests holds up the others only for a while', (t) => {
  const settling = createSettling();
  let changed: readonly PolicyFile[] = [];
  for (let nowMs = 0; nowMs <= longestWaitMs; nowMs += 50) {
    changed = settling.look(folder(file('a', '2'), file('b', String(nowMs))), taken, nowMs).changed;
    if (nowMs < longestWaitMs) t.strictSame(changed, []);
  }
  t.strictSame(
    changed.map(({ name }) => name),
    ['a'],
  );
  t.end();
});

t.test('a change that was taken back is forgotten', (t) => {
  const settling = createSettling();
  settling.look(folder(file('a', '2'), untouched), taken, 0);
  t.match(settling.look(folder(file('a', '1'), untouched), taken, 1000), { changed: [], waiting: false });
  t.end();
});

t.test(
  'a file that is replaced all the time is taken after a while, one that is written all the time is not',
  (t) => {
    const looks = (identity: (nowMs: number) => string): (readonly PolicyFile[])[] => {
      const settling = createSettling();
      return Array.from({ length: 30 }, (_, index) => {
        const nowMs = index * 40;
        const seen = { ...file('a', String(nowMs)), identity: identity(nowMs) };
        return settling.look(folder(seen, untouched), taken, nowMs).changed;
      });
    };
    const replaced = looks(String).flat();
    t.equal(replaced.length, 2, 'in 1.2 seconds');
    t.match(replaced, [{ restless: true }, { restless: true }]);
    t.strictSame(looks(() => 'the same').flat(), []);
    t.strictSame(
      looks((nowMs) => (nowMs === 0 ? 'old' : 'new')).flat(),
      [],
      'nor one that was replaced once and is written since',
    );
    t.end();
  },
);

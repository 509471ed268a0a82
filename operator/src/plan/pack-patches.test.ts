import t from 'tap';
import { packPatches } from './pack-patches.js';

const group = (name: string, size = 10): { name: string; filler: string }[] => [
  { name: `${name}1`, filler: 'x'.repeat(size) },
  { name: `${name}2`, filler: '' },
];
const namesOf = (lists: readonly (readonly { name?: unknown }[])[]): unknown =>
  lists.map((list) => list.map(({ name }) => name).join(' '));

t.test('what fits into one object stays in one', (t) => {
  t.strictSame(namesOf(packPatches([group('a'), group('b')])), ['a1 a2 b1 b2']);
  t.end();
});

t.test('what does not is cut between groups, never inside of one', (t) => {
  const groups = [group('a'), group('b'), group('c')];
  const size = JSON.stringify(groups[0]).length;
  t.strictSame(namesOf(packPatches(groups, 2 * size)), ['a1 a2 b1 b2', 'c1 c2']);
  t.strictSame(namesOf(packPatches(groups, size)), ['a1 a2', 'b1 b2', 'c1 c2']);
  t.end();
});

t.test('a group that is too large by itself has an object of its own', (t) => {
  t.strictSame(namesOf(packPatches([group('a'), group('b', 500), group('c')], 200)), [
    'a1 a2',
    'b1 b2',
    'c1 c2',
  ]);
  t.end();
});

t.test('no groups make no objects', (t) => {
  t.strictSame(packPatches([]), []);
  t.end();
});

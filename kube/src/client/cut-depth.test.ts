import t from 'tap';
import { cutDepth, MAX_LEVELS } from './cut-depth.js';

function nested(levels: number): unknown {
  return JSON.parse('{"a":['.repeat(levels / 2) + '1' + ']}'.repeat(levels / 2));
}

t.test('what programs read is left alone', (t) => {
  const value = { list: [1, { two: null }], text: 'x', deep: nested(MAX_LEVELS - 2) };
  t.equal(cutDepth(value), value);
  t.end();
});

t.test('what is nested deeper ends with null, beside all that is not', (t) => {
  t.strictSame(cutDepth({ a: [{ b: { c: 1 } }, 2], d: 3 }, 3), { a: [{ b: null }, 2], d: 3 });
  const cut = cutDepth({ name: 'x', deep: nested(20_000) });
  t.match(cut, { name: 'x' });
  t.strictSame(cutDepth(cut), cut);
  t.equal(JSON.stringify(cut).split(/[{[]/).length - 1, MAX_LEVELS);
  t.end();
});

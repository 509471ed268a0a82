import t from 'tap';
import { createObjectStore } from './object-store.js';

const ref = (namespace: string, name: string): { namespace: string; name: string } => ({ namespace, name });

t.test('objects are found by name, by namespace and all together', (t) => {
  const store = createObjectStore<string>();
  store.set(ref('x', 'a'), 'xa');
  store.set(ref('y', 'a'), 'ya');
  store.set(ref('', 'a'), 'cluster');
  t.equal(store.get(ref('x', 'a')), 'xa');
  t.equal(store.get(ref('x', 'b')), undefined);
  t.strictSame(store.inNamespace('y'), ['ya']);
  t.strictSame(store.inNamespace('z'), []);
  t.strictSame([...store.all()].sort(), ['cluster', 'xa', 'ya']);
  store.set(ref('x', 'a'), undefined);
  t.strictSame([store.inNamespace('x'), store.size], [[], 2]);
  t.end();
});

t.test('what equals the stored one is no change, and the stored one stays', (t) => {
  const store = createObjectStore<{ readonly rules: readonly number[] }>();
  const first = { rules: [1, 2] };
  t.strictSame(store.set(ref('x', 'a'), first), { ref: ref('x', 'a'), after: first });
  const list = store.all();
  t.equal(store.set(ref('x', 'a'), { rules: [1, 2] }), undefined);
  t.equal(store.get(ref('x', 'a')), first);
  t.equal(store.all(), list);
  t.strictSame(store.set(ref('x', 'a'), { rules: [2, 1] }), {
    ref: ref('x', 'a'),
    before: first,
    after: { rules: [2, 1] },
  });
  t.equal(store.set(ref('x', 'b'), undefined), undefined);
  t.end();
});

t.test('a new list tells what is gone, what changed and what is new', (t) => {
  const store = createObjectStore<number>();
  for (const name of ['same', 'other', 'gone']) store.set(ref('x', name), 1);
  const changes = store.replaceAll([
    { ref: ref('x', 'same'), value: 1 },
    { ref: ref('x', 'other'), value: 2 },
    { ref: ref('y', 'gone'), value: 1 },
  ]);
  t.strictSame(changes, [
    { ref: ref('x', 'gone'), before: 1 },
    { ref: ref('x', 'other'), before: 1, after: 2 },
    { ref: ref('y', 'gone'), after: 1 },
  ]);
  t.equal(store.size, 3);
  t.end();
});

import { readFileSync } from 'node:fs';
import { celEnv, isCelList, isCelMap, parse, plan } from '@bufbuild/cel';
import t from 'tap';
import { engineMap, MAP_MARK } from './values/engine-map.js';
import { jsonMap } from './values/json-value.js';

t.test('the engine takes a map of ours for a map', (t) => {
  const map = jsonMap({ a: 1, n: null, o: { b: [1, { c: 2 }] } });
  t.ok(isCelMap(map));
  t.ok(MAP_MARK in map);
  t.notOk(isCelMap({ [Symbol('@bufbuild/cel/map')]: true }), 'the mark is a registered symbol');
  const run = (text: string): unknown => plan(celEnv(), parse(text))({ body: map });
  t.equal(run('body.a'), 1, 'its own lookup goes through get()');
  t.equal(run('body.o.b[1].c'), 2);
  t.equal(run('has(body.n)'), true, 'and its test of presence through has(), which knows null from absent');
  t.equal(run('size(body)'), 3n);
  t.equal(run('body.all(k, k != "x")'), true, 'macros go through keys()');
  t.end();
});

t.test('a map of ours has the whole interface of a ReadonlyMap', (t) => {
  const map = engineMap({
    size: 2,
    find: (key) => (key === 'a' ? 1 : key === 'b' ? null : undefined),
    keys: () => ['a', 'b'],
  });
  t.strictSame(
    [...map],
    [
      ['a', 1],
      ['b', null],
    ],
  );
  t.strictSame([...map.entries()], [...map]);
  t.strictSame([...map.keys()], ['a', 'b']);
  t.strictSame([...map.values()], [1, null]);
  const seen: unknown[] = [];
  map.forEach((value, key, same) => seen.push([key, value, same === map]));
  t.strictSame(seen, [
    ['a', 1, true],
    ['b', null, true],
  ]);
  t.notOk(isCelList(map));
  t.end();
});

t.test('the engine is pinned to the version that these tests have seen', (t) => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  t.equal(manifest.dependencies['@bufbuild/cel'], '0.6.1');
  t.match(manifest.dependencies.re2js, /^\d+\.\d+\.\d+$/);
  t.end();
});

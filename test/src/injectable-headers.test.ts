import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { ROOT } from './stack.js';

/** The names in quotes between the first `[` and `]` of a source. */
function listed(path: string): string[] {
  const list = /\[\s*('host'[^\]]*)\]/.exec(readFileSync(join(ROOT, path), 'utf8'))?.[1] ?? '';
  return [...list.matchAll(/'([a-z-]+)'/g)].map(([, name = '']) => name);
}

t.test('what a policy may not inject, the filter does not write', (t) => {
  const inPolicies = listed('policy/src/resources/injectable-header.ts');
  t.ok(inPolicies.includes('content-length'));
  t.same(listed('wasm-filter/assembly/injectable.ts'), inPolicies);
  t.end();
});

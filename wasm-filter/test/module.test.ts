import { readFileSync, readdirSync } from 'node:fs';
import t from 'tap';
import { claimsConfig } from './claims-request.js';
import { ALLOWED_IMPORTS, FilterHost, builtModule } from './filter-host.js';

const WASM_SECTION_START = 8;

/** The ids of a module's sections, in order. */
function sectionIds(name: string): number[] {
  const bytes = readFileSync(new URL(`../../build/${name}`, import.meta.url));
  const ids: number[] = [];
  let at = 8;
  while (at < bytes.length) {
    ids.push(bytes[at++] ?? -1);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      size += (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    at += size;
  }
  return ids;
}

for (const name of ['omnia-filter.wasm', 'omnia-filter-trap.wasm']) {
  void t.test(`${name} can be loaded by a proxy`, (t) => {
    const imports = WebAssembly.Module.imports(builtModule(name));
    t.same(
      imports.filter((entry) => entry.module !== 'env' || !ALLOWED_IMPORTS.includes(entry.name)),
      [],
      'it imports nothing but the allowed hostcalls',
    );
    t.same(
      WebAssembly.Module.exports(builtModule(name))
        .map((entry) => entry.name)
        .sort(),
      [
        '_initialize',
        'memory',
        'proxy_abi_version_0_2_1',
        'proxy_on_configure',
        'proxy_on_context_create',
        'proxy_on_delete',
        'proxy_on_memory_allocate',
        'proxy_on_request_headers',
        'proxy_on_request_trailers',
      ],
      'it exports only the callbacks that it uses',
    );
    t.notOk(sectionIds(name).includes(WASM_SECTION_START), 'it has no start section');
    t.end();
  });
}

void t.test('Only host.ts calls the host', (t) => {
  const folder = new URL('../../assembly/', import.meta.url);
  const importers = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .filter((name) =>
      /from '\.\/env'|declare function|@external/.test(readFileSync(new URL(name, folder), 'utf8')),
    );
  t.same(importers.sort(), ['env.ts', 'host.ts']);
  t.end();
});

void t.test('The trap is only in the test variant', (t) => {
  const headers = (): [string, string][] => [['x-test-trap', '1']];
  const shipped = new FilterHost();
  t.ok(shipped.send(shipped.root(claimsConfig([])), { headers: headers() }).passes);
  const trapping = new FilterHost('omnia-filter-trap.wasm');
  const root = trapping.root(claimsConfig([]));
  t.ok(trapping.send(root, { headers: [['x-other', '1']] }).passes);
  t.throws(() => trapping.send(root, { headers: headers() }), WebAssembly.RuntimeError);
  t.end();
});

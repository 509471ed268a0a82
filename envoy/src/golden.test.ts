import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JsonValue, MeshNeeds } from '@omnia-policy/policy';
import t from 'tap';
import { bootstrap, localRunFiles } from './index.js';
import type { LocalRunSettings } from './index.js';

/**
 * Each testdata/<case>.in.json holds needs and settings, <case>.out.json the whole configuration made from them. With
 * OMNIA_UPDATE_GOLDEN=1 the outputs are written anew: read the difference before you keep it.
 */
const folder = fileURLToPath(new URL('../testdata/', import.meta.url));
const update = process.env.OMNIA_UPDATE_GOLDEN === '1';

const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.in.json'))
  .map((name) => name.slice(0, -'.in.json'.length));

t.ok(cases.length >= 5, 'the golden cases are there');

for (const name of cases) {
  t.test(`the configuration of the case ${name} is as reviewed`, (t) => {
    const made = configuration(readFileSync(`${folder}${name}.in.json`, 'utf8'));
    const text = `${JSON.stringify(made, null, 2)}\n`;
    const file = `${folder}${name}.out.json`;
    if (update) writeFileSync(file, text);
    t.equal(text, readFileSync(file, 'utf8'));
    t.end();
  });
}

function configuration(input: string): unknown {
  const { needs, settings } = JSON.parse(input) as { needs: MeshNeeds; settings: LocalRunSettings };
  const files = localRunFiles(needs, settings, 'revision-1');
  return {
    bootstrap: bootstrap(settings),
    files: Object.fromEntries(files.map(({ name, content }) => [name, JSON.parse(content) as JsonValue])),
  };
}

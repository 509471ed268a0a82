import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { nodesOf, policyDefinitions, type Node, type Schema } from './crds/policy-schemas.js';
import { ROOT } from './stack.js';

const PAGES: Readonly<Record<string, string>> = {
  AgentPolicy: 'agent-policy.md',
  ToolPolicy: 'tool-policy.md',
  SessionPrivacyPolicy: 'session-privacy-policy.md',
};

interface Row {
  readonly field: string;
  readonly standing: string;
  readonly text: string;
}

/** The rows of tables about fields, below one heading; empty: before the first. */
function documented(kind: string, heading: string): Row[] {
  const page = readFileSync(join(ROOT, 'docs/reference', PAGES[kind] ?? ''), 'utf8');
  const sections = page.split(/^## /m);
  const section = heading === '' ? sections[0] : sections.find((text) => text.startsWith(`${heading}\n`));
  return Array.from(
    (section ?? '').matchAll(/^\| `(?<field>[^`]+)` \|(?<rest>.*)\|$/gm),
    ({ 0: text, groups }) => ({
      field: groups?.field ?? '',
      standing: groups?.rest?.split('|')[1]?.trim() ?? '',
      text,
    }),
  );
}

/** What has a row: values, lists of values, and lists of objects as `name[]`. */
function hasRow({ path, schema }: Node): boolean {
  const isItem = path.endsWith('[]');
  if (schema.type === 'object') return isItem;
  if (schema.type === 'array') return schema.items?.type !== 'object';
  return !isItem;
}

/** Of `rules[]`: its bounds and whether it is required stand with `rules`. */
function holderOf(nodes: readonly Node[], { path, ...node }: Node): Omit<Node, 'path'> {
  return nodes.find((other) => path === `${other.path}[]`) ?? node;
}

t.test('the reference pages have a row for each field of the definitions, and for no other', (t) => {
  for (const { kind, spec } of policyDefinitions()) {
    const fields = nodesOf(spec).filter(hasRow);
    t.same(
      documented(kind, '').map(({ field }) => field),
      fields.map(({ path }) => path),
      kind,
    );
  }
  t.end();
});

t.test('they say what is required, the defaults, the choices and the bounds', (t) => {
  for (const { kind, spec } of policyDefinitions()) {
    const nodes = nodesOf(spec);
    for (const { field, standing, text } of documented(kind, '')) {
      const node = nodes.find(({ path }) => path === field);
      if (!node) continue;
      const { isRequired, schema } = holderOf(nodes, node);
      t.equal(standing === 'required', isRequired, `${kind} ${field}: required`);
      if (schema.default !== undefined)
        t.equal(standing, `\`${JSON.stringify(schema.default).replaceAll('"', '')}\``, `${kind} ${field}`);
      else t.notMatch(standing, /^`/, `${kind} ${field} has no default`);
      for (const fact of factsOf(schema)) t.ok(text.includes(fact), `${kind} ${field}: ${fact}`);
    }
  }
  t.end();
});

function factsOf(schema: Schema): string[] {
  const numbers = [schema.minimum, schema.maximum, schema.minItems, schema.maxItems];
  return [
    ...(schema.enum ?? []),
    ...numbers.flatMap((number) => (number === undefined ? [] : [`${number}`])),
  ];
}

t.test('the page of SessionPrivacyPolicy has a row for each field of its status', (t) => {
  const status = policyDefinitions().find(({ kind }) => kind === 'SessionPrivacyPolicy')?.status;
  const fields = status
    ? nodesOf(status).filter(({ path, schema }) => path !== '' && schema.type !== 'object')
    : [];
  t.same(
    documented('SessionPrivacyPolicy', 'Status')
      .map(({ field }) => field)
      .sort(),
    fields
      .map(({ path }) => path)
      .filter((path) => !path.startsWith('conditions[]'))
      .sort(),
  );
  t.end();
});

t.test('kubectl explain has a sentence for each field', (t) => {
  for (const { kind, spec, status } of policyDefinitions()) {
    for (const schema of [spec, status]) {
      const silent = nodesOf(schema).filter((node) => !node.path.endsWith('[]') && !node.schema.description);
      t.same(
        silent.map(({ path }) => path),
        [],
        kind,
      );
    }
  }
  t.end();
});

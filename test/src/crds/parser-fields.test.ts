import t from 'tap';
import { fieldAt, withFieldAt } from './field-at.js';
import { FULL_SPECS } from './full-specs.js';
import { parserVerdict } from './parser-verdict.js';
import { nodesOf, policyDefinitions, type Definition, type Node } from './policy-schemas.js';

/** Every field of the schema with a spec that has it. */
function fieldsOf({ kind, spec: schema }: Definition): { node: Node; spec: unknown }[] {
  const specs = FULL_SPECS[kind] ?? [];
  return nodesOf(schema).map((node) => ({
    node,
    spec: specs.find((spec) => fieldAt(spec, node.path) !== undefined),
  }));
}

t.test('there is a full example of each kind', (t) => {
  for (const definition of policyDefinitions()) {
    const missing = fieldsOf(definition).filter(({ spec }) => spec === undefined);
    t.same(
      missing.map(({ node }) => node.path),
      [],
      definition.kind,
    );
    for (const spec of FULL_SPECS[definition.kind] ?? [])
      t.same(parserVerdict(definition.kind, spec).problems, []);
  }
  t.end();
});

t.test('schema and parser know the same fields', (t) => {
  for (const definition of policyDefinitions()) {
    const objects = fieldsOf(definition).filter(({ node }) => node.schema.type === 'object');
    for (const { node, spec } of objects) {
      const strange = { ...(fieldAt(spec, node.path) as object), unheardOf: 1 };
      const { problems } = parserVerdict(definition.kind, withFieldAt(spec, node.path, strange));
      const [, known = ''] =
        /^unknown field unheardOf: expected (.*)$/.exec(problems[0]?.message ?? '') ?? [];
      t.same(
        known.split(', ').sort(),
        Object.keys(node.schema.properties ?? {}).sort(),
        `${definition.kind} ${node.path}`,
      );
    }
  }
  t.end();
});

t.test('schema and parser have the same defaults', (t) => {
  let defaults = 0;
  for (const definition of policyDefinitions()) {
    for (const { node, spec } of fieldsOf(definition)) {
      if (node.isRequired || node.path.endsWith('[]')) continue;
      const { kind } = definition;
      const name = `${kind} ${node.path}`;
      const without = parserVerdict(kind, withFieldAt(spec, node.path, undefined));
      for (const value of probesOf(node)) {
        const given = parserVerdict(kind, withFieldAt(spec, node.path, value));
        const isDefault = JSON.stringify(given) === JSON.stringify(without);
        t.equal(isDefault, value === node.schema.default, `${name}: ${JSON.stringify(value)}`);
      }
      if (node.schema.default !== undefined) defaults++;
    }
  }
  t.ok(defaults >= 10, `${defaults} defaults`);
  t.end();
});

/** Values that could be a default. */
function probesOf({ schema }: Node): unknown[] {
  if (schema.enum) return [...schema.enum];
  if (schema.type === 'boolean') return [true, false];
  if (schema.type !== 'integer') return [];
  return [schema.minimum, schema.maximum, 30, 100, 365];
}

import fc from 'fast-check';
import { inspect } from 'node:util';
import t, { type Test } from 'tap';
import { fieldAt, withFieldAt } from '../crds/field-at.js';
import { FULL_SPECS } from '../crds/full-specs.js';
import { parserVerdict, policyObject } from '../crds/parser-verdict.js';
import { CRD_FOLDER, nodesOf, policyDefinitions, type Definition } from '../crds/policy-schemas.js';
import { schemaCases, type SchemaCase } from '../crds/schema-cases.js';
import { STRICTER_PARSER } from '../crds/stricter-parser.js';
import { missingTools } from '../tools/find-tool.js';
import { startApiServer } from './api-server.js';
import { installCrds } from './crds.js';
import { dryRunIn, type DryRun } from './dry-run.js';

t.test('CRDs and parsers agree', { skip: missingTools('etcd', 'kube-apiserver', 'kubectl') }, async (t) => {
  const server = await startApiServer(t);
  await installCrds(server, CRD_FOLDER);
  await server.createNamespace('production');
  const dryRun = dryRunIn(server, 'production');
  t.teardown(() => {
    dryRun.close();
  });
  const seen = new Set<string>();
  for (const definition of policyDefinitions()) {
    const compare = (spec: unknown): Promise<Comparison> => compareVerdicts(definition, spec, dryRun);
    t.test(`${definition.kind}: each field, at its bounds and beyond`, (t) =>
      checkEachField(t, { definition, compare, seen }),
    );
    t.test(`${definition.kind}: several fields at once`, (t) => checkCombinations(t, definition, compare));
  }
  t.test('nothing is listed as a difference that is none', (t) => {
    t.same([...seen].sort(), STRICTER_PARSER.map(({ why }) => why).sort());
    t.end();
  });
});

interface Comparison {
  readonly isAccepted: boolean;
  /** A named difference, which is none of ours to mend. */
  readonly known?: string;
  /** Where they disagree. */
  readonly disagreement?: string;
}

type Compare = (spec: unknown) => Promise<Comparison>;

async function compareVerdicts(
  { kind, plural }: Definition,
  spec: unknown,
  dryRun: DryRun,
): Promise<Comparison> {
  const answer = await dryRun.create(plural, policyObject(kind, spec));
  const parser = parserVerdict(kind, spec);
  const { isAccepted } = answer;
  const differs = (): Comparison => ({
    isAccepted,
    disagreement: inspect({ spec, answer, parser }, { depth: 9, maxStringLength: 200 }),
  });
  if (!isAccepted) return parser.problems.length > 0 ? { isAccepted } : differs();
  if (parser.problems.length === 0) {
    const defaulted = parserVerdict(kind, answer.spec).spec;
    return JSON.stringify(defaulted) === JSON.stringify(parser.spec) ? { isAccepted } : differs();
  }
  const explanations = parser.problems.map((problem) =>
    STRICTER_PARSER.find(({ explains }) => explains(problem, spec)),
  );
  const [first] = explanations;
  return first && explanations.every(Boolean) ? { isAccepted, known: first.why } : differs();
}

/** Of a second example, only what the first does not have. */
function casesOf({ kind, spec: schema }: Definition): SchemaCase[] {
  const [first, ...others] = FULL_SPECS[kind] ?? [];
  const isNew = ({ path }: SchemaCase, spec: unknown): boolean =>
    JSON.stringify(fieldAt(spec, path)) !== JSON.stringify(fieldAt(first, path));
  return [
    ...schemaCases(schema, first),
    ...others.flatMap((spec) => schemaCases(schema, spec).filter((one) => isNew(one, spec))),
  ];
}

async function checkEachField(
  t: Test,
  { definition, compare, seen }: { definition: Definition; compare: Compare; seen: Set<string> },
): Promise<void> {
  const cases = casesOf(definition);
  let accepted = 0;
  for (const { name, spec } of cases) {
    const { isAccepted, known, disagreement } = await compare(spec);
    if (isAccepted) accepted++;
    if (known !== undefined) seen.add(known);
    if (disagreement !== undefined) t.fail(name, { disagreement });
  }
  t.ok(accepted > 100, `${accepted} accepted`);
  t.ok(cases.length - accepted > 100, `${cases.length - accepted} refused`);
}

/** Fields left out and fields from other cases, so that what one field asks of another is met and not met. */
async function checkCombinations(
  t: Test,
  { kind, spec: schema }: Definition,
  compare: Compare,
): Promise<void> {
  const specs = FULL_SPECS[kind] ?? [];
  const changes = nodesOf(schema)
    .filter(({ path }) => path !== '' && !path.endsWith('[]'))
    .flatMap(({ path, schema: { enum: choices, type } }) => [
      { path, value: undefined },
      ...(choices ?? (type === 'boolean' ? [true, false] : [])).map((value) => ({ path, value })),
    ]);
  const property = fc.asyncProperty(
    fc.constantFrom(...specs),
    fc.subarray(changes, { minLength: 1, maxLength: 6 }),
    async (full, chosen) => {
      const spec = chosen.reduce<unknown>(
        (before, { path, value }) =>
          fieldAt(before, path) === undefined ? before : withFieldAt(before, path, value),
        full,
      );
      const { disagreement } = await compare(spec);
      if (disagreement !== undefined) throw new Error(disagreement);
    },
  );
  await t.resolves(fc.assert(property, { numRuns: 300 }));
}

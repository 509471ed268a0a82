import type { PolicySet } from '@omnia-policy/policy';

const cache = new WeakMap<PolicySet, ReadonlySet<string>>();

/**
 * Registries that the policies in force name. Callers can write any registry into a header; only these become label
 * values, or the metrics would grow without bound.
 */
export function knownRegistries(policySet: PolicySet): ReadonlySet<string> {
  let known = cache.get(policySet);
  if (known === undefined) {
    known = new Set(
      policySet.documents.flatMap(({ value }) => registriesOf(field(value, 'spec'))).filter(isText),
    );
    cache.set(policySet, known);
  }
  return known;
}

/** Of a ToolPolicy its selector's, of an AgentPolicy those of its rules. */
function registriesOf(spec: unknown): readonly unknown[] {
  const rules = field(field(spec, 'toolAccess'), 'rules');
  const ofRules = Array.isArray(rules) ? rules.map((rule) => field(rule, 'registry')) : [];
  return [field(field(spec, 'selector'), 'registry'), ...ofRules];
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

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
      policySet.documents
        .flatMap(({ value }) => field(field(field(value, 'spec'), 'selector'), 'registry'))
        .filter(isText),
    );
    cache.set(policySet, known);
  }
  return known;
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

import type { CompiledDocument } from './compile-document.js';

/**
 * Whether a former good document may be an earlier version of a broken one: it decides nothing for a policy of another
 * kind, namespace or registry, or of other agents. What can't be read of the broken one may be anything.
 */
export function mayStandFor({ found: former }: CompiledDocument, broken: CompiledDocument): boolean {
  const { found, contribution } = broken;
  return (
    (contribution.kind === 'None' || found.kind === former.kind) &&
    (found.namespace === '' || found.namespace === former.namespace) &&
    (found.registry === undefined || found.registry === former.registry) &&
    overlap(found.agents, former.agents)
  );
}

/**
 * Those of the broken documents that have a former one each, whichever is whose: as many may stand for it as there are
 * documents that any of these may stand for.
 */
export function coveredBy(
  former: readonly CompiledDocument[],
  broken: readonly CompiledDocument[],
): Set<CompiledDocument> {
  const covered = broken.filter((document) => {
    const candidates = former.filter((one) => mayStandFor(one, document));
    const rivals = broken.filter((rival) => candidates.some((one) => mayStandFor(one, rival)));
    return candidates.length > 0 && candidates.length >= rivals.length;
  });
  return new Set(covered);
}

/** Undefined: all. */
function overlap(some: readonly string[] | undefined, others: readonly string[] | undefined): boolean {
  return some === undefined || others === undefined || some.some((one) => others.includes(one));
}

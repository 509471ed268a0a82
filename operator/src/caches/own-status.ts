import type { Identified } from '../model/objects.js';
import { asRecord } from '../record.js';

/** The conditions that the operator writes on objects of the platform. */
const OWN_CONDITIONS: readonly unknown[] = ['PrivacyPolicyResolved'];

/**
 * Of the status of an AgentRuntime or a Workspace only what the operator writes: the rest changes often, is much, and is
 * nothing to it.
 */
export function withOwnStatus<T extends Identified>(object: T): T {
  const { conditions } = asRecord(object.status);
  const own = Array.isArray(conditions)
    ? conditions.filter((condition: unknown) => OWN_CONDITIONS.includes(asRecord(condition).type))
    : [];
  return { ...object, status: { conditions: own } };
}

import { KubeApiError } from '@omnia-policy/kube';
import type { ApplyOutcome, DesiredObject } from '../plan/plan.js';
import { objectName } from './apply-object.js';

/** Not logged in (yet), another writer was quicker, too busy, away. A webhook that fails is a 500, and is told of. */
const MAY_PASS: readonly number[] = [401, 408, 409, 429, 502, 503, 504];

/** What the author of the object, or whoever runs Istio, has to mend. Everything else is thrown on: it may pass by itself. */
export function refusalOutcome({ kind, object }: DesiredObject, error: unknown): ApplyOutcome {
  if (!(error instanceof KubeApiError)) throw error;
  if (error.isKindMissing) return { kind: 'istio-missing', resource: kind.kind };
  if (MAY_PASS.includes(error.status)) throw error;
  return { kind: 'refused', object: objectName(kind, object), message: error.serverMessage };
}

/** Somebody else changes it as soon as it is put right. */
export function contestedOutcome({ kind, object }: DesiredObject): ApplyOutcome {
  const message =
    'somebody else changes it as often as it is put right; see in its managedFields who, and make them leave it alone';
  return { kind: 'refused', object: objectName(kind, object), message };
}

const SEVERITY: readonly ApplyOutcome['kind'][] = [
  'applied',
  'pending',
  'refused',
  'name-clash',
  'istio-missing',
];

/** The one that the status tells of; `applied` when there is none. */
export function worstOutcome(outcomes: readonly ApplyOutcome[]): ApplyOutcome {
  return outcomes.reduce<ApplyOutcome>(
    (worst, outcome) => (SEVERITY.indexOf(outcome.kind) > SEVERITY.indexOf(worst.kind) ? outcome : worst),
    { kind: 'applied' },
  );
}

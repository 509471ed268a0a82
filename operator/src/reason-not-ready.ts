import { allCaches } from './caches/watch-cluster.js';
import type { OperatorParts } from './run-operator.js';
import type { RunningWebhook } from './webhook/run-webhook.js';

/** Watches are cut and opened anew after less; so long a silence means that the API server is out of reach. */
const MAX_SILENCE_MS = 5 * 60_000;

/** One phrase saying what is missing; undefined when the operator does what it is for, leading or not. */
export function reasonNotReady(
  { caches, view, signal }: Pick<OperatorParts, 'caches' | 'view' | 'signal'>,
  webhook: Pick<RunningWebhook, 'hasCertificate'> | undefined,
): string | undefined {
  if (signal.aborted) return 'shutting down';
  const all = allCaches(caches);
  const pending = all.filter(({ health }) => health.state === 'pending');
  const [first] = pending;
  if (first !== undefined) {
    const failure = first.health.failure === undefined ? '' : ` (${first.health.failure})`;
    return `not read yet: ${pending.map(({ kind }) => kind.kind).join(', ')}${failure}`;
  }
  if (view.world() === undefined) return 'policies are not compiled yet';
  const silent = all.find(({ health }) => health.silentMs > MAX_SILENCE_MS);
  if (silent !== undefined) return `nothing was heard of ${silent.kind.kind} for minutes`;
  return webhook?.hasCertificate() === false ? 'the webhook has no certificate yet' : undefined;
}

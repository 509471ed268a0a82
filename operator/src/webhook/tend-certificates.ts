import {
  isRefusal,
  SECRETS,
  VALIDATING_WEBHOOKS,
  type KubeClient,
  type KubeObject,
  type ObjectRef,
} from '@omnia-policy/kube';
import type { Logger } from '@omnia-policy/service';
import {
  certificateSecret,
  readCertificates,
  trustedAuthorities,
  type StoredCertificates,
} from './certificate-secret.js';
import { makeCertificate } from './make-certificate.js';
import { rotationStep, type RotationStep } from './rotation.js';
import type { ServingCertificate } from './serving-certificate.js';
import { trustAuthorities, trusts } from './trust-authorities.js';

export interface CertificateTending {
  readonly client: KubeClient;
  readonly secret: ObjectRef;
  readonly hosts: readonly string[];
  /** Name of the ValidatingWebhookConfiguration. */
  readonly configuration: string;
  readonly lifetimeMs: number;
  readonly now: () => number;
  readonly logger: Logger;
  /** Whether there was a ValidatingWebhookConfiguration at the last look; each look notes it. */
  readonly asked: { last?: boolean };
}

/**
 * One look of the leader at the webhook's certificates: makes, prepares or rotates them if it is time, and sees to it that
 * the API server trusts what is served. May be repeated at any time, by several replicas too: the Secret is written
 * only over the version that was read.
 */
export async function tendCertificates(tending: CertificateTending): Promise<void> {
  const { client, secret: ref, configuration, logger } = tending;
  const existing = await client.get(SECRETS, ref);
  const stored = existing && readCertificates(existing);
  const webhook = await client.get(VALIDATING_WEBHOOKS, { namespace: '', name: configuration });
  const step = rotationStep({
    stored,
    hosts: tending.hosts,
    nowMs: tending.now(),
    isNextTrusted:
      stored?.next !== undefined && webhook !== undefined && trusts(webhook, stored.next.authority),
  });
  const wanted = await afterStep(step, stored, tending);
  if (step !== 'keep') {
    const isWritten = await writeSecret(tending, wanted, existing);
    if (!isWritten) return;
    logger.info({ secret: `${ref.namespace}/${ref.name}`, step }, 'webhook certificate');
  }
  const isTrusted =
    webhook !== undefined && (await trustAuthorities(client, configuration, trustedAuthorities(wanted)));
  noteAsked(tending, isTrusted);
}

/** That nothing asks the webhook is said once, not at each look. */
function noteAsked({ configuration, logger, asked }: CertificateTending, isAsked: boolean): void {
  if (!isAsked && asked.last !== false) {
    logger.warn({ configuration }, 'no webhook configuration: nothing asks the webhook');
  }
  asked.last = isAsked;
}

async function afterStep(
  step: RotationStep,
  stored: StoredCertificates | undefined,
  { hosts, now, lifetimeMs }: CertificateTending,
): Promise<StoredCertificates> {
  const make = (): Promise<ServingCertificate> =>
    makeCertificate({ hosts, now: new Date(now()), lifetimeMs });
  if (stored === undefined) return { current: await make() };
  const { current, next } = stored;
  switch (step) {
    case 'keep':
      return stored;
    case 'replace':
      return { current: await make(), previousAuthority: current.authority };
    case 'prepare-next':
      return { ...stored, next: await make() };
    case 'promote-next':
      return { current: next ?? (await make()), previousAuthority: current.authority };
    case 'forget-previous':
      return { current, ...(next && { next }) };
  }
}

/** False when another replica was quicker: what it wrote is looked at next time. */
async function writeSecret(
  { client, secret }: CertificateTending,
  wanted: StoredCertificates,
  existing: KubeObject | undefined,
): Promise<boolean> {
  const object = certificateSecret(secret, wanted, existing);
  try {
    await (existing === undefined ? client.create(SECRETS, object) : client.replace(SECRETS, object));
    return true;
  } catch (error) {
    if (isRefusal(error, 409)) return false;
    throw error;
  }
}

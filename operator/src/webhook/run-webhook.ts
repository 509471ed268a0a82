import { createWorkQueue, SECRETS, type WorkQueue } from '@omnia-policy/kube';
import type { ListenAddress } from '@omnia-policy/service';
import { untilAborted } from '../until-aborted.js';
import type { Judge } from './answer-review.js';
import { readCertificates } from './certificate-secret.js';
import { tendCertificates, type CertificateTending } from './tend-certificates.js';
import { startWebhookServer, type WebhookServer } from './webhook-server.js';

export interface WebhookOptions extends CertificateTending {
  readonly address: ListenAddress;
  /** Undefined as long as the caches are empty. */
  readonly judge: () => Judge | undefined;
  /** Ends the following of the certificate; the server is closed by `close`. */
  readonly signal: AbortSignal;
}

export interface RunningWebhook {
  readonly address: ListenAddress;
  /** Before, no API server can speak with it. */
  readonly hasCertificate: () => boolean;
  /** What only the leader does: makes and rotates the certificates, until the signal. */
  readonly tend: (signal: AbortSignal) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A rotation leaves ten minutes between its steps. */
const LOOK_MS = 20_000;
/** While there is no certificate at all. */
const FIRST_LOOK_MS = 500;

/** Serves reviews, with whatever certificate the Secret holds. @throws ServiceError when the address can't be had */
export async function runWebhook(options: WebhookOptions): Promise<RunningWebhook> {
  const { address, judge, logger, signal } = options;
  const server = await startWebhookServer({ address, judge, logger });
  const served: Served = { certificate: undefined };
  const following = createWorkQueue({
    name: 'webhook certificate',
    run: async (key) => {
      await follow(options, server, served);
      following.addAfter(key, served.certificate === undefined ? FIRST_LOOK_MS : LOOK_MS);
    },
    logger,
    signal,
  });
  following.add('secret');
  return {
    address: server.address,
    hasCertificate: () => served.certificate !== undefined,
    tend: (leading) => tend(options, following, leading),
    close: server.close,
  };
}

interface Served {
  certificate: string | undefined;
}

/** Takes another certificate from the Secret, if there is one; without, goes on with what it has. */
async function follow(
  { client, secret: ref, logger }: WebhookOptions,
  server: WebhookServer,
  served: Served,
): Promise<void> {
  const secret = await client.get(SECRETS, ref);
  const stored = secret && readCertificates(secret);
  if (stored === undefined || stored.current.certificate === served.certificate) return;
  server.serve(stored.current);
  served.certificate = stored.current.certificate;
  logger.info({ secret: `${ref.namespace}/${ref.name}` }, 'webhook certificate taken');
}

async function tend(options: WebhookOptions, following: WorkQueue, signal: AbortSignal): Promise<void> {
  const tending = createWorkQueue({
    name: 'webhook certificates',
    run: async (key) => {
      await tendCertificates(options);
      following.add('secret');
      tending.addAfter(key, LOOK_MS);
    },
    logger: options.logger,
    signal,
  });
  tending.add('certificates');
  await untilAborted(signal);
  await tending.idle();
}

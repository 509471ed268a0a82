import { experimental, type ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from '@omnia-policy/service';
import {
  readCertificates,
  rereadCertificates,
  type Reread,
  type TlsContents,
  type TlsFiles,
} from './certificate-files.js';

/** How often the files are looked at; certificates are renewed hours before they expire. */
const rereadMs = 1000;

/**
 * Credentials that follow their files: new connections get the new certificates, nothing is dropped. Files that do
 * not fit together are left until they do.
 *
 * @throws ServiceError `certificates-unreadable` when the files can't be used at the start
 */
export function createTlsCredentials(
  files: TlsFiles,
  logger: Logger,
  signal: AbortSignal,
): ServerCredentials {
  let current = readCertificates(files);
  const identity = createUpdates(() => ({ certificate: current.cert, privateKey: current.key }));
  const authorities = createUpdates(() => ({ caCertificate: current.clientCa ?? Buffer.alloc(0) }));
  const replace = (contents: TlsContents): void => {
    current = contents;
    authorities.notify();
    identity.notify();
  };
  followFiles({ files, logger, signal, current: () => current, replace });
  const provider: experimental.CertificateProvider = {
    addCaCertificateListener: authorities.add,
    removeCaCertificateListener: authorities.remove,
    addIdentityCertificateListener: identity.add,
    removeIdentityCertificateListener: identity.remove,
  };
  const isMutual = files.clientCa !== undefined;
  return experimental.createCertificateProviderServerCredentials(
    provider,
    isMutual ? provider : null,
    isMutual,
  );
}

interface Following {
  readonly files: TlsFiles;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly current: () => TlsContents;
  readonly replace: (contents: TlsContents) => void;
}

function followFiles({ files, logger, signal, current, replace }: Following): void {
  let reported = '';
  const take = (next: Reread): void => {
    if (next.kind === 'fault' && next.reason !== reported) {
      reported = next.reason;
      logger.error({ files, reason: next.reason }, 'certificates not replaced');
    }
    if (next.kind !== 'changed') return;
    reported = '';
    replace(next.contents);
    logger.info({ files }, 'certificates replaced');
  };
  const timer = setInterval(() => {
    void rereadCertificates(files, current()).then(take);
  }, rereadMs);
  timer.unref();
  const end = (): void => {
    clearInterval(timer);
  };
  if (signal.aborted) end();
  signal.addEventListener('abort', end);
}

interface Updates<Update> {
  readonly add: (listener: (update: Update | null) => void) => void;
  readonly remove: (listener: (update: Update | null) => void) => void;
  readonly notify: () => void;
}

function createUpdates<Update>(read: () => Update): Updates<Update> {
  const listeners = new Set<(update: Update | null) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      // Not at once: the server registers its own interest only after this returns.
      process.nextTick(() => {
        listener(read());
      });
    },
    remove(listener) {
      listeners.delete(listener);
    },
    notify() {
      for (const listener of listeners) listener(read());
    },
  };
}

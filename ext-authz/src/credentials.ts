import { ServerCredentials } from '@grpc/grpc-js';
import type { Logger } from '@omnia-policy/service';
import { createTlsCredentials } from './tls-credentials.js';
import type { ExtAuthzSettings } from './configuration.js';

/** Plain text unless certificates are configured. @throws ServiceError when they can't be used */
export function createCredentials(
  settings: ExtAuthzSettings,
  logger: Logger,
  signal: AbortSignal,
): ServerCredentials {
  const { tlsCert: cert, tlsKey: key, tlsClientCa: clientCa } = settings;
  if (cert === undefined || key === undefined) return ServerCredentials.createInsecure();
  return createTlsCredentials({ cert, key, clientCa }, logger, signal);
}

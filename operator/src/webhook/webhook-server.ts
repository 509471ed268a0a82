import { listenError, type Logger } from '@omnia-policy/service';
import type { ListenAddress } from '@omnia-policy/service/program';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { answerReview, type Judge } from './answer-review.js';
import type { ServingCertificate } from './serving-certificate.js';

export interface WebhookServer {
  /** Where it really listens (port 0 was replaced). */
  readonly address: ListenAddress;
  /** Takes another certificate for all connections that begin from now on. Before the first one no handshake succeeds. */
  readonly serve: (certificate: ServingCertificate) => void;
  /** Lets the reviews in flight finish. */
  readonly close: () => Promise<void>;
}

export interface WebhookServerOptions {
  readonly address: ListenAddress;
  /** Undefined as long as the caches are empty: reviews are then answered 503. */
  readonly judge: () => Judge | undefined;
  readonly logger: Logger;
}

/** The API server gives a webhook 30 s at most. */
const REQUEST_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** @throws ServiceError when the address can't be had */
export async function startWebhookServer(options: WebhookServerOptions): Promise<WebhookServer> {
  const { address, logger } = options;
  const server = createServer(
    { minVersion: 'TLSv1.2', requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: 10_000 },
    (request, response) => {
      answerReview(request, response, options.judge).catch((error: unknown) => {
        logger.error({ err: error }, 'webhook failed');
        response.destroy();
      });
    },
  );
  server.on('tlsClientError', (error) => {
    logger.debug({ err: error }, 'webhook handshake failed');
  });
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  return {
    address: { host: address.host, port },
    serve: ({ certificate, key }) => {
      server.setSecureContext({ cert: certificate, key, minVersion: 'TLSv1.2' });
    },
    close: () => close(server),
  };
}

function listen(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(listenError('--webhook', address, error));
    });
    server.listen(address.port, address.host, () => {
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => {
      server.closeAllConnections();
    }, CLOSE_TIMEOUT_MS);
    server.close(() => {
      clearTimeout(cutOff);
      resolve();
    });
    server.closeIdleConnections();
  });
}

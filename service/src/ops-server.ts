import { fastify, type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { ListenAddress } from './configuration/listen-address.js';
import { listenError } from './listen-error.js';

/** What a process shows to whoever operates it. */
export interface OpsContent {
  /** Undefined when calls are answered, else one phrase saying what is missing. */
  notReady(): string | undefined;
  /** Text in the Prometheus exposition format. */
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** A JSON value. */
  policies(): unknown;
}

export interface OpsServer {
  /** Where it really listens (port 0 was replaced). */
  readonly address: ListenAddress;
  readonly close: () => Promise<void>;
}

/**
 * Serves /healthz, /readyz, /metrics and /policies over HTTP. No request body is ever read.
 *
 * @throws ServiceError when the address can't be had; `flag` is the one that the user can change
 */
export async function startOpsServer(
  content: OpsContent,
  { address, flag }: { readonly address: ListenAddress; readonly flag: string },
): Promise<OpsServer> {
  // Slow or half-open clients must not hold connections for ever, nor the shutdown: forceCloseConnections.
  const server = fastify({ bodyLimit: 1024, requestTimeout: 5000, forceCloseConnections: true });
  addRoutes(server, content);
  try {
    await server.listen({ host: address.host, port: address.port });
  } catch (error) {
    throw listenError(flag, address, error);
  }
  const { port } = server.server.address() as AddressInfo;
  return {
    address: { host: address.host, port },
    close: async () => {
      await server.close();
    },
  };
}

function addRoutes(server: FastifyInstance, content: OpsContent): void {
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const reason = content.notReady();
    if (reason === undefined) return { status: 'ready' };
    return reply.code(503).send({ status: 'not ready', reason });
  });
  server.get('/metrics', async (_request, reply) => {
    const { contentType, text } = await content.metrics();
    return reply.type(contentType).send(text);
  });
  server.get('/policies', (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(content.policies(), null, 2)),
  );
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: 'not_found', paths: ['/healthz', '/readyz', '/metrics', '/policies'] }),
  );
}

import { Server, type handleUnaryCall, type ServerCredentials } from '@grpc/grpc-js';
import { formatListenAddress, listenError, type ListenAddress } from '@omnia-policy/service';
import type { CheckResponse } from './check-response.js';
import { createHealth } from './health.js';
import { addReflection } from './reflection.js';
import { authorizationService, healthService } from './services.js';
import type { CheckRequest } from './wire/read-check-request.js';

export interface CheckServer {
  /** Where it really listens (port 0 was replaced). */
  readonly address: ListenAddress;
  /** What gRPC health tells. */
  readonly setServing: (isServing: boolean) => void;
  /** Takes no new connections, tells clients to go, and resolves when the calls in flight are answered or broken off. */
  readonly drain: () => Promise<void>;
}

export interface CheckServerOptions {
  readonly address: ListenAddress;
  /** The flag that sets the address, for errors. */
  readonly flag: string;
  readonly credentials: ServerCredentials;
  readonly maxReceiveBytes: number;
  /** How long calls in flight may take when the server drains. */
  readonly finishCallsMs: number;
  readonly check: handleUnaryCall<CheckRequest, CheckResponse>;
}

/** @throws ServiceError when the address can't be had */
export async function startCheckServer(options: CheckServerOptions): Promise<CheckServer> {
  const server = new Server({
    'grpc.max_receive_message_length': options.maxReceiveBytes,
    'grpc.enable_channelz': 0,
  });
  const health = createHealth();
  server.addService(authorizationService, { Check: options.check });
  server.addService(healthService, { ...health.implementation });
  const reflection = addReflection(server);
  const address = { host: options.address.host, port: await bind(server, options) };
  return {
    address,
    setServing: health.setServing,
    drain: () => {
      health.setServing(false);
      health.close();
      reflection.close();
      return shutDown(server, address, options.finishCallsMs);
    },
  };
}

async function shutDown(server: Server, address: ListenAddress, finishCallsMs: number): Promise<void> {
  // Not forceShutdown: without channelz it knows of no connections. This one must be told before tryShutdown closes them.
  server.drain(formatListenAddress(address), finishCallsMs);
  await new Promise<unknown>((resolve) => {
    server.tryShutdown(resolve);
  });
}

async function bind(server: Server, { address, flag, credentials }: CheckServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(formatListenAddress(address), credentials, (error, port) => {
      if (error === null) resolve(port);
      else reject(listenError(flag, address, error));
    });
  });
}

import {
  status,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type ServerWritableStream,
} from '@grpc/grpc-js';
import { authorizationName } from './services.js';

interface HealthCheckRequest {
  readonly service?: string;
}

interface HealthCheckResponse {
  readonly status: number;
}

const servingStatus = { serving: 1, notServing: 2, serviceUnknown: 3 } as const;
/** The empty name stands for the server as a whole. */
const knownServices = ['', authorizationName];

function isKnown({ service = '' }: HealthCheckRequest): boolean {
  return knownServices.includes(service);
}

/** The gRPC health service: not serving until told so. */
export interface Health {
  readonly implementation: {
    readonly Check: handleUnaryCall<HealthCheckRequest, HealthCheckResponse>;
    readonly Watch: handleServerStreamingCall<HealthCheckRequest, HealthCheckResponse>;
  };
  readonly setServing: (isServing: boolean) => void;
  /** Ends all watches, so that the server can close. */
  close(): void;
}

export function createHealth(): Health {
  /** A service that is not known may be watched too: the protocol lets it appear later. */
  const watchers = new Set<ServerWritableStream<HealthCheckRequest, HealthCheckResponse>>();
  let current: HealthCheckResponse = { status: servingStatus.notServing };
  return {
    implementation: {
      Check({ request }, callback) {
        if (isKnown(request)) callback(null, current);
        else callback({ code: status.NOT_FOUND, details: 'unknown service' });
      },
      Watch(stream) {
        watchers.add(stream);
        stream.on('cancelled', () => watchers.delete(stream));
        stream.write(isKnown(stream.request) ? current : { status: servingStatus.serviceUnknown });
      },
    },
    setServing(isServing) {
      current = { status: isServing ? servingStatus.serving : servingStatus.notServing };
      for (const stream of watchers) if (isKnown(stream.request)) stream.write(current);
    },
    close() {
      for (const stream of watchers) stream.end();
      watchers.clear();
    },
  };
}

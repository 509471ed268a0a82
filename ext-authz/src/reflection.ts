import type { handleBidiStreamingCall, Server, ServerDuplexStream } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { packageDefinition } from './services.js';

/** The gRPC reflection service. */
export interface Reflection {
  /** Ends its streams, which clients keep open for as long as they like, so that the server can close. */
  close(): void;
}

export function addReflection(server: Server): Reflection {
  const streams = new Set<ServerDuplexStream<object, object>>();
  new ReflectionService(packageDefinition).addToServer({
    addService(definition, { ServerReflectionInfo: answer, ...others }) {
      const handler = answer as handleBidiStreamingCall<object, object>;
      server.addService(definition, {
        ...others,
        ServerReflectionInfo(stream: ServerDuplexStream<object, object>) {
          streams.add(stream);
          const forget = (): unknown => streams.delete(stream);
          stream.on('cancelled', forget).on('end', forget);
          handler(stream);
        },
      });
    },
  });
  return {
    close() {
      for (const stream of streams) stream.end();
      streams.clear();
    },
  };
}

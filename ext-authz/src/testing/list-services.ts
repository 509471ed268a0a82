import {
  credentials,
  makeClientConstructor,
  type ClientDuplexStream,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

interface ReflectionAnswer {
  readonly listServicesResponse?: { readonly service?: readonly { readonly name: string }[] };
}

/** Names of the services that a server tells through gRPC reflection, v1. */
export async function listServices(port: number): Promise<readonly string[]> {
  const main = createRequire(import.meta.url).resolve('@grpc/reflection');
  const proto = join(dirname(main), '../proto/grpc/reflection/v1/reflection.proto');
  const definition = loadSync(proto)['grpc.reflection.v1.ServerReflection'] as ServiceDefinition;
  const { path, requestSerialize, responseDeserialize } = definition.ServerReflectionInfo ?? missing();
  const Client = makeClientConstructor(definition, 'ServerReflection');
  const client = new Client(`localhost:${port}`, credentials.createInsecure());
  const stream: ClientDuplexStream<object, ReflectionAnswer> = client.makeBidiStreamRequest(
    path,
    requestSerialize,
    (bytes) => responseDeserialize(bytes) as ReflectionAnswer,
  );
  try {
    return await new Promise((resolve, reject) => {
      stream.on('data', ({ listServicesResponse }: ReflectionAnswer) => {
        resolve((listServicesResponse?.service ?? []).map(({ name }) => name));
      });
      stream.on('error', reject);
      stream.write({ listServices: '*' });
    });
  } finally {
    stream.end();
    client.close();
  }
}

function missing(): never {
  throw new Error('the reflection service has no ServerReflectionInfo');
}

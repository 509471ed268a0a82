import {
  loadSync,
  type MessageTypeDefinition,
  type Options,
  type PackageDefinition,
} from '@grpc/proto-loader';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rootFile = 'envoy/service/auth/v3/external_auth.proto';
// Camel case, since the loader's built-in definition of Struct has no other.
const options: Options = { defaults: false, enums: Number, longs: Number };

/** Envoy's own definitions of the messages, as the npm package @grpc/grpc-js-xds carries them. */
export function loadOfficialProtos(): PackageDefinition {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('@grpc/grpc-js-xds/package.json')),
    'deps',
  );
  const includeDirs = ['envoy-api', 'xds', 'protoc-gen-validate', 'googleapis'].map((name) =>
    join(folder, name),
  );
  return loadSync([rootFile], { ...options, includeDirs });
}

export function loadOurProtos(): PackageDefinition {
  const includeDirs = [fileURLToPath(new URL('../../../protos/', import.meta.url))];
  return loadSync([rootFile], { ...options, includeDirs });
}

/** Reads and writes one message as Envoy's own definition says. */
export interface OfficialMessage {
  readonly encode: (message: object) => Buffer;
  readonly decode: (bytes: Buffer) => object;
}

/** @param name below envoy.service.auth.v3 */
export function officialMessage(name: 'CheckRequest' | 'CheckResponse'): OfficialMessage {
  const entry = loadOfficialProtos()[`envoy.service.auth.v3.${name}`] as MessageTypeDefinition<
    object,
    object
  >;
  return { encode: entry.serialize, decode: entry.deserialize };
}

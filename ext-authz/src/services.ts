import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import type { CheckResponse } from './check-response.js';
import { readCheckRequest, type CheckRequest } from './wire/read-check-request.js';
import { writeCheckResponse } from './wire/write-check-response.js';

const protosFolder = fileURLToPath(new URL('../../protos/', import.meta.url));

/** Everything under protos/, loaded once; reflection shows it as it is. */
export const packageDefinition: PackageDefinition = loadSync(
  ['envoy/service/auth/v3/external_auth.proto', 'grpc/health/v1/health.proto'],
  { includeDirs: [protosFolder], keepCase: true, defaults: false, enums: Number, longs: Number },
);

export const authorizationName = 'envoy.service.auth.v3.Authorization';
const authorization = serviceNamed(authorizationName);
export const healthService = serviceNamed('grpc.health.v1.Health');

type CheckMethod = Omit<MethodDefinition<object, CheckResponse>, 'requestDeserialize'> & {
  readonly requestDeserialize: (bytes: Buffer) => CheckRequest;
};

/** As protos/ say it, with our own reading and writing of the two messages that every call pays for. */
export const checkMethod: CheckMethod = {
  ...methodNamed(authorization, 'Check'),
  requestDeserialize: readCheckRequest,
  responseSerialize: writeCheckResponse,
};
export const authorizationService: ServiceDefinition = { ...authorization, Check: checkMethod };

function serviceNamed(name: string): ServiceDefinition {
  const definition = packageDefinition[name];
  if (definition === undefined || 'format' in definition) throw new Error(`protos/ has no service ${name}`);
  return definition;
}

function methodNamed(service: ServiceDefinition, name: string): MethodDefinition<object, CheckResponse> {
  const method = service[name];
  if (method === undefined) throw new Error(`protos/ has no method ${name}`);
  return method as MethodDefinition<object, CheckResponse>;
}

import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';
import type { CheckRequest, CheckResponse } from './check-messages.js';

const protosFolder = fileURLToPath(new URL('../../protos/', import.meta.url));

/** Everything under protos/, loaded once; reflection shows it as it is. */
export const packageDefinition: PackageDefinition = loadSync(
  ['envoy/service/auth/v3/external_auth.proto', 'grpc/health/v1/health.proto'],
  // Without defaults and with numeric enums nothing is created that nobody reads: every Check pays for this.
  { includeDirs: [protosFolder], keepCase: true, defaults: false, enums: Number, longs: Number },
);

export const authorizationName = 'envoy.service.auth.v3.Authorization';
export const authorizationService = serviceNamed(authorizationName);
export const checkMethod = methodOf<CheckRequest, CheckResponse>(authorizationService, 'Check');
export const healthService = serviceNamed('grpc.health.v1.Health');

function serviceNamed(name: string): ServiceDefinition {
  const definition = packageDefinition[name];
  if (definition === undefined || 'format' in definition) throw new Error(`protos/ has no service ${name}`);
  return definition;
}

function methodOf<Request, Response>(
  service: ServiceDefinition,
  name: string,
): MethodDefinition<Request, Response> {
  const method = service[name];
  if (method === undefined) throw new Error(`protos/ has no method ${name}`);
  return method as MethodDefinition<Request, Response>;
}

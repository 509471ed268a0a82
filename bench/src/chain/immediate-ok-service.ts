import { Server, ServerCredentials, type handleUnaryCall } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';

const AUTHORIZATION = 'envoy.service.auth.v3.Authorization';
const MAX_RECEIVE_BYTES = 4 * 1024 * 1024;

/**
 * The cheapest ext_authz service that grpc-js can be: reads the whole message with the same protos and options as the
 * real one, and says OK. What the real one costs on top of it is ours to answer for.
 */
export async function startImmediateOkService(address: string): Promise<void> {
  const protos = fileURLToPath(new URL('../../../protos/', import.meta.url));
  const definition = loadSync('envoy/service/auth/v3/external_auth.proto', {
    includeDirs: [protos],
    keepCase: true,
    defaults: false,
    enums: Number,
    longs: Number,
  })[AUTHORIZATION];
  if (definition === undefined || 'format' in definition) throw new Error(`no service ${AUTHORIZATION}`);
  const server = new Server({
    'grpc.max_receive_message_length': MAX_RECEIVE_BYTES,
    'grpc.enable_channelz': 0,
  });
  server.addService(definition, { Check: answerOk });
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

const ok = { status: { code: 0 }, ok_response: {} };

const answerOk: handleUnaryCall<unknown, typeof ok> = (_call, callback) => {
  callback(null, ok);
};

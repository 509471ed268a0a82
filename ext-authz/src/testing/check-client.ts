import {
  credentials,
  makeClientConstructor,
  Metadata,
  type ChannelCredentials,
  type Client,
  type ServiceError as GrpcError,
} from '@grpc/grpc-js';
import type { CheckResponse } from '../check-response.js';
import { authorizationService, checkMethod } from '../services.js';

const AuthorizationClient = makeClientConstructor(authorizationService, 'Authorization');

/** What a Check brought: a response or a gRPC error. */
export type CheckResult =
  | { readonly response: CheckResponse; readonly error?: undefined }
  | { readonly response?: undefined; readonly error: GrpcError };

export interface CheckCallOptions {
  /** What the filter says of its buffer; undefined: nothing. */
  readonly bodyMark?: string | undefined;
  /** More that the proxy tells with each question. */
  readonly metadata?: readonly (readonly [name: string, value: string])[];
}

export interface CheckClient {
  readonly check: (request: object, options?: CheckCallOptions) => Promise<CheckResult>;
  /** Sends bytes as they are in place of a CheckRequest. */
  readonly checkBytes: (bytes: Buffer) => Promise<CheckResult>;
  readonly close: () => void;
}

/** A client with a connection of its own, as each of Envoy's threads has one. */
export function createCheckClient(
  port: number,
  channel: ChannelCredentials = credentials.createInsecure(),
): CheckClient {
  const client: Client = new AuthorizationClient(`localhost:${port}`, channel, {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.max_send_message_length': -1,
  });
  const { path, requestSerialize, responseDeserialize } = checkMethod;
  const call = (bytes: Buffer, metadata: Metadata): Promise<CheckResult> =>
    new Promise((resolve) => {
      client.makeUnaryRequest(
        path,
        (value: Buffer) => value,
        responseDeserialize,
        bytes,
        metadata,
        { deadline: Date.now() + 20_000 },
        (error, response) => {
          if (error !== null) resolve({ error });
          else if (response !== undefined) resolve({ response });
        },
      );
    });
  return {
    check(request, { bodyMark, metadata: more = [] } = { bodyMark: '65536' }) {
      const metadata = new Metadata();
      if (bodyMark !== undefined) metadata.set('x-omnia-body', bodyMark);
      for (const [name, value] of more) metadata.add(name, value);
      return call(requestSerialize(request), metadata);
    },
    checkBytes: (bytes) => call(bytes, new Metadata()),
    close: () => {
      client.close();
    },
  };
}

export interface ToolRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly path?: string;
  readonly extensions?: Readonly<Record<string, string>>;
  readonly principal?: string;
}

/** A CheckRequest as Envoy sends it for a tool call of the tutorial. */
export function toolRequest({
  headers = {},
  body,
  path = '/v1/refund',
  extensions = {},
  principal,
}: ToolRequest = {}): object {
  return {
    attributes: {
      ...(principal !== undefined && { source: { principal } }),
      request: {
        http: {
          method: 'POST',
          path,
          host: 'customer-tools',
          headers: {
            ':method': 'POST',
            ':path': path,
            ':authority': 'customer-tools',
            'content-type': 'application/json',
            'x-omnia-agent-name': 'support-agent',
            'x-omnia-namespace': 'production',
            'x-omnia-tool-registry': 'customer-tools',
            'x-omnia-tool-name': 'process_refund',
            ...(body !== undefined && { 'x-envoy-auth-partial-body': 'false' }),
            ...headers,
          },
          ...(body !== undefined && { raw_body: Buffer.from(body) }),
        },
      },
      context_extensions: extensions,
    },
  };
}

/** The dynamic metadata of an answer as plain texts. */
export function metadataOf({ response }: CheckResult): Record<string, string | undefined> {
  const fields = Object.entries(response?.dynamic_metadata.fields ?? {});
  return Object.fromEntries(fields.map(([name, value]) => [name, value.string_value]));
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Client,
  credentials,
  Server,
  ServerCredentials,
  type handleUnaryCall,
  type MethodDefinition,
  type ServiceError as GrpcError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { startChild } from '@omnia-policy/cli';
import { extAuthzPath } from '@omnia-policy/ext-authz';
import { freePorts } from '../free-ports.js';
import { until } from '../until.js';
import type { MeshOptions } from './mesh.js';

/** The real policy service, and before it a listener that keeps what Envoy asked. */
export interface RecordedExtAuthz {
  /** On 127.0.0.1; what is asked here is passed on byte for byte. */
  readonly port: number;
  readonly questions: readonly Question[];
}

/** A Check as Envoy sent it. */
export interface Question {
  /** envoy.service.auth.v3.CheckRequest, with the names of the proto. */
  readonly request: CheckRequest;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The part of a CheckRequest that tests look at. */
export interface CheckRequest {
  readonly attributes: {
    readonly source: { readonly principal?: string };
    readonly context_extensions?: Readonly<Record<string, string>>;
    readonly request: { readonly http: { readonly headers?: Readonly<Record<string, string>> } };
  };
}

export interface RecordedExtAuthzOptions extends MeshOptions {
  /** File name → YAML. */
  readonly policies: Readonly<Record<string, string>>;
}

export async function startRecordedExtAuthz(options: RecordedExtAuthzOptions): Promise<RecordedExtAuthz> {
  const [target = 0, ops = 0] = await freePorts(2);
  const folder = mkdtempSync(join(tmpdir(), 'omnia-mesh-policies-'));
  for (const [name, yaml] of Object.entries(options.policies)) writeFileSync(join(folder, name), yaml);
  const log: string[] = [];
  const flags = ['--policies', folder, '--listen', `127.0.0.1:${target}`, '--ops', `127.0.0.1:${ops}`];
  const child = startChild({
    ...{ command: process.execPath, args: [extAuthzPath, ...flags, '--workers', '1'], env: process.env },
    ...{ stdout: 'ignore', onLine: (line) => log.push(line) },
  });
  options.teardown?.(async () => {
    await child.stop(5_000);
    rmSync(folder, { recursive: true, force: true });
  });
  await until(async () => (await fetch(`http://127.0.0.1:${ops}/readyz`)).ok, {
    ...{ what: 'ext-authz is ready', details: () => log.join('\n') },
  });
  const questions: Question[] = [];
  const port = await startRecorder({ target, questions, teardown: options.teardown?.bind(options) });
  return { port, questions };
}

interface RecorderOptions {
  readonly target: number;
  readonly questions: Question[];
  readonly teardown: MeshOptions['teardown'] | undefined;
}

async function startRecorder({ target, questions, teardown }: RecorderOptions): Promise<number> {
  const client = new Client(`127.0.0.1:${target}`, credentials.createInsecure());
  const handle: handleUnaryCall<Buffer, Buffer> = ({ request, metadata }, callback) => {
    const decoded = check.requestDeserialize(request) as CheckRequest;
    questions.push({ request: decoded, metadata: metadata.getMap() });
    const answer = (error: GrpcError | null, response?: Buffer): void => {
      callback(error, response);
    };
    client.makeUnaryRequest(check.path, asIs, asIs, request, metadata, answer);
  };
  const server = new Server();
  const passedOn = { ...check, requestDeserialize: asIs, responseSerialize: asIs };
  server.addService({ Check: passedOn }, { Check: handle });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  teardown?.(() => {
    server.forceShutdown();
    client.close();
    return Promise.resolve();
  });
  return port;
}

const asIs = (bytes: Buffer): Buffer => bytes;

const check = checkMethod();

function checkMethod(): MethodDefinition<object, object> {
  const protos = fileURLToPath(new URL('../../../protos/', import.meta.url));
  const loaded = loadSync('envoy/service/auth/v3/external_auth.proto', {
    includeDirs: [protos],
    keepCase: true,
  });
  const service = loaded['envoy.service.auth.v3.Authorization'];
  const method = service !== undefined && !('format' in service) ? service.Check : undefined;
  if (method === undefined) throw new Error('protos/ has no Authorization.Check');
  return method;
}

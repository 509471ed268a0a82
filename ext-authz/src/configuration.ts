import { MAX_BODY_BYTES } from '@omnia-policy/policy';
import {
  addressSetting,
  choiceSetting,
  integerSetting,
  logLevels,
  pathSetting,
  readConfiguration,
  ServiceError,
  type ConfigurationInput,
  type ProgramDescription,
  type SettingValues,
} from '@omnia-policy/service';

const settings = {
  policies: pathSetting({
    placeholder: 'DIR',
    required: true,
    description: 'Folder of policies (*.yaml, *.yml, *.json), read with its subfolders and watched.',
  }),
  listen: addressSetting({
    default: '127.0.0.1:9191',
    variable: 'OMNIA_EXT_AUTHZ',
    description: 'Where the gRPC ext_authz service listens.',
  }),
  ops: addressSetting({
    default: '127.0.0.1:9192',
    description: 'Where HTTP /healthz, /readyz, /metrics and /policies are served.',
  }),
  workers: integerSetting({
    default: '1',
    minimum: 1,
    maximum: 64,
    description: 'Processes that answer on the one port; use as many as cores are free.',
  }),
  unmatched: choiceSetting({
    default: 'allow',
    choices: ['allow', 'deny'],
    description: 'What becomes of a request that names no tool call.',
  }),
  mcpDenial: choiceSetting({
    default: 'tool-result',
    choices: ['tool-result', 'json-rpc-error', 'http'],
    description: 'How a refused MCP tools/call is answered.',
  }),
  maxRequestBytes: integerSetting({
    default: '65536',
    minimum: 1,
    maximum: MAX_BODY_BYTES,
    description: 'As much of a body as Envoy buffers (max_request_bytes); a longer one counts as truncated.',
  }),
  grpcMaxReceiveBytes: integerSetting({
    default: '4194304',
    minimum: 1,
    maximum: 256 * 1024 * 1024,
    description: 'Largest gRPC message that is accepted; must hold the body and the headers.',
  }),
  tlsCert: pathSetting({
    placeholder: 'FILE',
    description: 'PEM certificate chain; turns on TLS, with --tls-key.',
  }),
  tlsKey: pathSetting({ placeholder: 'FILE', description: 'PEM private key of --tls-cert.' }),
  tlsClientCa: pathSetting({
    placeholder: 'FILE',
    description: 'PEM authorities; clients must then show a certificate that one of them signed (mTLS).',
  }),
  logLevel: choiceSetting({
    default: 'info',
    choices: logLevels,
    description: 'The least level that is logged.',
  }),
} as const;

export type ExtAuthzSettings = SettingValues<typeof settings>;

export const extAuthzProgram: ProgramDescription & { readonly settings: typeof settings } = {
  program: 'omnia-ext-authz',
  summary: 'Answers Envoy: which tool calls do the policies of a folder allow?',
  variablePrefix: 'OMNIA_EXT_AUTHZ_',
  settings,
};

/** What a message may hold beside the body: Envoy's limit for headers is 60 KiB, and a token's payload comes twice. */
const headroomBytes = 128 * 1024;

/** @throws ServiceError for values that are wrong alone or together */
export function readExtAuthzConfiguration(
  input: ConfigurationInput,
):
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'values'; readonly values: ExtAuthzSettings } {
  const configuration = readConfiguration(extAuthzProgram, input);
  if (configuration.kind === 'values') checkTogether(configuration.values);
  return configuration;
}

function checkTogether(values: ExtAuthzSettings): void {
  const { maxRequestBytes, grpcMaxReceiveBytes, tlsCert, tlsKey, tlsClientCa } = values;
  if (grpcMaxReceiveBytes < maxRequestBytes + headroomBytes) {
    throw new ServiceError(
      'conflicting-settings',
      `--grpc-max-receive-bytes ${grpcMaxReceiveBytes} leaves no room for headers beside a body of ` +
        `--max-request-bytes ${maxRequestBytes}: give at least ${maxRequestBytes + headroomBytes}, or a smaller body.`,
    );
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new ServiceError(
      'conflicting-settings',
      '--tls-cert and --tls-key belong together: give both or neither.',
    );
  }
  if (tlsClientCa !== undefined && tlsCert === undefined) {
    throw new ServiceError(
      'conflicting-settings',
      '--tls-client-ca asks for certificates of clients, which needs TLS: give --tls-cert and --tls-key too.',
    );
  }
}

import { MAX_BODY_BYTES } from '@omnia-policy/policy';
import {
  addressSetting,
  booleanSetting,
  choiceSetting,
  integerSetting,
  logLevels,
  pathSetting,
  readConfiguration,
  ServiceError,
  stringSetting,
  type ConfigurationInput,
  type ProgramDescription,
  type SettingValues,
} from '@omnia-policy/service';
import { sourceSettings, type SourceSettings } from './source-settings.js';

const settings = {
  policies: pathSetting({
    placeholder: 'DIR',
    description:
      'Folder of policies (*.yaml, *.yml, *.json), read with its subfolders and watched. This or --kubernetes is required.',
  }),
  kubernetes: booleanSetting({
    description: 'Take the policies of all namespaces from the Kubernetes API server instead of a folder.',
  }),
  kubeconfig: pathSetting({
    placeholder: 'FILE',
    description: 'How to reach the API server; absent: KUBECONFIG, else the ServiceAccount of the pod.',
  }),
  trustDomain: stringSetting({
    default: 'cluster.local',
    description: 'Of the mesh: the first part of the identities of its workloads.',
  }),
  agentIdentity: choiceSetting({
    default: 'auto',
    choices: ['auto', 'header', 'principal'],
    description:
      'How agents are known: by x-omnia-agent-name, or by the identity of their mTLS certificate. auto: header with --policies, principal with --kubernetes.',
  }),
  reportNamespace: stringSetting({
    default: 'omnia-system',
    description:
      'With --kubernetes: the namespace of the Lease that tells which versions are in force; that of the pod.',
  }),
  podName: stringSetting({
    variable: 'OMNIA_POD_NAME',
    description: 'With --kubernetes: the pod that this is, which names the Lease; absent: the host name.',
  }),
  podUid: stringSetting({
    variable: 'OMNIA_POD_UID',
    description: 'With --kubernetes: the uid of the pod, so that the Lease goes when it does.',
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

type GivenSettings = SettingValues<typeof settings>;
export interface ExtAuthzSettings extends Omit<GivenSettings, 'agentIdentity'> {
  readonly source: SourceSettings;
  readonly agentIdentity: 'header' | 'principal';
}

export const extAuthzProgram: ProgramDescription & { readonly settings: typeof settings } = {
  program: 'omnia-ext-authz',
  summary: 'Answers Envoy: which tool calls do the policies of a folder, or of a cluster, allow?',
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
  if (configuration.kind === 'help') return configuration;
  checkTogether(configuration.values);
  return { kind: 'values', values: withSource(configuration.values) };
}

function withSource(values: GivenSettings): ExtAuthzSettings {
  const source = sourceSettings(values);
  const usual = source.kind === 'folder' ? 'header' : 'principal';
  const { agentIdentity } = values;
  return { ...values, source, agentIdentity: agentIdentity === 'auto' ? usual : agentIdentity };
}

function checkTogether(values: GivenSettings): void {
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

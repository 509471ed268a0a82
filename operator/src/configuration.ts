import { MAX_BODY_BYTES } from '@omnia-policy/policy';
import {
  addressSetting,
  booleanSetting,
  choiceSetting,
  durationSetting,
  integerSetting,
  logLevels,
  pathSetting,
  readConfiguration,
  ServiceError,
  stringSetting,
  urlSetting,
  type ConfigurationInput,
  type ProgramDescription,
  type SettingValues,
} from '@omnia-policy/service';

const kubeconfig = pathSetting({
  placeholder: 'FILE',
  description: 'Kubeconfig of the cluster. Absent: that of KUBECONFIG, else the service account of the pod.',
});
const systemNamespace = stringSetting({
  placeholder: 'NAMESPACE',
  default: 'omnia-system',
  description: 'Where the operator and ext-authz run.',
});
const logLevel = choiceSetting({
  default: 'info',
  choices: logLevels,
  description: 'The least level that is logged.',
});

const settings = {
  kubeconfig,
  systemNamespace,
  trustDomain: stringSetting({
    placeholder: 'DOMAIN',
    default: 'cluster.local',
    description: 'Trust domain of the mesh, the first part of every workload identity.',
  }),
  clusterDomain: stringSetting({
    placeholder: 'DOMAIN',
    default: 'cluster.local',
    description: "Last part of the Services' host names.",
  }),
  istioRootNamespace: stringSetting({
    placeholder: 'NAMESPACE',
    default: 'istio-system',
    description: "Istio's root namespace, where its objects hold for the whole mesh.",
  }),
  extAuthzAddress: addressSetting({
    default: 'omnia-ext-authz-headless.omnia-system.svc.cluster.local:9191',
    description:
      'Where the proxies of the tools reach ext-authz: a headless Service, so that calls are spread.',
  }),
  extAuthzTimeout: durationSetting({
    default: '500ms',
    description: 'How long a call may wait for its decision.',
  }),
  maxRequestBytes: integerSetting({
    default: '65536',
    minimum: 1024,
    maximum: MAX_BODY_BYTES,
    description: 'How much of a body the policies see, where one reads bodies.',
  }),
  jwtIssuer: stringSetting({
    placeholder: 'ISSUER',
    description: "The claim iss of users' tokens, for agents whose AgentRuntime names no issuer of its own.",
  }),
  jwtAudiences: stringSetting({
    placeholder: 'LIST',
    description: 'Audiences of --jwt-issuer, separated by commas. Absent: any.',
  }),
  jwksUri: urlSetting({
    description: 'Where the public keys of --jwt-issuer are. Absent: where the issuer says.',
  }),
  jwks: pathSetting({
    placeholder: 'FILE',
    description: 'The public keys of --jwt-issuer themselves, a JWK set, instead of --jwks-uri.',
  }),
  ops: addressSetting({
    default: '127.0.0.1:9292',
    description: 'Where HTTP /healthz, /readyz, /metrics and /policies are served.',
  }),
  webhook: addressSetting({
    description: 'Where the admission webhook listens (HTTPS). Absent: there is none.',
  }),
  webhookService: stringSetting({
    placeholder: 'NAME',
    default: 'omnia-operator',
    description: 'Service of the webhook in the system namespace; the certificate is made for its DNS names.',
  }),
  webhookHosts: stringSetting({
    placeholder: 'LIST',
    description:
      'Further names or IP addresses for the certificate, separated by commas, for a webhook that has a URL.',
  }),
  webhookConfiguration: stringSetting({
    placeholder: 'NAME',
    default: 'omnia-operator',
    description: 'ValidatingWebhookConfiguration that gets the authority of the certificate.',
  }),
  leaderElection: booleanSetting({
    default: 'true',
    description: 'Of several replicas only one writes. Turn it off only where there can be no second one.',
  }),
  wasmModule: pathSetting({
    placeholder: 'FILE',
    description: 'The filter that is given to the proxies. Absent: the one that this program came with.',
  }),
  wasmImage: stringSetting({
    placeholder: 'OCI-URL',
    description:
      'The filter in a registry of images, for the claims role as a WasmPlugin. Absent: proxies get it inline.',
  }),
  wasmImageSha256: stringSetting({
    placeholder: 'HEX',
    description: 'Checksum of the module in --wasm-image; another module is not run.',
  }),
  wasmPullSecret: stringSetting({
    placeholder: 'NAME',
    description: 'Secret for --wasm-image, in the namespaces of the tools and agents.',
  }),
  secretNamespaces: stringSetting({
    placeholder: 'LIST',
    description:
      'Namespaces where it is checked that the secrets of privacy policies are there, separated by commas.',
  }),
  logLevel,
} as const;

const uninstallSettings = { kubeconfig, systemNamespace, logLevel } as const;

export type OperatorSettings = SettingValues<typeof settings>;
export type UninstallSettings = SettingValues<typeof uninstallSettings>;

type Program<Table> = ProgramDescription & { readonly settings: Table };

export const operatorProgram: Program<typeof settings> = {
  program: 'omnia-operator',
  summary:
    'Turns the policies of a cluster into Istio and Envoy configuration. `omnia-operator uninstall` removes what it made.',
  variablePrefix: 'OMNIA_OPERATOR_',
  settings,
};

export const uninstallProgram: Program<typeof uninstallSettings> = {
  program: 'omnia-operator uninstall',
  summary: 'Stops the running operators and removes every object that they made. Policies stay.',
  variablePrefix: 'OMNIA_OPERATOR_',
  settings: uninstallSettings,
};

/** @throws ServiceError for values that are wrong alone or together */
export function readOperatorConfiguration(
  input: ConfigurationInput,
):
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'values'; readonly values: OperatorSettings } {
  const configuration = readConfiguration(operatorProgram, input);
  if (configuration.kind === 'values') checkTogether(configuration.values);
  return configuration;
}

function checkTogether({ jwtIssuer, jwtAudiences, jwksUri, jwks, ...settings }: OperatorSettings): void {
  if ((settings.wasmImage === undefined) !== (settings.wasmImageSha256 === undefined)) {
    throw new ServiceError(
      'conflicting-settings',
      '--wasm-image and --wasm-image-sha256 belong together: give both or neither.',
    );
  }
  if (jwksUri !== undefined && jwks !== undefined) {
    throw new ServiceError('conflicting-settings', '--jwks-uri and --jwks say the same: give one of them.');
  }
  const isOfIssuer = jwtAudiences !== undefined || jwksUri !== undefined || jwks !== undefined;
  if (jwtIssuer === undefined && isOfIssuer) {
    throw new ServiceError(
      'conflicting-settings',
      '--jwt-audiences, --jwks-uri and --jwks belong to an issuer: give --jwt-issuer too.',
    );
  }
}

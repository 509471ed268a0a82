import {
  addressSetting,
  choiceSetting,
  integerSetting,
  pathSetting,
  stringSetting,
  urlSetting,
} from '@omnia-policy/service';
import type { ProgramDescription, SettingValues } from '@omnia-policy/service';
import { MAX_BODY_BYTES } from '@omnia-policy/policy';
import { developmentIssuer } from '../development-issuer.js';

export const runSettings = {
  policies: pathSetting({
    description: 'The folder of policies: YAML, any number of documents per file, watched.',
    placeholder: 'DIR',
    required: true,
  }),
  upstream: urlSetting({ description: 'The tool service. Absent: the demo tool service is started.' }),
  listen: addressSetting({ description: 'Where tool calls are taken.', default: '127.0.0.1:10000' }),
  envoyAdmin: addressSetting({ description: "Envoy's administration.", default: '127.0.0.1:9901' }),
  extAuthz: addressSetting({ description: 'The policy service (gRPC).', default: '127.0.0.1:9191' }),
  ops: addressSetting({
    description: 'The policy service: /healthz, /readyz, /metrics, /policies (HTTP).',
    default: '127.0.0.1:9192',
  }),
  demoTools: addressSetting({
    description: 'The demo tool service, which answers with what it received.',
    default: '127.0.0.1:8080',
  }),
  jwks: pathSetting({
    description:
      "The public keys of the users' issuer, a JWK set. The default accepts the public development key.",
    placeholder: 'FILE',
    default: developmentIssuer.jwksFile,
  }),
  issuer: stringSetting({
    description: 'The claim iss that tokens must have.',
    default: developmentIssuer.issuer,
  }),
  audience: stringSetting({
    description: 'The claim aud that tokens must have.',
    default: developmentIssuer.audience,
  }),
  jwt: choiceSetting({
    description: 'Whether a call without a token is refused. A token that does not verify always is.',
    choices: ['required', 'optional'],
    default: 'required',
  }),
  unmatched: choiceSetting({
    description: 'What happens to a request that is no tool call.',
    choices: ['allow', 'deny'],
    default: 'allow',
  }),
  mcpDenial: choiceSetting({
    description: 'How a denied MCP call is answered.',
    choices: ['tool-result', 'json-rpc-error', 'http'],
    default: 'tool-result',
  }),
  maxRequestBytes: integerSetting({
    description: 'How much of a body the policies see, where one reads bodies. The rest passes unread.',
    default: '65536',
    minimum: 1024,
    maximum: MAX_BODY_BYTES,
  }),
  workers: integerSetting({
    description: 'Processes of the policy service.',
    default: '1',
    minimum: 1,
    maximum: 64,
  }),
  envoyConcurrency: integerSetting({
    description: "Envoy's worker threads.",
    default: '2',
    minimum: 1,
    maximum: 64,
  }),
};

export type RunSettings = SettingValues<typeof runSettings>;

export const runDescription = {
  program: 'omnia-policy run',
  summary:
    'Starts Envoy and the policy service in front of a tool service, and keeps them in step with the policies.',
  variablePrefix: 'OMNIA_',
  settings: runSettings,
} satisfies ProgramDescription;

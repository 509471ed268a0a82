import type { KubeObject } from '@omnia-policy/kube';
import { extAuthzProgram, readExtAuthzConfiguration } from '@omnia-policy/ext-authz/configuration';
import {
  operatorProgram,
  readOperatorConfiguration,
  uninstallProgram,
} from '@omnia-policy/operator/configuration';
import { readConfiguration, variableOf, type ProgramDescription } from '@omnia-policy/service/program';
import t from 'tap';
import { chartObjects, oneObject } from '../chart/chart-objects.js';
import { VALUE_SETS } from '../chart/value-sets.js';
import { missingTools } from '../tools/find-tool.js';

const skip = missingTools('helm');

interface Container {
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
}

function containerOf({ spec }: KubeObject): Container {
  const { template } = spec as { template: { spec: { containers: readonly Container[] } } };
  const [container] = template.spec.containers;
  if (container === undefined) throw new Error('no container');
  return container;
}

/** As the pod will see it; what the cluster fills in has some value. */
function environmentOf({ env = [] }: Container): Record<string, string> {
  return Object.fromEntries(env.map(({ name }) => [name, 'some-value']));
}

function variablesOf({ settings, variablePrefix }: ProgramDescription): string[] {
  return Object.entries(settings).map(([key, setting]) => variableOf(key, setting, variablePrefix));
}

function portOf({ ports = [] }: Container, name: string): number | undefined {
  return ports.find((port) => port.name === name)?.containerPort;
}

for (const [name, values] of Object.entries(VALUE_SETS)) {
  t.test(`the programs know every setting that the chart gives them: ${name}`, { skip }, async (t) => {
    const objects = await chartObjects({ values, namespace: 'elsewhere' });
    const operator = containerOf(oneObject(objects, 'Deployment', 'omnia-operator'));
    const extAuthz = containerOf(oneObject(objects, 'Deployment', 'omnia-ext-authz'));
    t.same(
      Object.keys(environmentOf(operator)).filter((name) => !variablesOf(operatorProgram).includes(name)),
      [],
    );
    t.same(
      Object.keys(environmentOf(extAuthz)).filter((name) => !variablesOf(extAuthzProgram).includes(name)),
      [],
    );

    const operates = readOperatorConfiguration({ args: operator.args, env: environmentOf(operator) });
    const answers = readExtAuthzConfiguration({ args: extAuthz.args, env: environmentOf(extAuthz) });
    if (operates.kind !== 'values' || answers.kind !== 'values') throw new Error('help was asked for');
    t.match(operates.values, {
      systemNamespace: 'elsewhere',
      extAuthzAddress: {
        host: `omnia-ext-authz-headless.elsewhere.svc.${operates.values.clusterDomain}`,
        port: portOf(extAuthz, 'grpc'),
      },
      webhook: { port: portOf(operator, 'webhook') },
      ops: { port: portOf(operator, 'ops') },
      leaderElection: true,
      trustDomain: answers.values.trustDomain,
      maxRequestBytes: answers.values.maxRequestBytes,
    });
    t.match(answers.values, {
      source: { kind: 'kubernetes', reportNamespace: 'elsewhere' },
      agentIdentity: 'principal',
      listen: { port: portOf(extAuthz, 'grpc') },
      ops: { port: portOf(extAuthz, 'ops') },
    });
  });
}

t.test('names that the programs look for are those of the chart', { skip }, async (t) => {
  const objects = await chartObjects();
  const operator = containerOf(oneObject(objects, 'Deployment', 'omnia-operator'));
  const configuration = readOperatorConfiguration({ args: operator.args, env: {} });
  if (configuration.kind !== 'values') throw new Error('help was asked for');
  const { webhookService, webhookConfiguration, extAuthzAddress, systemNamespace } = configuration.values;
  t.ok(oneObject(objects, 'Service', webhookService));
  t.ok(oneObject(objects, 'ValidatingWebhookConfiguration', webhookConfiguration));
  t.equal(extAuthzAddress.host, `omnia-ext-authz-headless.${systemNamespace}.svc.cluster.local`);
});

t.test('the issuer of tokens reaches the operator', { skip }, async (t) => {
  const objects = await chartObjects({ values: VALUE_SETS['tokens of an issuer'] });
  const { args } = containerOf(oneObject(objects, 'Deployment', 'omnia-operator'));
  t.match(readOperatorConfiguration({ args, env: {} }), {
    values: {
      trustDomain: 'example.org',
      clusterDomain: 'example.internal',
      jwtIssuer: 'https://login.example.com',
      jwtAudiences: 'customer-tools,other-tools',
      jwksUri: new URL('https://login.example.com/keys'),
    },
  });
});

t.test('the uninstall hook is a command that the operator has', { skip }, async (t) => {
  const template = 'templates/operator/uninstall-job.yaml';
  const [job] = await chartObjects({ template, namespace: 'elsewhere' });
  if (job === undefined) throw new Error('no job');
  const [command, ...args] = containerOf(job).args;
  t.equal(`omnia-operator ${String(command)}`, uninstallProgram.program);
  const configuration = readConfiguration(uninstallProgram, { args, env: {} });
  t.match(configuration, { kind: 'values', values: { systemNamespace: 'elsewhere' } });
});

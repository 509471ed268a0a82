import type { KubeObject, ResourceKind } from '@omnia-policy/kube';
import type { ApiServer } from './api-server.js';
import { until } from '../until.js';

/** A kind for tests of the Kubernetes library: any spec, any status. */
export const WIDGETS: ResourceKind = {
  apiVersion: 'test.omnia.altairalabs.ai/v1',
  kind: 'Widget',
  plural: 'widgets',
  isNamespaced: true,
};

const GROUP = 'test.omnia.altairalabs.ai';
const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `widgets.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true, subresources: { status: {} } },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } } },
      },
    ],
  },
};

export function widget(name: string, spec: unknown = {}, namespace = 'default'): KubeObject {
  return { apiVersion: WIDGETS.apiVersion, kind: WIDGETS.kind, metadata: { name, namespace }, spec };
}

/** Resolves when the server serves the kind. */
export async function installWidgets(server: ApiServer): Promise<void> {
  await server.apply(JSON.stringify(definition));
  await until(async () => (await server.kubectl(['get', 'widgets', '-A'])).code === 0, {
    what: 'widgets are served',
  });
}

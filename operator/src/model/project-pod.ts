import { refOf, type KubeObject } from '@omnia-policy/kube';
import { asRecord, asText } from '../record.js';
import type { Pod } from './objects.js';
import { asLabels, asList, asPort } from './read-fields.js';

const PROXY_CONTAINER = 'istio-proxy';
const REDIRECTION = 'ambient.istio.io/redirection';
const ENDED: ReadonlySet<unknown> = new Set(['Succeeded', 'Failed']);

export function projectPod(object: KubeObject): Pod {
  const spec = asRecord(object.spec);
  // As a native sidecar, the proxy is an init container.
  const containers = [...asList(spec.containers), ...asList(spec.initContainers)].map(asRecord);
  return {
    ref: refOf(object),
    labels: asLabels(object.metadata.labels),
    hasEnded: ENDED.has(asRecord(object.status).phase),
    dataPlane: dataPlaneOf(object, containers),
    ports: Object.fromEntries(containers.flatMap(namedPorts)),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function dataPlaneOf({ metadata }: KubeObject, containers: readonly Fields[]): Pod['dataPlane'] {
  if (containers.some(({ name }) => name === PROXY_CONTAINER)) return 'sidecar';
  return asLabels(metadata.annotations)[REDIRECTION] === 'enabled' ? 'ambient' : 'none';
}

function namedPorts(container: Fields): [string, number][] {
  return asList(container.ports).flatMap((port) => {
    const { name, containerPort } = asRecord(port);
    const number = asPort(containerPort);
    return asText(name) === '' || typeof number !== 'number' ? [] : [[asText(name), number]];
  });
}

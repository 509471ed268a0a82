import { refOf, type KubeObject } from '@omnia-policy/kube';
import { asRecord, asText } from '../record.js';
import type { MeshNamespace, Service, ServicePort } from './objects.js';
import { asLabels, asList, asPort } from './read-fields.js';

/** On a Service: which other namespaces' ToolRegistries may name it, joined with `,`; `*`: all. */
export const REGISTRIES_FROM_ANNOTATION = 'omnia.altairalabs.ai/registries-from';

export function projectService(object: KubeObject): Service {
  const spec = asRecord(object.spec);
  const isElsewhere = spec.type === 'ExternalName';
  const selector = isElsewhere ? {} : asLabels(spec.selector);
  return {
    ref: refOf(object),
    labels: asLabels(object.metadata.labels),
    selector: Object.keys(selector).length === 0 ? undefined : selector,
    registriesFrom: (asLabels(object.metadata.annotations)[REGISTRIES_FROM_ANNOTATION] ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
    ports: asList(spec.ports).flatMap((port) => readPort(asRecord(port))),
  };
}

function readPort(fields: Readonly<Record<string, unknown>>): ServicePort[] {
  const port = asPort(fields.port);
  if (typeof port !== 'number') return [];
  return [
    {
      name: asText(fields.name),
      port,
      targetPort: asPort(fields.targetPort) ?? port,
      appProtocol: asText(fields.appProtocol),
      protocol: asText(fields.protocol) || 'TCP',
    },
  ];
}

export function projectNamespace(object: KubeObject): MeshNamespace {
  return { ref: refOf(object), labels: asLabels(object.metadata.labels) };
}

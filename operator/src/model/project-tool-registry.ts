import type { KubeObject } from '@omnia-policy/kube';
import { asRecord, asText } from '../record.js';
import { parseEndpoint, serviceOfHost } from './endpoint.js';
import type { Handler, ToolRegistry } from './objects.js';
import { identify } from './project-policy.js';
import { asList, asName, asPort } from './read-fields.js';

export function projectToolRegistry(object: KubeObject): ToolRegistry {
  const identified = identify(object);
  const handlers = asList(asRecord(object.spec).handlers).map(asRecord);
  return {
    ...identified,
    handlers: handlers.map((handler) => projectHandler(handler, identified.ref.namespace)),
    tools: toolsOf(handlers, asRecord(object.status)),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function projectHandler(handler: Fields, namespace: string): Handler {
  const common = { name: asText(handler.name), type: asText(handler.type).toLowerCase() };
  const named = asRecord(handler.service);
  const name = asName(named.name);
  if (name !== undefined) {
    const service = { namespace: asName(named.namespace) ?? namespace, name, port: asPort(named.port) };
    return { ...common, service };
  }
  const endpoint = parseEndpoint(endpointOf(handler));
  if (endpoint === undefined) return { ...common, service: undefined };
  const meant = serviceOfHost(endpoint.host, namespace);
  if (meant === undefined) return { ...common, service: undefined, externalHost: endpoint.host };
  return {
    ...common,
    service: { namespace: meant.namespace, name: meant.name, port: endpoint.port },
    ...(meant.isCertain ? {} : { externalHost: endpoint.host }),
  };
}

const CONFIGURATIONS = ['httpConfig', 'mcpConfig', 'grpcConfig', 'openAPIConfig'] as const;
const ADDRESSES = ['endpoint', 'baseURL', 'specURL'] as const;

function endpointOf(handler: Fields): string {
  const configurations = CONFIGURATIONS.map((field) => asRecord(handler[field]));
  const addresses = configurations.flatMap((fields) => ADDRESSES.map((address) => asText(fields[address])));
  return addresses.find((address) => address !== '') ?? '';
}

/** These ask their service which tools it has. */
const DISCOVERING = new Set(['openapi', 'mcp']);

function toolsOf(handlers: readonly Fields[], status: Fields): readonly string[] | undefined {
  const discovered = asList(status.discoveredTools).map(asRecord);
  const unknown = handlers.some(
    ({ name, type, tool }) =>
      asName(asRecord(tool).name) === undefined &&
      (!DISCOVERING.has(asText(type).toLowerCase()) ||
        !discovered.some(({ handlerName }) => handlerName === name)),
  );
  if (unknown) return undefined;
  const own = handlers.map(({ tool }) => asText(asRecord(tool).name));
  const all = [...own, ...discovered.map(({ name }) => asText(name))];
  return [...new Set(all.filter((name) => name !== ''))].sort();
}

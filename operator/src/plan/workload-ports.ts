import type { Service, ServicePort } from '../model/objects.js';
import type { World } from '../model/world.js';
import { portProtocol } from './port-protocol.js';
import { selectPods } from './select-pods.js';
import type { ToolWorkload } from './tool-workload.js';

/** A port of a tool workload where proxies can look into requests. */
export interface HttpPort {
  readonly service: string;
  /** As callers name it. */
  readonly port: number;
  /** Where the pods listen; none while a named port can't be told for want of pods. */
  readonly targets: readonly number[];
}

export interface WorkloadPorts {
  readonly http: readonly HttpPort[];
  /** `service:port` of those that handlers name and that are declared as something else, or that are not there. */
  readonly unusable: readonly string[];
}

/**
 * Ports that handlers name, unless they are declared as something else than HTTP: a rule about headers would refuse all
 * that is not HTTP. What no handler names is left alone, unless it leads to the same port of the pods.
 */
export function workloadPorts(world: World, workload: ToolWorkload): WorkloadPorts {
  const http = workload.services.flatMap((service) =>
    service.ports
      .filter((port) => isHttp(workload, service, port))
      .map((port) => ({
        service: service.ref.name,
        port: port.port,
        targets: targetsOf(world, workload, port),
      })),
  );
  return { http, unusable: workload.services.flatMap((service) => unusablePorts(workload, service, http)) };
}

/** Where the pods listen for calls; undefined while that is not known of every port. */
export function targetPorts({ http }: WorkloadPorts): readonly number[] | undefined {
  if (http.some(({ targets }) => targets.length === 0)) return undefined;
  return [...new Set(http.flatMap(({ targets }) => targets))].sort((a, b) => a - b);
}

function isHttp(workload: ToolWorkload, service: Service, port: ServicePort): boolean {
  if (portProtocol(port) === 'other') return false;
  const named = workload.named.filter((one) => one.service === service.ref.name);
  return service.ports.some(
    (one) => one.targetPort === port.targetPort && named.some((name) => isMeant(name.port, one)),
  );
}

/** A handler that names no port means all that may speak HTTP. */
function isMeant(named: number | string | undefined, port: ServicePort): boolean {
  return named === undefined || named === port.port || named === port.name;
}

function unusablePorts(
  workload: ToolWorkload,
  service: Service,
  http: readonly HttpPort[],
): readonly string[] {
  const own = http.filter((port) => port.service === service.ref.name);
  return workload.named
    .filter((named) => named.service === service.ref.name)
    .filter(({ port }) => {
      const meant = service.ports.filter((one) => isMeant(port, one));
      return !own.some((one) => meant.some((candidate) => candidate.port === one.port));
    })
    .map(({ port }) => `${service.ref.name}:${String(port ?? '*')}`);
}

function targetsOf(world: World, workload: ToolWorkload, { targetPort }: ServicePort): readonly number[] {
  if (typeof targetPort === 'number') return [targetPort];
  const pods = selectPods(world, workload.ref.namespace, workload.selector);
  const numbers = pods.flatMap(({ ports }) => ports[targetPort] ?? []);
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Whether the ports of some workload can't be told, so that nothing can be emitted for them. */
export function hasUnknownPorts(world: World, workload: ToolWorkload): boolean {
  const ports = workloadPorts(world, workload);
  return ports.http.length > 0 && targetPorts(ports) === undefined;
}

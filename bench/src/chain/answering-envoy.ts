import type { Address } from '@omnia-policy/envoy';
import type { JsonObject } from '@omnia-policy/policy';

export interface AnsweringEnvoy {
  readonly listen: Address;
  readonly admin: Address;
  /** The network filter that speaks HTTP, with {@link answersByItself} as its routes. */
  readonly manager: JsonObject;
  readonly clusters: readonly JsonObject[];
}

/** An Envoy that answers every request that passes its filters by itself: no tool service costs. */
export function answeringBootstrap({ listen, admin, manager, clusters }: AnsweringEnvoy): JsonObject {
  return {
    node: { id: 'bench', cluster: 'bench' },
    admin: { address: socketAddress(admin) },
    static_resources: {
      listeners: [
        {
          name: 'tool-calls',
          address: socketAddress(listen),
          per_connection_buffer_limit_bytes: 1_048_576,
          filter_chains: [{ filters: [manager] }],
        },
      ],
      clusters,
    },
  };
}

/** @param shown request headers, as they are behind all filters, that the answer shows under `x-seen-…` */
export function answersByItself(shown: readonly string[]): JsonObject {
  const answer = { status: 200, body: { inline_string: '{"ok":true}' } };
  return {
    name: 'bench',
    response_headers_to_add: shown.map((name) => ({
      header: { key: `x-seen-${name}`, value: `%REQ(${name})%` },
    })),
    virtual_hosts: [
      {
        name: 'tools',
        domains: ['*'],
        routes: [{ match: { prefix: '/' }, direct_response: answer }],
      },
    ],
  };
}

function socketAddress({ host, port }: Address): JsonObject {
  return { socket_address: { address: host, port_value: port } };
}

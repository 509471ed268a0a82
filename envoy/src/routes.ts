import type { JsonObject } from '@omnia-policy/policy';
import { isIpAddress } from './address.js';
import { UPSTREAM_CLUSTER } from './names.js';
import { duration } from './typed-config.js';
import type { Upstream } from './upstream.js';

/** An SSE answer may be silent for long; a tool that never answers is ended by this too. */
const ROUTE_IDLE_TIMEOUT_MS = 3_600_000;

/** One route: everything to the tool service. A named host is sent as Host, as public services need it. */
export function toolServiceRoutes(upstream: Upstream): JsonObject {
  const named = !isIpAddress(upstream.host) && upstream.host !== 'localhost';
  return {
    name: 'omnia',
    virtual_hosts: [
      {
        name: 'tools',
        domains: ['*'],
        routes: [
          {
            match: { prefix: '/' },
            route: {
              cluster: UPSTREAM_CLUSTER,
              timeout: '0s',
              idle_timeout: duration(ROUTE_IDLE_TIMEOUT_MS),
              ...(named ? { host_rewrite_literal: hostHeader(upstream), append_x_forwarded_host: true } : {}),
            },
          },
        ],
      },
    ],
  };
}

function hostHeader(upstream: Upstream): string {
  const usualPort = upstream.tls === undefined ? 80 : 443;
  return upstream.port === usualPort ? upstream.host : `${upstream.host}:${String(upstream.port)}`;
}

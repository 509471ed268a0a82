import { bearer, claimsConfig, verified } from './claims-request.js';
import { FilterHost, type Header } from './filter-host.js';

const RULES = [
  { claim: 'team', header: 'X-Omnia-Claim-Team' },
  { claim: 'org.region', header: 'X-Omnia-Claim-Region' },
  { claim: 'https://ex.com/roles', header: 'X-Omnia-Claim-Roles' },
  { claim: 'level', header: 'X-Omnia-Claim-Level' },
];
const INJECT = {
  role: 'inject',
  decision: { namespace: 'envoy.filters.http.ext_authz', key: 'inject' },
  removeWithoutDecision: ['x-processed-by'],
};
const PAYLOAD = {
  team: 'support',
  org: { region: 'eu' },
  'https://ex.com/roles': ['a', 'b', 3],
  level: 0.1 + 0.2,
  iat: 1_700_000_000,
};
const DECISION = '{"remove":["x-processed-by"],"set":[["x-processed-by","supp\\u006frt"]]}';

/** Sends mixed requests through both roles and gives the memory's size before (after warming up) and after. */
export function memoryUnderTraffic(requests: number): { beforeBytes: number; afterBytes: number } {
  const host = new FilterHost();
  const claims = host.root(claimsConfig(RULES));
  const inject = host.root(INJECT);
  const headers = requestKinds();
  const large = [bearer(JSON.stringify({ ...PAYLOAD, pad: ['x'.repeat(50_000), { y: 1.5 }] }))];
  const withToken = verified(PAYLOAD);
  const decided = new Map([
    [['metadata', 'filter_metadata', INJECT.decision.namespace, 'inject'].join('\0'), Buffer.from(DECISION)],
  ]);
  const send = (index: number): void => {
    const kind = index % 20 === 0 ? large : (headers[index % headers.length] ?? []);
    host.send(claims, { headers: [...kind], properties: index % 5 === 0 ? new Map() : withToken });
    host.send(inject, { headers: [...kind], properties: index % 3 === 0 ? new Map() : decided });
    host.state.logs.length = 0;
  };
  for (let index = 0; index < 1000; index++) send(index);
  const beforeBytes = host.memoryBytes;
  for (let index = 0; index < requests; index++) send(index);
  return { beforeBytes, afterBytes: host.memoryBytes };
}

function requestKinds(): readonly (readonly Header[])[] {
  const usual: Header[] = [
    [':path', '/v1/orders'],
    [':method', 'POST'],
    ['x-omnia-agent-name', 'support-agent'],
    ['x-omnia-namespace', 'production'],
  ];
  return [
    [...usual, bearer(JSON.stringify(PAYLOAD))],
    [...usual, ['x-omnia-claim-team', 'evil'], ['x-processed-by', 'evil']],
    [...usual, bearer('{"broken":')],
  ];
}

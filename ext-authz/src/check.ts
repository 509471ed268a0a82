import {
  status,
  type handleUnaryCall,
  type Metadata,
  type sendUnaryData,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import {
  decide,
  denialResponse,
  toolCallFromHttp,
  type AgentIdentity,
  type McpDenial,
  type PolicySet,
} from '@omnia-policy/policy';
import type { Logger } from '@omnia-policy/service';
import { randomUUID } from 'node:crypto';
import type { CheckResponse } from './check-response.js';
import { logDecision } from './decision-log.js';
import { decodeRequest } from './decode-request.js';
import { addProxyMetadata } from './proxy-metadata.js';
import type { CheckFailure, DecisionMetrics } from './metrics.js';
import { responseOf } from './response-of.js';
import type { CheckRequest } from './wire/read-check-request.js';

export interface CheckSettings {
  /** What becomes of a request that is no tool call. */
  readonly unmatched: 'allow' | 'deny';
  readonly mcpDenial: McpDenial;
  readonly maxRequestBytes: number;
  /** By what the calling agent is known. */
  readonly agentIdentity: 'header' | 'principal';
  /** Of the mesh, for principals. */
  readonly trustDomain: string;
}

export interface CheckOptions {
  /** The set in force; undefined before the first complete load. */
  readonly policySet: () => PolicySet | undefined;
  readonly settings: CheckSettings;
  readonly logger: Logger;
  readonly metrics: DecisionMetrics;
}

/** The filter's configuration says here how much of a body it buffers, if it does. */
const bodyMetadataKey = 'x-omnia-body';

/**
 * Answers one Check: a decision, or a gRPC error that Envoy takes as "no answer". Nothing here waits, so a call is
 * decided by one policy set.
 */
export function createCheck(options: CheckOptions): handleUnaryCall<CheckRequest, CheckResponse> {
  const { policySet, logger, metrics } = options;
  const fail = (callback: sendUnaryData<CheckResponse>, failure: CheckFailure): void => {
    metrics.fail(failure);
    callback(failures[failure]);
  };
  return (call, callback) => {
    const set = policySet();
    if (set === undefined) {
      fail(callback, 'not-ready');
      return;
    }
    let response: CheckResponse | undefined;
    try {
      response = answer(call, set, options);
    } catch (error) {
      // A bug. The process goes on: one odd request must not keep all others from being decided.
      logger.error({ err: error }, 'check failed');
      fail(callback, 'internal');
      return;
    }
    if (response === undefined) fail(callback, 'malformed-request');
    else callback(null, response);
  };
}

const failures = {
  'not-ready': { code: status.UNAVAILABLE, details: 'no policies are loaded yet' },
  'malformed-request': { code: status.INVALID_ARGUMENT, details: 'the request describes no HTTP request' },
  internal: { code: status.INTERNAL, details: 'the check failed; see the log' },
} as const;

function answer(
  { request: message, metadata }: ServerUnaryCall<CheckRequest, CheckResponse>,
  policySet: PolicySet,
  { settings, logger, metrics }: CheckOptions,
): CheckResponse | undefined {
  const startedMs = performance.now();
  if (settings.agentIdentity === 'principal') addProxyMetadata(message, metadata);
  const request = decodeRequest(message, bufferedBytes(metadata, settings));
  if (request === undefined) return undefined;
  const call = toolCallFromHttp(request, agentIdentityOf(settings, policySet));
  const decision = decide(policySet, call, settings);
  const durationMs = performance.now() - startedMs;
  const decisionId = randomUUID();
  metrics.observeSeconds(durationMs / 1000);
  metrics.record({ decision, call, policySet });
  logDecision(logger, { decision, call, decisionId, durationMs });
  if (decision.outcome === 'allow') return responseOf({ decision, decisionId });
  return responseOf({ decision, decisionId, denial: denialResponse(decision, call, settings.mcpDenial) });
}

const byHeader: AgentIdentity = { kind: 'header' };

function agentIdentityOf({ agentIdentity, trustDomain }: CheckSettings, policySet: PolicySet): AgentIdentity {
  if (agentIdentity === 'header') return byHeader;
  return { kind: agentIdentity, trustDomain, agentsOf: policySet.agentsOf };
}

/** The smaller of what both sides are told; 0 without the mark, and for one that is no number. */
function bufferedBytes(metadata: Metadata, { maxRequestBytes }: CheckSettings): number {
  const byEnvoy = Number(metadata.get(bodyMetadataKey)[0]);
  return byEnvoy > 0 ? Math.min(byEnvoy, maxRequestBytes) : 0;
}

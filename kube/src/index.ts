export * from './kube-object.js';
export * from './resource-kind.js';
export * from './kube-client.js';
export { isKindMissing, isRefusal, KubeApiError } from './kube-api-error.js';
export { createKubeClient, type ConnectedKubeClient, type KubeClientOptions } from './create-kube-client.js';
export { createKubeMetrics, type KubeMetrics } from './kube-metrics.js';
export type { RequestCount, RequestVerb } from './request-counts.js';
export type { CacheChange, CacheHealth, ObjectCache } from './object-cache.js';
export { watchObjects, type WatchObjectsOptions } from './cache/watch-objects.js';
export { waitForSync } from './cache/wait-for-sync.js';
export { WATCH_TIMING, type WatchTiming } from './cache/watch-timing.js';
export { createWorkQueue, type WorkQueue, type WorkQueueOptions } from './work-queue.js';
export { runWhileLeader, type Leadership, type LeadershipOptions } from './leader/run-while-leader.js';
export { LEASE_TIMING, type LeaseTiming } from './leader/lease-timing.js';
export {
  createKubePolicySource,
  type KubePolicySource,
  type KubePolicySourceOptions,
} from './policy-source/kube-policy-source.js';
export { policyDocument, type PolicyBearing } from './policy-source/policy-documents.js';
export type { KindReport, KubeSourceReport } from './policy-source/source-report.js';

export * from './kube-object.js';
export * from './resource-kind.js';
export * from './kube-client.js';
export type { CacheChange, ObjectCache } from './object-cache.js';

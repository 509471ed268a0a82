import { claimsConfiguration, type ClaimsOptions } from '@omnia-policy/envoy';
import type { ObjectRef } from '@omnia-policy/kube';
import type { Owner } from '../istio/metadata.js';
import type { Target } from '../istio/target.js';
import { wasmPlugin } from '../istio/wasm-plugin.js';
import type { DesiredObject } from './plan.js';
import type { PlanSettings } from './settings.js';

interface ClaimsPlugin {
  readonly target: Target;
  readonly settings: PlanSettings;
  /** Empty: all. */
  readonly ports: readonly number[];
  readonly claims: ClaimsOptions;
  readonly mappings?: Parameters<typeof claimsConfiguration>[0];
}

/** The claims role where the module comes from a registry of images; nothing where the EnvoyFilter carries it. */
export function claimsPlugin(ref: ObjectRef, owner: Owner, plugin: ClaimsPlugin): DesiredObject[] {
  const { target, settings, ports, claims, mappings = [] } = plugin;
  const module = settings.wasmModule.oci;
  if (module === undefined) return [];
  const configuration = claimsConfiguration(mappings, claims);
  return [wasmPlugin(ref, owner, { target, module, ports, configuration })];
}

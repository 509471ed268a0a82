import { WASM_PLUGINS, type ObjectRef } from '@omnia-policy/kube';
import type { JsonObject } from '@omnia-policy/policy';
import type { DesiredObject } from '../plan/plan.js';
import { emittedObject } from './emitted-object.js';
import type { Owner } from './metadata.js';
import { policyTarget, type Target } from './target.js';

/** The filter module in a registry of images. */
export interface OciModule {
  /** `oci://registry/repository:tag`, or with a digest. */
  readonly url: string;
  /** Of the module itself, 64 hexadecimal digits: another one is not run. */
  readonly sha256: string;
  readonly imagePullSecret?: string;
}

export interface WasmPlugin {
  readonly target: Target;
  readonly module: OciModule;
  /** Sidecars only: the ports where it runs. Empty: all. */
  readonly ports: readonly number[];
  readonly configuration: JsonObject;
}

/**
 * The claims role for those who publish the module to a registry. It needs istio-agent, which fetches the module and lets
 * the proxy refuse all requests until it has it. Phase AUTHZ: after jwt_authn, whose claims it writes, and before ext_authz.
 */
export function wasmPlugin(ref: ObjectRef, owner: Owner, plugin: WasmPlugin): DesiredObject {
  const { target, module, ports, configuration } = plugin;
  return emittedObject(WASM_PLUGINS, ref, {
    owner,
    spec: {
      ...policyTarget(target),
      url: module.url,
      sha256: module.sha256,
      ...(module.imagePullSecret === undefined ? {} : { imagePullSecret: module.imagePullSecret }),
      phase: 'AUTHZ',
      failStrategy: 'FAIL_CLOSE',
      // Without a mode it runs on calls that the workload makes, too.
      match: [
        { mode: 'SERVER', ...(ports.length === 0 ? {} : { ports: ports.map((number) => ({ number })) }) },
      ],
      pluginConfig: configuration,
    },
  });
}

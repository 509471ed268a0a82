import type { Address } from './address.js';
import type { JwtSettings } from './jwt-authn-filter.js';
import type { Upstream } from './upstream.js';
import type { WasmModule } from './wasm-module.js';

/** All that the Envoy of a local run depends on, save the policies. */
export interface LocalRunSettings {
  readonly listen: Address;
  readonly admin: Address;
  readonly upstream: Upstream;
  readonly jwt: JwtSettings;
  readonly wasmModule: WasmModule;
  readonly extAuthz: {
    /** An IP address and a port. */
    readonly address: Address;
    readonly timeoutMs: number;
    readonly maxRequestBytes: number;
  };
  /** Absolute path of the folder that holds the filters' files; see `localRunFiles`. */
  readonly filterFolder: string;
}

import type { MeshNeeds } from '@omnia-policy/policy';
import { discoveryFile } from './config-discovery.js';
import type { DiscoveryFile } from './config-discovery.js';
import type { LocalRunSettings } from './local-run.js';
import { EXT_AUTHZ_CLUSTER } from './names.js';
import { toolCallFilters } from './tool-call-filters.js';

/**
 * The files of `filterFolder`: what follows the policies while Envoy runs. Equal needs give equal contents, save for
 * the version.
 *
 * @param version shown by Envoy in its configuration dump; say which policies the files were made from.
 */
export function localRunFiles(
  needs: MeshNeeds,
  settings: LocalRunSettings,
  version: string,
): readonly DiscoveryFile[] {
  const { timeoutMs, maxRequestBytes } = settings.extAuthz;
  const filters = toolCallFilters(needs, {
    wasmModule: settings.wasmModule,
    extAuthz: { cluster: EXT_AUTHZ_CLUSTER, timeoutMs, maxRequestBytes },
  });
  return filters.map((filter) => discoveryFile(filter, version));
}

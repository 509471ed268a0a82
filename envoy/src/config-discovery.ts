import type { JsonObject } from '@omnia-policy/policy';
import { typeUrl } from './typed-config.js';
import type { NamedExtension } from './typed-config.js';

/** A file that Envoy reads a filter's configuration from. */
export interface DiscoveryFile {
  /** File name without folder. */
  readonly name: string;
  /** Whole content, JSON. */
  readonly content: string;
}

/**
 * An HTTP filter whose configuration Envoy takes from a file of `folder` (ECDS over the file system) and takes anew
 * whenever a file is renamed into the folder: no listener is drained, open connections use it from the next request on.
 * There is no default configuration on purpose: without a valid file calls are refused with 500, with an invalid
 * change the former configuration stays.
 *
 * @param type full protobuf name of the filter's configuration.
 */
export function discoveredFilter(name: string, type: string, folder: string): JsonObject {
  return {
    name,
    config_discovery: {
      config_source: {
        resource_api_version: 'V3',
        path_config_source: {
          path: `${folder}/${discoveryFileName(name)}`,
          watched_directory: { path: folder },
        },
      },
      type_urls: [typeUrl(type)],
    },
  };
}

/**
 * The file for {@link discoveredFilter}: a DiscoveryResponse with the filter's configuration. Write it under another
 * name on the same file system and rename it, so that Envoy never reads half of it.
 */
export function discoveryFile(filter: NamedExtension, version: string): DiscoveryFile {
  const response = {
    version_info: version,
    resources: [{ '@type': typeUrl('envoy.config.core.v3.TypedExtensionConfig'), ...filter }],
  };
  return { name: discoveryFileName(filter.name), content: JSON.stringify(response) };
}

function discoveryFileName(filterName: string): string {
  return `${filterName}.json`;
}

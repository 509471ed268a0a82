import type { ListenAddress } from '@omnia-policy/service';
import { httpGet } from './http-get.js';

/** What Envoy counted of one filter's file, since it started. */
export interface FilterState {
  /** `version_info` of the file that it last read without complaint; empty before the first. */
  readonly version: string;
  /** Files that the filter refused or that are no configuration. */
  readonly refusals: number;
  /** Configurations that reached all workers, refused ones too. */
  readonly reloads: number;
}

/** Filter name → its state. */
export type FilterStates = ReadonlyMap<string, FilterState>;

/**
 * Asks for the states whenever it is called. While Envoy gives no answer they are those that were seen last, none before
 * its start: a refusal that was once seen must never look new.
 */
export function filterStatesReader(admin: ListenAddress): () => Promise<FilterStates> {
  let seen: FilterStates = new Map();
  return async () => (seen = await readFilterStates(admin).catch(() => seen));
}

/**
 * Asks Envoy's administration. Its counters are asked, not `/config_dump`, which shows a refused configuration as if it
 * were in force. All states are of one moment.
 */
async function readFilterStates(admin: ListenAddress): Promise<FilterStates> {
  const { text } = await httpGet(admin, '/stats?filter=extension_config_discovery');
  const stats = new Map(
    [...text.matchAll(/http_filter\.(\S+): (.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const number = (name: string): number => Number(stats.get(name) ?? 0);
  const suffix = '.version_text';
  const filters = [...stats.keys()]
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));
  return new Map(
    filters.map((filter) => [
      filter,
      {
        version: (stats.get(filter + suffix) ?? '').replaceAll('"', ''),
        refusals: number(`${filter}.update_rejected`) + number(`${filter}.update_failure`),
        reloads: number(`${filter}.config_reload`),
      },
    ]),
  );
}

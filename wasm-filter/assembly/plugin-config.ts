import { Arena } from './arena';
import { ClaimsConfig, claimsConfig } from './claims-config';
import { configMistake, configProblem, forgetConfigProblem, requiredText, shown } from './config-fields';
import { InjectConfig, injectConfig } from './inject-config';
import { JSON_OBJECT, JsonNode } from './json-node';
import { jsonProblem, jsonProblemOffset, readJson } from './json-reader';
import { Slice, equalsText } from './slice';

/** One root context's configuration; it and everything in it lives in its arena. Exactly one role is set. */
@unmanaged
export class PluginConfig {
  claims: ClaimsConfig | null = null;
  inject: InjectConfig | null = null;

  constructor(private arena: Arena) {}

  free(): void {
    this.arena.free();
    heap.free(changetype<usize>(this));
  }
}

/** Larger configurations are not read: what is made of one takes several times its size of the module's memory. */
export const MAX_CONFIG_BYTES: u32 = 1_048_576;

const MAX_ROLE_BYTES: u32 = 64;

/** Reads a configuration that lies in `arena`, the arena in use. Null after a mistake, see configProblem(). */
export function pluginConfig(text: Slice, arena: Arena): PluginConfig | null {
  forgetConfigProblem();
  const document = readJson(text);
  if (!document) {
    configMistake('', 'is not JSON: ' + jsonProblem() + ' (byte ' + jsonProblemOffset(text).toString() + ')');
    return null;
  }
  const config = new PluginConfig(arena);
  readRole(config, document);
  if (configProblem().length == 0) return config;
  heap.free(changetype<usize>(config));
  return null;
}

function readRole(config: PluginConfig, document: JsonNode): void {
  if (document.kind != JSON_OBJECT) return configMistake('', 'must be an object');
  const role = requiredText(document, '', 'role', MAX_ROLE_BYTES);
  if (!role) return;
  if (equalsText(role, 'claims')) config.claims = claimsConfig(document);
  else if (equalsText(role, 'inject')) config.inject = injectConfig(document);
  else configMistake('role', shown(role) + ' is unknown; known are claims, inject');
}

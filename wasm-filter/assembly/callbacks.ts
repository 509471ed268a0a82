import { Arena, alloc, useArena, useRequestArena } from './arena';
import { claimsOnHeaders, claimsOnTrailers } from './claims-role';
import { configProblem } from './config-fields';
import { ContextTable } from './context-table';
import { logError, pluginConfiguration, refuseRequest } from './host';
import { injectOnHeaders, injectOnTrailers } from './inject-role';
import { MAX_CONFIG_BYTES, PluginConfig, pluginConfig } from './plugin-config';

/** The callbacks of proxy-wasm ABI 0.2.1 that this module answers. They only translate; the roles do the work. */

/** Root context to address of its PluginConfig, 0 without a valid one. One VM serves several roots. */
const roots = new ContextTable();
/** Stream to root context. */
const streams = new ContextTable();

const NOT_CONFIGURED = 'the filter has no valid configuration';

/** Its presence tells the host which ABI this is. */
export function proxy_abi_version_0_2_1(): void {}

/** Memory for what the host hands over; it lives as long as the arena in use. */
export function proxy_on_memory_allocate(bytes: u32): usize {
  return alloc(bytes);
}

export function proxy_on_context_create(context: u32, parent: u32): void {
  if (parent == 0) roots.set(context, 0);
  else streams.set(context, parent);
}

export function proxy_on_configure(root: u32, bytes: u32): u32 {
  dropConfig(root);
  const problem = configure(root, bytes);
  useRequestArena();
  if (problem.length == 0) return 1;
  logError('configuration refused: ' + problem);
  return 0;
}

export function proxy_on_request_headers(context: u32, headers: u32, endOfStream: u32): u32 {
  useRequestArena();
  const config = configOf(context);
  if (!config) return refuseRequest(NOT_CONFIGURED);
  const claims = config.claims;
  if (claims) return claimsOnHeaders(claims);
  const inject = config.inject;
  return inject ? injectOnHeaders(inject) : refuseRequest(NOT_CONFIGURED);
}

export function proxy_on_request_trailers(context: u32, trailers: u32): u32 {
  useRequestArena();
  const config = configOf(context);
  if (!config) return refuseRequest(NOT_CONFIGURED);
  if (config.claims) return claimsOnTrailers();
  const inject = config.inject;
  return inject ? injectOnTrailers(inject) : refuseRequest(NOT_CONFIGURED);
}

export function proxy_on_delete(context: u32): void {
  if (!roots.has(context)) return streams.delete(context);
  dropConfig(context);
  roots.delete(context);
}

function configOf(stream: u32): PluginConfig | null {
  return changetype<PluginConfig | null>(<usize>roots.get(streams.get(stream)));
}

function dropConfig(root: u32): void {
  const config = changetype<PluginConfig | null>(<usize>roots.get(root));
  roots.set(root, 0);
  if (config) config.free();
}

/** The empty string, or what is wrong. Until all is well the root has no configuration and its requests get 503. */
function configure(root: u32, bytes: u32): string {
  if (bytes == 0) return 'configuration: is missing';
  if (bytes > MAX_CONFIG_BYTES)
    return 'configuration: is larger than ' + MAX_CONFIG_BYTES.toString() + ' bytes';
  const arena = new Arena();
  useArena(arena);
  const text = pluginConfiguration(bytes);
  const config = text ? pluginConfig(text, arena) : null;
  if (config) {
    roots.set(root, <u32>changetype<usize>(config));
    return '';
  }
  arena.free();
  return text ? configProblem() : 'configuration: the host does not hand it over';
}

import type { Header, HostState } from './filter-host.js';
import { type HostMemory, parsedPairs, serializedPairs } from './host-memory.js';

const OK = 0;
const NOT_FOUND = 1;
const BAD_ARGUMENT = 2;
const PLUGIN_CONFIGURATION = 7;

type Hostcall = (args: readonly number[], memory: HostMemory, state: HostState) => number;

function at(args: readonly number[], index: number): number {
  const value = args[index];
  if (value === undefined) throw new Error(`hostcall without argument ${index}`);
  return value;
}

function text(args: readonly number[], index: number, memory: HostMemory): string {
  return memory.text(at(args, index), at(args, index + 1));
}

function mapOf(args: readonly number[], state: HostState): 'headers' | 'trailers' {
  const map = at(args, 0);
  if (map === 0) return 'headers';
  if (map === 1) return 'trailers';
  throw new Error(`the filter has no business with header map ${map} of ${state.calls.length} calls`);
}

function without(headers: readonly Header[], name: string): Header[] {
  return headers.filter(([other]) => other.toLowerCase() !== name.toLowerCase());
}

/** The proxy's side of each hostcall, over the recorded state. */
export const hostcalls = {
  proxy_log: (args, memory, state) => {
    state.logs.push({ level: at(args, 0), message: text(args, 1, memory) });
    return OK;
  },
  proxy_get_buffer_bytes: (args, memory, state) => {
    if (at(args, 0) !== PLUGIN_CONFIGURATION) return BAD_ARGUMENT;
    const content = state.configuration.subarray(at(args, 1), at(args, 1) + at(args, 2));
    return memory.give(content, at(args, 3), at(args, 4));
  },
  proxy_get_property: (args, memory, state) => {
    const path = text(args, 0, memory);
    const value = state.request.properties.get(path) ?? state.properties.get(path);
    return value ? memory.give(value, at(args, 2), at(args, 3)) : NOT_FOUND;
  },
  proxy_get_header_map_pairs: (args, memory, state) =>
    memory.give(
      state.rawPairs ?? serializedPairs(state.request[mapOf(args, state)]),
      at(args, 1),
      at(args, 2),
    ),
  proxy_remove_header_map_value: (args, memory, state) => {
    const map = mapOf(args, state);
    state.request[map] = without(state.request[map], text(args, 1, memory));
    return OK;
  },
  proxy_replace_header_map_value: (args, memory, state) => {
    const map = mapOf(args, state);
    const name = text(args, 1, memory).toLowerCase();
    state.request[map] = [...without(state.request[map], name), [name, text(args, 3, memory)]];
    return OK;
  },
  proxy_send_local_response: (args, memory, state) => {
    const headers = parsedPairs(memory.bytes(at(args, 5), at(args, 6)));
    state.response = { status: at(args, 0), body: text(args, 3, memory), headers };
    return OK;
  },
} satisfies Record<string, Hostcall>;

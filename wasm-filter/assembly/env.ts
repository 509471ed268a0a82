/**
 * The hostcalls of proxy-wasm ABI 0.2.1 that this module uses. The compiler takes the import module's name from the
 * name of this file, and proxy-wasm wants `env`. Only host.ts imports it.
 *
 * Every function answers a status, 0 for success; out-parameters are addresses of 4-byte slots.
 */
export declare function proxy_log(level: u32, message: usize, messageBytes: usize): u32;

export declare function proxy_get_buffer_bytes(
  buffer: u32,
  offset: u32,
  maxBytes: u32,
  outData: usize,
  outBytes: usize,
): u32;

export declare function proxy_get_property(
  path: usize,
  pathBytes: usize,
  outData: usize,
  outBytes: usize,
): u32;

export declare function proxy_get_header_map_pairs(map: u32, outData: usize, outBytes: usize): u32;

export declare function proxy_remove_header_map_value(map: u32, name: usize, nameBytes: usize): u32;

export declare function proxy_replace_header_map_value(
  map: u32,
  name: usize,
  nameBytes: usize,
  value: usize,
  valueBytes: usize,
): u32;

export declare function proxy_send_local_response(
  statusCode: u32,
  details: usize,
  detailsBytes: usize,
  body: usize,
  bodyBytes: usize,
  headerPairs: usize,
  headerPairsBytes: usize,
  grpcStatus: i32,
): u32;

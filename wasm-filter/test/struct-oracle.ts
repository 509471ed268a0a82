import { JWT } from './claims-request.js';

/**
 * A second, plain reading of what the filter does with metadata, for comparison: as slow and simple as it can be.
 * Malformed bytes throw.
 */
interface Field {
  readonly number: number;
  readonly wireType: number;
  readonly content: Buffer;
}

class Malformed extends Error {}

/** The header value for claim `name` without a token text, or undefined. */
export function expectedClaim(metadata: Buffer, name: string): string | undefined {
  try {
    const filter = lookup(metadata, JWT.namespace);
    const payload = filter && lookup(filter, JWT.key);
    const value = payload && oneof(payload);
    return value?.number === 5 ? headerText(find(value.content, name)) : undefined;
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function find(struct: Buffer, rest: string): Field | undefined {
  const entries = new Map(mapEntries(struct));
  const prefixes = rest.split('.').map((_, index, parts) => parts.slice(0, parts.length - index).join('.'));
  // A malformed value on the way makes the answer uncertain, so the filter gives none.
  for (const [key, value] of mapEntries(struct)) if (prefixes.includes(key)) oneof(value);
  const whole = entries.get(rest);
  if (whole) return oneof(whole);
  for (const prefix of prefixes.slice(1)) {
    const value = lastObject(struct, prefix);
    if (value) return find(value, rest.slice(prefix.length + 1));
  }
  return undefined;
}

/** Of doubled keys that lead on, the last one that holds an object. */
function lastObject(struct: Buffer, key: string): Buffer | undefined {
  const objects = mapEntries(struct)
    .filter(([other]) => other === key)
    .map(([, value]) => oneof(value))
    .filter((value) => value?.number === 5);
  return objects.at(-1)?.content;
}

function headerText(value: Field | undefined): string | undefined {
  if (value?.number !== 6) return value && scalarText(value);
  const texts = fields(value.content)
    .filter((field) => field.number === 1 && field.wireType === 2)
    .map((field) => oneof(field.content))
    .map((element) => element && scalarText(element));
  const plain = texts.filter((text) => text !== undefined && !text.includes(','));
  return plain.length === texts.length && texts.length > 0 ? plain.join(',') : undefined;
}

function scalarText({ number, content }: Field): string | undefined {
  if (number === 2) return JSON.stringify(content.readDoubleLE()).replace('null', '') || undefined;
  if (number === 4) return content.some((byte) => byte % 0x80 !== 0) ? 'true' : 'false';
  if (number !== 3) return undefined;
  const text = content.toString().replace(/^[ \t]+|[ \t]+$/g, '');
  const plain = [...Buffer.from(text)].every((byte) => byte >= 0x20 && byte !== 0x7f);
  return plain && Buffer.from(content.toString()).equals(content) ? text : undefined;
}

/** The last member of the oneof in a google.protobuf.Value. */
function oneof(value: Buffer): Field | undefined {
  const wireTypes: readonly (number | undefined)[] = [undefined, 0, 1, 2, 0, 2, 2];
  return fields(value).findLast((field) => wireTypes[field.number] === field.wireType);
}

function lookup(map: Buffer, key: string): Buffer | undefined {
  return new Map(mapEntries(map)).get(key);
}

/** Keys as latin1, so that broken UTF-8 stays different from every name. */
function mapEntries(message: Buffer): [key: string, value: Buffer][] {
  return fields(message)
    .filter((field) => field.number === 1 && field.wireType === 2)
    .map(({ content }) => {
      const entry = fields(content).filter((field) => field.wireType === 2);
      const key = entry.findLast((field) => field.number === 1)?.content.toString('latin1') ?? '';
      return [key, entry.findLast((field) => field.number === 2)?.content ?? Buffer.alloc(0)];
    });
}

function fields(message: Buffer): Field[] {
  const found: Field[] = [];
  let at = 0;
  const take = (size: number): Buffer => {
    if (size > message.length - at) throw new Malformed('beyond the end');
    at += size;
    return message.subarray(at - size, at);
  };
  const varint = (): Buffer => {
    const start = at;
    while ((take(1)[0] ?? 0) >= 0x80) if (at - start === 10) throw new Malformed('varint too long');
    return message.subarray(start, at);
  };
  while (at < message.length) {
    const tag = varintValue(varint());
    const wireType = Number(tag & 7n);
    const number = Number(tag >> 3n);
    if (number === 0 || tag >= 2n ** 32n) throw new Malformed('bad tag');
    if (wireType === 0) found.push({ number, wireType, content: varint() });
    else if (wireType === 1) found.push({ number, wireType, content: take(8) });
    else if (wireType === 2) found.push({ number, wireType, content: take(Number(varintValue(varint()))) });
    else if (wireType === 5) take(4);
    else throw new Malformed('unknown wire type');
  }
  return found;
}

function varintValue(bytes: Buffer): bigint {
  const value = [...bytes].reduce((sum, byte, index) => sum | (BigInt(byte & 0x7f) << BigInt(7 * index)), 0n);
  return BigInt.asUintN(64, value);
}

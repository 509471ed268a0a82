import { chargeText } from '../budget.js';

const SURROGATE = /[\ud800-\udfff]/;

/** CEL counts text in code points. Never spreads the text into an array just to count. */
export function codePointCount(text: string): number {
  chargeText(text.length);
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (let i = 0; i < text.length; i += unitsAt(text, i)) count++;
  return count;
}

/** UTF-16 offset of the code point with that index; undefined beyond the end. The end itself has an offset. */
export function unitOffset(text: string, index: number): number | undefined {
  chargeText(text.length);
  if (index < 0 || index > text.length) return undefined;
  if (!SURROGATE.test(text)) return index;
  let offset = 0;
  for (let i = 0; i < index; i++) {
    if (offset >= text.length) return undefined;
    offset += unitsAt(text, offset);
  }
  return offset;
}

/** Index, in code points, of a UTF-16 offset. */
export function codePointIndex(text: string, offset: number): number {
  return codePointCount(text.slice(0, offset));
}

function unitsAt(text: string, offset: number): number {
  return (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
}

import { Big } from './big';
import { exactPower10, exponent, isPowerOfTwo, significand } from './binary64';
import { Slice } from './slice';

/** More significant digits than any sensible number has; the exact comparison below is bounded by it. */
const MAX_DIGITS: u32 = 64;
const MAX_EXPONENT: i32 = 400;

/**
 * Whether a number in JSON spelling reads as exactly the double `value` (round to nearest, ties to even). Answers false
 * too when the spelling has more than 64 significant digits: the caller then falls back to the double's own notation.
 */
export function readsAs(spelling: Slice, value: f64): bool {
  if (!isFinite(value)) return false;
  const negative = spelling.at(0) == 0x2d;
  if (negative != reinterpret<i64>(value) < 0 && value != 0) return false;
  const magnitude = abs(value);
  if (!parse(spelling, negative ? 1 : 0)) return false;
  if (digitCount == 0) return magnitude == 0;
  if (abs(power10) > MAX_EXPONENT) return false;
  if (digitCount <= 15 && abs(power10) <= 22) {
    const digits = <f64>small;
    const power = exactPower10(abs(power10));
    return (power10 < 0 ? digits / power : digits * power) == magnitude;
  }
  return isNearest(magnitude);
}

/** The parsed number is `digits * 10^power10`; `digits` has `digitCount` digits without zeros in front. */
let digits: Big = changetype<Big>(0);
let small: u64 = 0;
let digitCount: u32 = 0;
let power10: i32 = 0;

function parse(spelling: Slice, from: usize): bool {
  digits = Big.of(0);
  small = 0;
  digitCount = 0;
  power10 = 0;
  let afterPoint = false;
  for (let i = from; i < spelling.size; i++) {
    const byte = spelling.at(i);
    if (byte == 0x2e) {
      afterPoint = true;
    } else if ((byte | 0x20) == 0x65) {
      power10 += parseExponent(spelling, i + 1);
      return true;
    } else {
      if (afterPoint) power10--;
      if (byte != 0x30 || digitCount > 0) addDigit(byte - 0x30);
      if (digitCount > MAX_DIGITS) return false;
    }
  }
  return true;
}

function addDigit(digit: u32): void {
  digitCount++;
  small = small * 10 + digit;
  digits.multiply(10, digit);
}

/** Saturates far outside the range of a double. */
function parseExponent(spelling: Slice, from: usize): i32 {
  let at = from;
  const sign = spelling.at(at);
  if (sign == 0x2b || sign == 0x2d) at++;
  let value: i32 = 0;
  for (; at < spelling.size; at++) value = min(value * 10 + (spelling.at(at) - 0x30), 100_000);
  return sign == 0x2d ? -value : value;
}

/** Compares with the middles between `value` and its two neighbours; a middle belongs to the even significand. */
function isNearest(value: f64): bool {
  const even = (significand(value) & 1) == 0;
  const below =
    value == 0 ? -1 : compareToMiddle(4 * significand(value) - (isPowerOfTwo(value) ? 1 : 2), value);
  const above = compareToMiddle(4 * significand(value) + 2, value);
  const aboveLower = value == 0 || (even ? below >= 0 : below > 0);
  return aboveLower && (even ? above <= 0 : above < 0);
}

/** The parsed number compared with `quarters * 2^(exponent(value) - 2)`. */
function compareToMiddle(quarters: u64, value: f64): i32 {
  const power2 = exponent(value) - 2;
  const left = digits.plus(Big.of(0));
  const right = Big.of(quarters);
  if (power10 >= 0) left.multiplyPower10(power10);
  else right.multiplyPower10(-power10);
  if (power2 >= 0) right.shiftLeft(power2);
  else left.shiftLeft(-power2);
  return left.compare(right);
}

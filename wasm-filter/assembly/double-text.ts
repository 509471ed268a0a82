import { alloc } from './arena';
import { Big } from './big';
import { exactPower10, exponent, isPowerOfTwo, significand } from './binary64';
import { Slice, slice, sliceOf } from './slice';

/** The longest: sign, 17 digits, point, `e-324`; or 21 digits; or `0.000000` before 17 digits. */
const MAX_TEXT_BYTES: usize = 32;
const LOG10_OF_2: f64 = 0.30102999566398114;

/** The text is `0.<digits> * 10^pointAt`. */
let digits: usize = 0;
let digitCount: i32 = 0;
let pointAt: i32 = 0;

/**
 * The shortest decimal that reads as `value` again, written as JavaScript's JSON.stringify writes it. Null for infinities
 * and NaN, which have no JSON form.
 */
export function doubleText(value: f64): Slice | null {
  if (!isFinite(value)) return null;
  if (value == 0) return sliceOf('0');
  digits = alloc(MAX_TEXT_BYTES);
  digitCount = 0;
  const magnitude = abs(value);
  if (!shortDigits(magnitude)) shortestDigits(magnitude);
  return written(value < 0);
}

/**
 * Numbers of at most 15 digits with at most six of them after the point. Two decimals of up to 15 digits never share
 * a double, so the one found is the shortest.
 */
function shortDigits(value: f64): bool {
  if (value >= 1e15 || value < 1e-6) return false;
  for (let decimals = 0; decimals <= 6; decimals++) {
    const scaled = nearest(value * exactPower10(decimals));
    if (scaled >= 1e15) return false;
    if (scaled / exactPower10(decimals) == value) {
      setDigits(<u64>scaled, decimals);
      return true;
    }
  }
  return false;
}

function setDigits(integer: u64, decimals: i32): void {
  let left = integer;
  let count = 0;
  for (let rest = integer; rest > 0; rest /= 10) count++;
  pointAt = count - decimals;
  digitCount = count;
  for (let i = count - 1; i >= 0; i--) {
    store<u8>(digits + i, 0x30 + <u8>(left % 10));
    left /= 10;
  }
  while (digitCount > 1 && load<u8>(digits + digitCount - 1) == 0x30) digitCount--;
}

/**
 * Digit generation after Steele and White with exact arithmetic: value = rest / unit, and the digits end as soon as what
 * is left is within half the distance to a neighbouring double.
 */
function shortestDigits(value: f64): void {
  const even = (significand(value) & 1) == 0;
  const wider: u32 = isPowerOfTwo(value) ? 1 : 0;
  const power2 = exponent(value);
  const rest = Big.of(significand(value)).shiftLeft(<u32>max(power2, 0) + 1 + wider);
  const unit = Big.of(1).shiftLeft(<u32>max(-power2, 0) + 1 + wider);
  const low = Big.of(1).shiftLeft(<u32>max(power2, 0));
  const high = Big.of(1).shiftLeft(<u32>max(power2, 0) + wider);
  const bits = 64 - <i32>clz(significand(value));
  pointAt = <i32>Math.ceil(<f64>(power2 + bits - 1) * LOG10_OF_2 - 1e-10);
  scale(rest, unit, low, high);
  if (reaches(rest, high, unit, even)) pointAt++;
  else scaleBy10(rest, low, high);
  generate(rest, unit, low, high, even);
}

/** Divides rest, low and high by 10^pointAt, in effect. */
function scale(rest: Big, unit: Big, low: Big, high: Big): void {
  if (pointAt >= 0) {
    unit.multiplyPower10(pointAt);
  } else {
    rest.multiplyPower10(-pointAt);
    low.multiplyPower10(-pointAt);
    high.multiplyPower10(-pointAt);
  }
}

function scaleBy10(rest: Big, low: Big, high: Big): void {
  rest.multiply(10);
  low.multiply(10);
  high.multiply(10);
}

function reaches(rest: Big, high: Big, unit: Big, even: bool): bool {
  const order = rest.plus(high).compare(unit);
  return even ? order >= 0 : order > 0;
}

function generate(rest: Big, unit: Big, low: Big, high: Big, even: bool): void {
  while (true) {
    let digit: u8 = 0;
    while (rest.compare(unit) >= 0) {
      rest.subtract(unit);
      digit++;
    }
    const order = rest.compare(low);
    const down = even ? order <= 0 : order < 0;
    const up = reaches(rest, high, unit, even);
    if (down || up) {
      if (up && (!down || roundsUp(rest, unit, digit))) digit++;
      push(digit);
      return;
    }
    push(digit);
    scaleBy10(rest, low, high);
  }
}

function roundsUp(rest: Big, unit: Big, digit: u8): bool {
  const order = rest.plus(rest).compare(unit);
  return order > 0 || (order == 0 && (digit & 1) == 1);
}

function push(digit: u8): void {
  store<u8>(digits + digitCount, 0x30 + digit);
  digitCount++;
}

let out: usize = 0;

function written(negative: bool): Slice {
  const start = alloc(MAX_TEXT_BYTES);
  out = start;
  if (negative) write(0x2d);
  if (pointAt > 21 || pointAt <= -6) {
    writeScientific();
  } else if (pointAt <= 0) {
    write(0x30);
    write(0x2e);
    for (let i = pointAt; i < 0; i++) write(0x30);
    for (let i = 0; i < digitCount; i++) write(load<u8>(digits + i));
  } else {
    for (let i = 0; i < max(digitCount, pointAt); i++) {
      if (i == pointAt) write(0x2e);
      write(i < digitCount ? load<u8>(digits + i) : 0x30);
    }
  }
  return slice(start, out - start);
}

function writeScientific(): void {
  for (let i = 0; i < digitCount; i++) {
    if (i == 1) write(0x2e);
    write(load<u8>(digits + i));
  }
  const power = pointAt - 1;
  write(0x65);
  write(power < 0 ? 0x2d : 0x2b);
  const size = abs(power);
  if (size >= 100) write(0x30 + <u8>(size / 100));
  if (size >= 10) write(0x30 + <u8>((size / 10) % 10));
  write(0x30 + <u8>(size % 10));
}

function write(byte: u8): void {
  store<u8>(out, byte);
  out++;
}

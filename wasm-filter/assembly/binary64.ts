/** A finite positive double is significand(d) * 2^exponent(d), exactly. */
export function significand(value: f64): u64 {
  const bits = reinterpret<u64>(value);
  const fraction = bits & 0x000f_ffff_ffff_ffff;
  return ((bits >> 52) & 0x7ff) == 0 ? fraction : fraction | 0x0010_0000_0000_0000;
}

export function exponent(value: f64): i32 {
  const biased = <i32>((reinterpret<u64>(value) >> 52) & 0x7ff);
  return max(biased, 1) - 1075;
}

/** Whether the next smaller double is only half as far away as the next larger one. */
export function isPowerOfTwo(value: f64): bool {
  const bits = reinterpret<u64>(value);
  return (bits & 0x000f_ffff_ffff_ffff) == 0 && ((bits >> 52) & 0x7ff) > 1;
}

/** 10^n for n up to 22, the powers of ten that a double holds exactly. */
export function exactPower10(n: i32): f64 {
  let power: f64 = 1;
  for (let i = 0; i < n; i++) power *= 10;
  return power;
}

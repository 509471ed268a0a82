/** The address after the JSON number at `from`, or 0 when there is none. */
export function numberEnd(from: usize, end: usize): usize {
  let at = from;
  if (at < end && load<u8>(at) == 0x2d) at++;
  const integer = at;
  at = digitsEnd(at, end);
  if (at == integer) return 0;
  if (load<u8>(integer) == 0x30 && at != integer + 1) return 0;
  if (at < end && load<u8>(at) == 0x2e) {
    const fraction = at + 1;
    at = digitsEnd(fraction, end);
    if (at == fraction) return 0;
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at++;
    if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == 0x2d)) at++;
    const exponent = at;
    at = digitsEnd(exponent, end);
    if (at == exponent) return 0;
  }
  return at;
}

function digitsEnd(from: usize, end: usize): usize {
  let at = from;
  while (at < end && <u8>(load<u8>(at) - 0x30) <= 9) at++;
  return at;
}

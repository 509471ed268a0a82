import { alloc } from './arena';

/** 4096 bits: a double's extremes times 64 decimal digits stay below 3,000 bits. */
const MAX_LIMBS: u32 = 128;

/** A natural number of any size that comparing and printing doubles needs, little-endian in 32-bit limbs. */
@unmanaged
export class Big {
  private size: u32;
  private limbs: usize;

  static of(value: u64): Big {
    const big = changetype<Big>(alloc(offsetof<Big>()));
    big.limbs = alloc(MAX_LIMBS * 4);
    big.size = 0;
    if (value != 0) big.push(<u32>value);
    if (value >> 32 != 0) big.push(<u32>(value >> 32));
    return big;
  }

  private limb(index: u32): u64 {
    return index < this.size ? <u64>load<u32>(this.limbs + ((<usize>index) << 2)) : 0;
  }

  private setLimb(index: u32, value: u64): void {
    store<u32>(this.limbs + ((<usize>index) << 2), <u32>value);
  }

  private push(value: u32): void {
    if (this.size >= MAX_LIMBS) unreachable();
    this.setLimb(this.size, value);
    this.size++;
  }

  /** this = this * factor + summand */
  multiply(factor: u32, summand: u32 = 0): Big {
    let carry: u64 = summand;
    for (let i: u32 = 0; i < this.size; i++) {
      carry += this.limb(i) * factor;
      this.setLimb(i, carry);
      carry >>= 32;
    }
    if (carry != 0) this.push(<u32>carry);
    return this;
  }

  /** this = this * 10^exponent */
  multiplyPower10(exponent: u32): Big {
    let left = exponent;
    while (left >= 9) {
      this.multiply(1_000_000_000);
      left -= 9;
    }
    while (left > 0) {
      this.multiply(10);
      left--;
    }
    return this;
  }

  /** this = this * 2^bits */
  shiftLeft(bits: u32): Big {
    let left = bits;
    while (left >= 31) {
      this.multiply(0x8000_0000);
      left -= 31;
    }
    return this.multiply(1 << left);
  }

  plus(other: Big): Big {
    const sum = Big.of(0);
    let carry: u64 = 0;
    const size = max(this.size, other.size);
    for (let i: u32 = 0; i < size; i++) {
      carry += this.limb(i) + other.limb(i);
      sum.push(<u32>carry);
      carry >>= 32;
    }
    if (carry != 0) sum.push(<u32>carry);
    return sum;
  }

  /** this = this - other, which is not larger. */
  subtract(other: Big): void {
    let borrow: i64 = 0;
    for (let i: u32 = 0; i < this.size; i++) {
      borrow += <i64>this.limb(i) - <i64>other.limb(i);
      this.setLimb(i, <u64>borrow);
      borrow >>= 32;
    }
    while (this.size > 0 && this.limb(this.size - 1) == 0) this.size--;
  }

  /** Below, equal to or above zero as this is below, equal to or above `other`. */
  compare(other: Big): i32 {
    if (this.size != other.size) return this.size < other.size ? -1 : 1;
    for (let i = this.size; i > 0; i--) {
      const mine = this.limb(i - 1);
      const theirs = other.limb(i - 1);
      if (mine != theirs) return mine < theirs ? -1 : 1;
    }
    return 0;
  }
}

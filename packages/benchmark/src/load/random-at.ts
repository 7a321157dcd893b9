/** Random numbers by index instead of in sequence, so that every process of a benchmark finds the same ones. */

/** 0 ≤ x < 1; the same for the same seed and index. The mixing is the finalizer of MurmurHash3 (A. Appleby, public domain). */
export function randomAt(seed: number, index: number): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca77);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * Rendezvous (highest random weight) hashing: every caller picks the same instance for a key, and an instance that
 * joins or leaves moves only its own share of the keys.
 *
 * Source: Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN 6(1), 1998.
 */

/** 32-bit FNV-1a over the characters' low bytes; ids are ASCII. */
export function hashString(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Mixes two hashes into a weight (the finalizer of MurmurHash3, public domain). */
function weight(instanceHash: number, keyHash: number): number {
  let mixed = instanceHash ^ Math.imul(keyHash, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

export interface Candidate {
  readonly id: string;
  /** `hashString(id)`, computed once per instance. */
  readonly hash: number;
}

/** The instance for `key`, or undefined when there is none. */
export function chooseByRendezvous<T extends Candidate>(key: string, candidates: readonly T[]): T | undefined {
  const keyHash = hashString(key);
  let best: T | undefined;
  let bestWeight = -1;
  for (const candidate of candidates) {
    const candidateWeight = weight(candidate.hash, keyHash);
    if (candidateWeight > bestWeight) {
      best = candidate;
      bestWeight = candidateWeight;
    }
  }
  return best;
}

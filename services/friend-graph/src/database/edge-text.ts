/** Reads grants and ends that PostgreSQL has written as text: rows of their own would cost ten times the CPU. */
import type { Grant } from '@nearby-friends/protocol';

/** `kind`: `e` for exact, else approximate; hidden ones are not read. */
export function grantOfText(kind: string | undefined, until: string | undefined): Grant {
  return { precision: kind === 'e' ? 'exact' : 'approximate', until: timeOfText(until) };
}

/** ms since the epoch; `-` stands for no end. */
export function timeOfText(text: string | undefined): number | null {
  return text === '-' ? null : Number(text);
}

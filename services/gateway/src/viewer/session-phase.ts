/** The phases of a session, from its connection to its end. */
import type { Position } from '@nearby-friends/protocol';

/** A place, and when it was reported (ms on Redis' clock). */
export interface OwnPosition {
  lat: number;
  lng: number;
  at: number;
}

/**
 * waiting (no position yet) → opening (reading the active friends) → live (the client holds a list) → closed, from any.
 * A live session that is opened again after a loss of messages stays live. `report` is the last position as the phone
 * sent it, to be recorded again if Redis has lost it.
 */
export type SessionPhase =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'opening'; readonly own: OwnPosition; report: Position }
  | { readonly kind: 'live'; readonly own: OwnPosition; report: Position }
  | { readonly kind: 'closed' };

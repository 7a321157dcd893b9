/** A viewer's edges as one text, written by PostgreSQL: separate rows would cost ten times the CPU at every hop. */
import { z } from 'zod';
import type { Grant } from './grant.ts';
import type { Sharing } from './sharing.ts';
import type { UserId } from './user-id.ts';

/** A viewer's grant for one subject, and whether the subject is paused. */
export interface StatedEdge {
  readonly subject: UserId;
  readonly grant: Grant;
  /** Version of the grant, see `graphVersionSchema`. */
  readonly version: number;
  /** Null when the subject has never paused. */
  readonly sharing: { readonly sharing: Sharing; readonly version: number } | null;
}

const TIME = '(?:-|\\d{1,16})';
const VERSION = '\\d{1,16}';
const EDGE = `[A-Za-z0-9_-]{1,64} [ea] ${VERSION} ${TIME}(?: [tf] ${VERSION} ${TIME})?`;

/**
 * Edges separated by commas, their fields by spaces; ids contain neither:
 * `subject precision(e|a) version until [paused(t|f) pauseVersion pauseUntil]`, times in ms since the epoch, `-` for no
 * end. Hidden edges are omitted.
 */
export const edgeTextSchema = z.string().regex(new RegExp(`^(?:${EDGE}(?:,(?!$)|$))*$`), 'must be edges');

/** Parses a text that {@link edgeTextSchema} has accepted. */
export function readEdges(text: string): StatedEdge[] {
  return text === '' ? [] : text.split(',').map(readEdge);
}

function readEdge(text: string): StatedEdge {
  const [subject = '', kind, version, until, paused, pauseVersion, pauseUntil] = text.split(' ');
  return {
    subject: subject as UserId,
    grant: readGrant(kind, until),
    version: Number(version),
    sharing:
      paused === undefined
        ? null
        : { sharing: { paused: paused === 't', until: readTime(pauseUntil) }, version: Number(pauseVersion) },
  };
}

/** `kind`: `e` for exact, else approximate. */
export function readGrant(kind: string | undefined, until: string | undefined): Grant {
  return { precision: kind === 'e' ? 'exact' : 'approximate', until: readTime(until) };
}

function readTime(text: string | undefined): number | null {
  return text === '-' ? null : Number(text);
}

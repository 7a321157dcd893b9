/** Edges as PostgreSQL writes them, in one text: rows of their own would cost ten times the CPU at every station. */
import { z } from 'zod';
import type { Grant } from './grant.ts';
import type { Sharing } from './sharing.ts';
import type { UserId } from './user-id.ts';

/** What a viewer may see of one subject, and whether the subject pauses. */
export interface StatedEdge {
  readonly subject: UserId;
  readonly grant: Grant;
  /** Of the grant, see `graphVersionSchema`. */
  readonly version: number;
  /** Null when the subject has never paused. */
  readonly sharing: { readonly sharing: Sharing; readonly version: number } | null;
}

const TIME = '(?:-|\\d{1,16})';
const VERSION = '\\d{1,16}';
const EDGE = `[A-Za-z0-9_-]{1,64} [ea] ${VERSION} ${TIME}(?: [tf] ${VERSION} ${TIME})?`;

/**
 * Edges separated by commas, their fields by spaces, of which no id has any:
 * `subject precision(e|a) version until [paused(t|f) pauseVersion pauseUntil]`, times in ms since the epoch, `-` for no
 * end. Hidden edges have no form: they are left out.
 */
export const edgeTextSchema = z.string().regex(new RegExp(`^(?:${EDGE}(?:,(?!$)|$))*$`), 'must be edges');

/** Reads what {@link edgeTextSchema} has let through. */
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

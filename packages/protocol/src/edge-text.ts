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

const WITHHELD = `[A-Za-z0-9_-]{1,64} ${TIME} ${TIME} ${TIME}`;

/**
 * Which positions were withheld, of those subjects only of whom some were: `subject shownFrom exactFrom pausedBefore`. The
 * first two belong to the edge and the third to the subject's pause; `-` for none. Apart from the edges, since earlier
 * builds refuse an edge with more fields.
 */
export const withheldTextSchema = z.string().regex(new RegExp(`^(?:${WITHHELD}(?:,(?!$)|$))*$`), 'must be times');

/** Parses texts that {@link edgeTextSchema} and {@link withheldTextSchema} have accepted. */
export function readEdges(text: string, withheld = ''): StatedEdge[] {
  if (text === '') return [];
  const edges = text.split(',').map(readEdge);
  return withheld === '' ? edges : withTimes(edges, withheld);
}

function withTimes(edges: readonly StatedEdge[], withheld: string): StatedEdge[] {
  const times = new Map(withheld.split(',').map((one) => [one.slice(0, one.indexOf(' ')), one.split(' ')]));
  return edges.map((edge) => {
    const [, shown, exact, paused] = times.get(edge.subject) ?? [];
    const grant = { ...edge.grant, ...readWithheld(shown, exact) };
    const pausedBefore = paused === undefined ? null : readTime(paused);
    if (edge.sharing === null || pausedBefore === null) return { ...edge, grant };
    const { sharing, version } = edge.sharing;
    return { ...edge, grant, sharing: { sharing: { ...sharing, shownFrom: pausedBefore }, version } };
  });
}

/** The times of a grant; each is absent for `-`. */
export function readWithheld(shown = '-', exact = '-'): Pick<Grant, 'shownFrom' | 'exactFrom'> {
  const [shownFrom, exactFrom] = [readTime(shown), readTime(exact)];
  return { ...(shownFrom === null ? {} : { shownFrom }), ...(exactFrom === null ? {} : { exactFrom }) };
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

/** Writes a friend as JSON up to the distance, once for all its viewers. The hot path. */
import type { PositionRecord } from '@nearby-friends/protocol';
import type { Subject } from '../viewer/session.ts';
import type { TextSlice } from '../viewer/slices.ts';
import { gridPlaceOf } from '../viewer/subject.ts';

/** From the comma before the friend on. */
export function exactText(subject: Subject & TextSlice, { at, position, lifetimeMs }: PositionRecord): string {
  const { user: id } = subject;
  subject.exactText ??= textOf({ id, ...position, at, precision: 'exact', staysVisibleSeconds: seconds(lifetimeMs) });
  return subject.exactText;
}

/** The same for viewers who may not see the exact form: the place on the grid and the time of the schedule. */
export function gridText(subject: Subject & TextSlice, latest: PositionRecord): string {
  if (subject.gridText === null) {
    const { lat, lng } = gridPlaceOf(subject, latest);
    const { user: id, gridAt: at, schedule } = subject;
    // A client without a connection expires friends by the time it was sent, which must not be before the position expires.
    const staysVisibleSeconds = seconds(latest.lifetimeMs, schedule.maxLagMs);
    subject.gridText = textOf({ id, lat, lng, at, precision: 'approximate', staysVisibleSeconds });
  }
  return subject.gridText;
}

/** Of a lifetime, rounded up; the field is not written where there is none. */
function seconds(lifetimeMs: number | undefined, lagMs = 0): number | undefined {
  return lifetimeMs === undefined ? undefined : Math.ceil((lifetimeMs + lagMs) / 1000);
}

function textOf(friend: object): string {
  return `,${JSON.stringify(friend).slice(0, -1)},"distance":`;
}

/** Engine.IO's ping, which a list message takes along shortly before it would be sent on its own (decision 11). */

/**
 * What is used of Engine.IO's connection. Only the event is documented; the rest is looked at before it is used, and when
 * it is not as expected no message takes a ping along: Engine.IO then sends all of them itself.
 */
export interface HeartbeatConnection {
  readonly protocol: number;
  /** `heartbeat`: the client has answered. */
  on(event: 'heartbeat', run: () => void): unknown;
}

/** Private there. */
interface HeartbeatFields {
  /** Null unless a ping has been sent that is not answered yet. */
  readonly pingTimeoutTimer: unknown;
  /** Sends the next ping. */
  readonly pingIntervalTimer: { refresh(): unknown };
  /** Whether something else has come instead of an answer. */
  hasRefreshedPingTimeout: boolean;
  /** From now on an answer is waited for. */
  resetPingTimeout(): void;
}

/** After this Engine.IO pings by itself, ms. */
export const PING_INTERVAL_MS = 25_000;
/** A list message takes a ping along so long after the last one was answered, s: little before Engine.IO would send it. */
export const SECONDS_BETWEEN_PINGS = PING_INTERVAL_MS / 1_000 - 3;

/** The one in which the server pings. */
const PROTOCOL = 4;

/** Whether a ping may be sent now: none is under way, and Engine.IO is as it was. */
export function isPingDue(connection: HeartbeatConnection): boolean {
  return hasFields(connection) && connection.pingTimeoutTimer === null;
}

/** A ping has been sent: does what Engine.IO does when it sends one itself. */
export function recordPing(connection: HeartbeatConnection): void {
  if (!hasFields(connection)) return;
  connection.hasRefreshedPingTimeout = false;
  connection.resetPingTimeout();
  connection.pingIntervalTimer.refresh();
}

function hasFields(connection: HeartbeatConnection): connection is HeartbeatConnection & HeartbeatFields {
  const fields: Partial<Record<keyof HeartbeatFields, unknown>> = connection as object;
  const timer = fields.pingIntervalTimer;
  return (
    connection.protocol === PROTOCOL &&
    fields.pingTimeoutTimer !== undefined &&
    typeof timer === 'object' &&
    timer !== null &&
    'refresh' in timer &&
    typeof timer.refresh === 'function' &&
    typeof fields.hasRefreshedPingTimeout === 'boolean' &&
    typeof fields.resetPingTimeout === 'function'
  );
}

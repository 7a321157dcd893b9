/** Identifies the device of a connection, for the rule that one device of a user shares at a time. */
import { createHash } from 'node:crypto';
import { DEVICE_BYTES } from '@nearby-friends/protocol';

/** `name`: the client's name of its device; null for a client that gives none, which is one device per connection. */
export function deviceOf(connection: string, name: string | null): string {
  const subject = name === null ? `connection ${connection}` : `device ${name}`;
  return createHash('sha256').update(subject).digest().toString('latin1', 0, DEVICE_BYTES);
}

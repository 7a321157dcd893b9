/** Deletes what is kept about a user; a new table that names users belongs here. */
import type { UserId } from '@nearby-friends/protocol';
import type { GraphTransaction } from './graph-transaction.ts';

/**
 * The profile, the pause, requests and blocks in both directions. Edges must be gone already. What the outbox still
 * holds leaves it by being relayed.
 */
export async function eraseUser({ sql }: GraphTransaction, user: UserId): Promise<void> {
  // No foreign key leads from these to the user.
  await sql.$executeRaw`DELETE FROM friend_requests WHERE to_id = ${user}`;
  await sql.$executeRaw`DELETE FROM blocks WHERE blocked_id = ${user}`;
  // Takes along the user's own requests, blocks and pause.
  await sql.$executeRaw`DELETE FROM users WHERE id = ${user}`;
}

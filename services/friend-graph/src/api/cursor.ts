/** Turns "where the next page starts" into an opaque text and back. */
import { type UserId, userIdSchema } from '@nearby-friends/protocol';
import { z } from 'zod';

/** So that a later build can tell its own cursors from these. */
const VERSION = '1:';

export function encodeCursor(lastId: UserId): string {
  return Buffer.from(VERSION + lastId).toString('base64url');
}

/** Only what {@link encodeCursor} made is accepted. */
export const cursorSchema = z
  .string()
  .max(128)
  .transform((cursor, context): UserId => {
    const text = Buffer.from(cursor, 'base64url').toString();
    const id = userIdSchema.safeParse(text.slice(VERSION.length));
    if (text.startsWith(VERSION) && id.success && encodeCursor(id.data) === cursor) return id.data;
    context.addIssue({ code: 'custom', message: 'must be a nextCursor as it was given' });
    return z.NEVER;
  });

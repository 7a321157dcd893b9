/** Encodes the start of the next page as an opaque cursor. */
import { type UserId, userIdSchema } from '@nearby-friends/protocol';
import { z } from 'zod';

/** Distinguishes these cursors from those of a later format. */
const VERSION = '1:';

export function encodeCursor(lastId: UserId): string {
  return Buffer.from(VERSION + lastId).toString('base64url');
}

/** Accepts only results of {@link encodeCursor}. */
export const cursorSchema = z
  .string()
  .max(128)
  .transform((cursor, context): UserId => {
    const text = Buffer.from(cursor, 'base64url').toString();
    const id = userIdSchema.safeParse(text.slice(VERSION.length));
    if (text.startsWith(VERSION) && id.success && encodeCursor(id.data) === cursor) return id.data;
    context.addIssue({ code: 'custom', message: 'must be an unchanged nextCursor' });
    return z.NEVER;
  });

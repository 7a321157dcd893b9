/** The id of a user in all parts of the system. */
import { z } from 'zod';
import { MalformedMessageError } from './codec.ts';

const USER_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

/**
 * 1–64 characters of `A-Za-z0-9_-`, opaque. Branded, because sender, viewer and subject are all strings
 * and a mix-up would show a position to the wrong person.
 */
export const userIdSchema = z
  .string()
  .regex(USER_ID_PATTERN, 'must be 1–64 characters of A-Za-z0-9_-')
  .brand<'UserId'>();

export type UserId = z.infer<typeof userIdSchema>;

/** Parses a user id from outside. Throws a `ZodError` when it is invalid. */
export function parseUserId(value: unknown): UserId {
  return userIdSchema.parse(value);
}

/** Reads the user id at `start`…`end` of a binary message. Throws {@link MalformedMessageError}. */
export function readUserId(bytes: Buffer, start: number, end: number): UserId {
  const id = bytes.toString('latin1', start, end);
  if (!USER_ID_PATTERN.test(id)) throw new MalformedMessageError('not a user id');
  return id as UserId;
}

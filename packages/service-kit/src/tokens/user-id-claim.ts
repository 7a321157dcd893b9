/** Reads a user id from a claim of a token, whose values identity providers choose. */
import { CodedError, type UserId, userIdSchema } from '@nearby-friends/protocol';

export const USER_ID_FORMATS = ['plain', 'escaped'] as const;
export type UserIdFormat = (typeof USER_ID_FORMATS)[number];

/** Half of a surrogate pair: no text that has one can be encoded. */
const LONE_SURROGATE = /\p{Cs}/u;
const KEPT_BYTES = /^[A-Za-z0-9-]$/;

/**
 * Throws a `CodedError` `unauthorized` that names the rule. Only for a token that is valid otherwise: the error reveals that
 * it is.
 */
export function readUserIdClaim(value: unknown, { claim, format }: { claim: string; format: UserIdFormat }): UserId {
  const text = format === 'escaped' && typeof value === 'string' ? escapeUserId(value) : value;
  const userId = userIdSchema.safeParse(text);
  if (userId.success) return userId.data;
  const rule =
    format === 'escaped'
      ? 'must have 1 to 64 characters, of which each other than A-Z, a-z, 0-9 and - counts as three for each of its bytes. ' +
        'Let JWT_USER_CLAIM name a shorter claim.'
      : 'must be 1 to 64 characters of A-Z, a-z, 0-9, _ and -. Let JWT_USER_CLAIM name another claim, or set ' +
        'JWT_USER_ID_FORMAT=escaped.';
  throw new CodedError('unauthorized', `The token is genuine, but its ${claim} is no user id: it ${rule}`);
}

/** Injective: letters, digits and hyphens stay, every other byte of UTF-8 becomes `_` and two hexadecimal digits. */
function escapeUserId(text: string): string | null {
  if (LONE_SURROGATE.test(text)) return null;
  let escaped = '';
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    escaped += KEPT_BYTES.test(character) ? character : `_${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/** What ids of people look like, for fields in which one is typed. */

/** For the `pattern` of a field; the protocol's, which a test holds it to. */
export const USER_ID_PATTERN = '[A-Za-z0-9_\\-]{1,64}';

const whole = new RegExp(`^${USER_ID_PATTERN}$`, 'v');

export function isUserId(text: string): text is string {
  return whole.test(text);
}

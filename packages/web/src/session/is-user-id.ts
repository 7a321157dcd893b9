/** The syntax of user ids, for form fields. */

/** For the `pattern` attribute of a field. A test compares it with the protocol. */
export const USER_ID_PATTERN = '[A-Za-z0-9_\\-]{1,64}';

const whole = new RegExp(`^${USER_ID_PATTERN}$`, 'v');

export function isUserId(text: string): text is string {
  return whole.test(text);
}

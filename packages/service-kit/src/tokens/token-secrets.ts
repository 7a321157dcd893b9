/** The shared secrets that tokens are signed with: usually one, two during a rotation. */

/** One per line; the first signs, all verify. To rotate, add the new secret before the old one, and remove that later. */
export function parseSecrets(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The secret that signs new tokens; undefined when `text` has none. */
export function parseSigningSecret(text: string): string | undefined {
  return parseSecrets(text)[0];
}

/** The shared secrets that tokens are signed with: usually one, two while it is being replaced. */

/** One per line; the first signs, all verify. So a new secret is put in front of the old one, and later alone. */
export function parseSecrets(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The secret that new tokens are signed with; undefined when `text` holds none. */
export function parseSigningSecret(text: string): string | undefined {
  return parseSecrets(text)[0];
}

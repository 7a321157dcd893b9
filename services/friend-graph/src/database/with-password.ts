/** Adds a password to the address of a database, whatever characters the password has. */

/** The address with the password, encoded; an address that has a password keeps its own, and one that is no URL stays. */
export function withPassword(databaseUrl: string, password: string | undefined): string {
  if (password === undefined || password === '') return databaseUrl;
  // Who connects says what is wrong with it.
  if (!URL.canParse(databaseUrl)) return databaseUrl;
  const url = new URL(databaseUrl);
  if (url.password !== '') return databaseUrl;
  url.password = encodeURIComponent(password);
  return url.href;
}

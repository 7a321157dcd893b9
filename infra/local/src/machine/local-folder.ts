/** Locates the folders on this machine that the local stack may write to. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The root of the checkout; the same from `src/` and from `dist/`. */
export const checkoutRoot = path.resolve(import.meta.dirname, '../../../..');

/** The folder for downloads, data and records: `NEARBY_LOCAL_DIR`, or `.local` in the checkout. Deleting it is always safe. */
export function localFolder(): string {
  return path.resolve(process.env['NEARBY_LOCAL_DIR'] ?? path.join(checkoutRoot, '.local'));
}

/**
 * The folder for what PostgreSQL must reach. PostgreSQL refuses to run as root, so root runs it as an unprivileged user,
 * which cannot enter a checkout under a closed home such as `/root`. In that case the folder is in `/var/lib`, with a hash
 * of the local folder in its name.
 */
export async function unprivilegedFolder(): Promise<string> {
  const local = localFolder();
  await mkdir(local, { recursive: true });
  if (process.getuid?.() !== 0 || (await everyoneMayEnter(local))) return local;
  const suffix = createHash('sha256').update(local).digest('hex').slice(0, 12);
  const folder = `/var/lib/nearby-friends-${suffix}`;
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return folder;
}

/** A new empty folder of this user alone under the system's temporary folder; the caller removes it. */
export async function makeRunFolder(purpose: string): Promise<string> {
  const parent =
    process.getuid?.() === 0 && !(await everyoneMayEnter(tmpdir())) ? await unprivilegedFolder() : tmpdir();
  return await mkdtemp(path.join(parent, `nearby-${purpose}-`));
}

const OTHERS_MAY_ENTER = 0o001;

async function everyoneMayEnter(folder: string): Promise<boolean> {
  for (let current = folder; ; current = path.dirname(current)) {
    const { mode } = await stat(current);
    if ((mode & OTHERS_MAY_ENTER) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

/** Finds the Chromium that the tests of the page run in. */
import { access } from 'node:fs/promises';
import path from 'node:path';
import { RemedyError } from '../machine/remedy-error.ts';
import type { ProgressSink } from '../machine/with-progress.ts';
import type { Executable } from './executable.ts';
import { fontsOfChromium } from './fonts-of-chromium.ts';
import { ensureServerBinary } from './server-binary.ts';

/** Where Debian's package has the program itself; the command of that name is a script that reads files of /etc. */
const DEBIAN_PATH = 'usr/lib/chromium/chromium';

/**
 * The Chromium that CHROMIUM_PATH names, else the system's own, else Debian's, unpacked into the project's folder
 * (some 140 MB to download, with a Korean font). Rejects with the remedy where there is none.
 */
export async function ensureChromium(progress?: ProgressSink): Promise<Executable> {
  const given = process.env['CHROMIUM_PATH'];
  if (given) {
    await access(given).catch((cause: unknown) => {
      throw new RemedyError(`CHROMIUM_PATH names ${given}, which does not exist.`, 'Correct or unset it.', { cause });
    });
    return { command: given, env: {}, version: 'given', source: 'system' };
  }
  const found = await ensureServerBinary(
    {
      title: 'Chromium',
      command: 'chromium',
      versionFlag: '--version',
      versionPattern: /Chromium (\d+\.\d+\.\d+)/,
      oldestVersion: '120.0.0',
      debianPackages: ['chromium', 'chromium-common', 'fontconfig-config', 'fonts-dejavu-core', 'fonts-nanum'],
      debianPath: DEBIAN_PATH,
      brewFormula: 'chromium',
    },
    progress,
  );
  if (found.source !== 'package') return found;
  // Its fonts lie beside it, too.
  const root = found.command.slice(0, -DEBIAN_PATH.length - path.sep.length);
  return { ...found, env: { ...found.env, ...(await fontsOfChromium(root)) } };
}

/** Tells Chromium where the fonts of its unpacked packages are. */
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The variables for Chromium in the unpacked `root`. Its fonts, and the system's if there are any. Not FONTCONFIG_SYSROOT:
 * with it, fontconfig finds only those folders of fonts that the system has, too.
 */
export async function fontsOfChromium(root: string): Promise<Record<string, string>> {
  const file = path.join(root, 'fonts.conf');
  const beside = `${file}.${process.pid}`;
  await writeFile(beside, configuration(root));
  // Another test file may be reading it.
  await rename(beside, file);
  return { FONTCONFIG_FILE: file };
}

function configuration(root: string): string {
  const escaped = root.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>${escaped}/usr/share/fonts</dir>
  <cachedir>${escaped}/var/cache/fontconfig</cachedir>
</fontconfig>
`;
}

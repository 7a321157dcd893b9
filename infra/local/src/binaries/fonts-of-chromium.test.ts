import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { fontsOfChromium } from './fonts-of-chromium.ts';

it('names the unpacked fonts, whatever the path, and those of the system', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'a & b <c>-'));
  const { FONTCONFIG_FILE = '' } = await fontsOfChromium(root);
  const text = await readFile(FONTCONFIG_FILE, 'utf8');
  expect(text).toMatch(/<dir>.*\/a &amp; b &lt;c>-\w+\/usr\/share\/fonts<\/dir>/);
  expect(text).toContain('>/etc/fonts/fonts.conf<');
  expect(await fontsOfChromium(root)).toEqual({ FONTCONFIG_FILE });
  await rm(root, { recursive: true });
});

/** Renders public/icon.svg to the PNGs that phones want, which are committed: `node build/render-icons.mjs PATH_OF_CHROMIUM`. */
import { readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const [, , executablePath] = process.argv;
if (executablePath === undefined) throw new Error('Name the path of Chromium.');
const folder = new URL('../public/', import.meta.url);
const icon = await readFile(new URL('icon.svg', folder), 'utf8');
// Phones cut the shape themselves: up to the edge, with everything else in the middle 80 %.
const withoutCorners = icon.replace(/ rx="\d+"/, '');

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
for (const [name, side, svg] of [
  ['icon-192.png', 192, icon],
  ['icon-512.png', 512, icon],
  ['icon-maskable-512.png', 512, withoutCorners],
  ['apple-touch-icon.png', 180, withoutCorners],
]) {
  const page = await browser.newPage({ viewport: { width: side, height: side } });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`);
  await writeFile(new URL(name, folder), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();

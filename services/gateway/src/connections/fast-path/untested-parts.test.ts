import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { findInstalledParts, findUntestedParts } from './untested-parts.ts';

const TESTED = {
  node: '24.1.0',
  engineIo: { version: '6.6.12', isPatched: true },
  ws: { version: '8.21.3', isPatched: true },
};

it('what is installed here is tested', () => {
  expect(findUntestedParts()).toEqual([]);
});

it('the versions are those that the manifest pins', () => {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  const { engineIo, ws } = findInstalledParts();
  expect({ 'engine.io': engineIo.version, ws: ws.version }).toEqual({
    'engine.io': dependencies['engine.io'],
    ws: dependencies['ws'],
  });
});

it.each([
  [{ ...TESTED, node: '23.1.0' }, 'Node 23.1.0, tested with 20, 22, 24'],
  [{ ...TESTED, node: '2.0.0' }, 'Node 2.0.0, tested with 20, 22, 24'],
  [{ ...TESTED, engineIo: { version: '6.6.13', isPatched: true } }, 'engine.io 6.6.13, tested with 6.6.12'],
  [
    { ...TESTED, engineIo: { ...TESTED.engineIo, isPatched: false } },
    'engine.io without patches/engine.io@6.6.12.patch',
  ],
  [{ ...TESTED, ws: { version: '8.22.0', isPatched: true } }, 'ws 8.22.0, tested with 8.21.3'],
  [{ ...TESTED, ws: { ...TESTED.ws, isPatched: false } }, 'ws without patches/ws@8.21.3.patch'],
])('a part that differs is named: %#', (installed, expected) => {
  expect(findUntestedParts(installed)).toEqual([expected]);
});

it('Node 20, 22 and 24 are tested', () => {
  expect(['20.19.0', '22.0.0', '24.9.1'].map((node) => findUntestedParts({ ...TESTED, node }))).toEqual([[], [], []]);
});

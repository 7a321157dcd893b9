/** Parsing of apt's output, and the search for unpacked libraries. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { libraryPath, parseLibraryDependencies } from './debian-packages.ts';

const OUTPUT = `redis-server
  PreDepends: init-system-helpers
  Depends: lsb-base
    sysvinit-utils
  Depends: redis-tools
redis-tools
  Depends: libatomic1
  Depends: libc6
 |Depends: libsystemd0
  Depends: libelogind0
  Depends: libatomic1
  Depends: <libvirtual>
  PreDepends: libssl3
  Depends: libjs-jquery
nginx
`;

describe('parseLibraryDependencies', () => {
  it('names each library once, of alternatives the first, and nothing else', () => {
    expect(parseLibraryDependencies(OUTPUT)).toEqual(['libatomic1', 'libc6', 'libsystemd0', 'libssl3']);
  });
});

describe('libraryPath', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'unpacked-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is empty where no library was unpacked', async () => {
    expect(await libraryPath(folder)).toBe('');
  });

  it("names the architecture's folders, and the private ones of packages that keep libraries there", async () => {
    const libraries = path.join(folder, 'usr/lib/x86_64-linux-gnu');
    for (const name of ['pulseaudio', 'no-library']) await mkdir(path.join(libraries, name), { recursive: true });
    await writeFile(path.join(libraries, 'pulseaudio/libpulsecommon-16.1.so'), '');
    await writeFile(path.join(libraries, 'no-library/notes.txt'), '');
    expect(await libraryPath(folder)).toBe(`${libraries}:${path.join(libraries, 'pulseaudio')}`);
  });
});

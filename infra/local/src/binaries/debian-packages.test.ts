/** Parsing of apt's output. */
import { describe, expect, it } from '@jest/globals';
import { parseLibraryDependencies } from './debian-packages.ts';

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

/** The check of the limit of open files, and its remedy. */
import { describe, expect, it } from '@jest/globals';
import { checkOpenFiles } from './check-open-files.ts';

describe('the limit of open files', () => {
  it('is reported with the remedy before any connection is opened', () => {
    expect(() => checkOpenFiles(5_000, 1_024)).toThrow(
      '5000 people need 5100 open files, and this process may have 1024. Raise the limit with `ulimit -n 5100` before, ' +
        'or give --people 924 and start several with a --prefix each.',
    );
  });

  it('lets through what fits, or where there is none', () => {
    expect(() => checkOpenFiles(900, 1_024)).not.toThrow();
    expect(() => checkOpenFiles(5_000, undefined)).not.toThrow();
    expect(() => checkOpenFiles(10)).not.toThrow();
  });
});

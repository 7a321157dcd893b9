/** Which commit subjects are accepted, and which commits are checked. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkSubject } from './commit-subject.mjs';

const program = fileURLToPath(new URL('commit-messages.mjs', import.meta.url));

describe('checkSubject', () => {
  it.each([
    'Fix duplicate inbox sessions on reopen',
    'Bring nginx back after a crash',
    'Embed the licence',
    'Pass the deadline to every request',
    'Process expired positions in batches',
    `Add ${'x'.repeat(68)}`,
  ])('accepts %j', (subject) => {
    expect(checkSubject(subject)).toEqual([]);
  });

  it.each([
    [`Add ${'x'.repeat(69)}`, '73 characters are more than 72'],
    ['fix the inbox', 'begin with a capital letter'],
    ['Fix the inbox.', 'end with a full stop'],
    ['Fixed the inbox', '"Fixed" is not imperative'],
    ['Fixes the inbox', '"Fixes" is not imperative'],
    ['Fixing the inbox', '"Fixing" is not imperative'],
  ])('refuses %j', (subject, problem) => {
    expect(checkSubject(subject)).toEqual([expect.stringContaining(problem) as string]);
  });
});

describe('the check of commit messages', () => {
  let folder: string;
  let repository: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'commits-'));
    repository = path.join(folder, 'origin');
    await mkdir(path.join(repository, 'infra/checks'), { recursive: true });
    git('init', '--quiet');
    commit('before the check there were no rules.');
    await writeFile(path.join(repository, 'infra/checks/commit-messages.mjs'), '');
    git('add', '.');
    commit('Check commit messages');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  function git(...args: string[]): void {
    const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgSign=false'];
    execFileSync('git', [...identity, ...args], { cwd: repository });
  }

  function commit(subject: string): void {
    git('commit', '--quiet', '--allow-empty', '-m', subject);
  }

  function check(cwd: string, ...args: string[]): { status: number | null; lines: string[] } {
    const { status, stdout } = spawnSync(process.execPath, [program, ...args], { cwd, encoding: 'utf8' });
    return { status, lines: stdout.trimEnd().split('\n') };
  }

  it('covers the commits after its own, or after a given one', () => {
    commit('Add one');
    expect(check(repository)).toEqual({ status: 0, lines: ['1 commit subjects checked, 0 violations.'] });
    commit('Added another');
    const { status, lines } = check(repository);
    expect(status).toBe(1);
    expect(lines[0]).toMatch(/^[0-9a-f]+ "Added another": "Added" is not imperative/);
    expect(lines[1]).toBe('2 commit subjects checked, 1 violations.');
    expect(check(repository, 'HEAD')).toEqual({ status: 0, lines: ['0 commit subjects checked, 0 violations.'] });
    expect(check(repository, 'no-such-commit').status).toBe(1);
  });

  it('does not fail in a shallow clone or without a repository', () => {
    commit('Added before the clone');
    commit('Add one');
    const clone = path.join(folder, 'clone');
    git('clone', '--quiet', '--depth=1', `file://${repository}`, clone);
    expect(check(clone)).toEqual({ status: 0, lines: ['0 commit subjects checked, 0 violations.'] });
    expect(check(folder)).toEqual({ status: 0, lines: ['There is no git history; no commits checked.'] });
  });
});

/** Checks the subjects of new commits: `node infra/checks/commit-messages.mjs [BASE]`. */
import { execFileSync } from 'node:child_process';
import { checkSubject } from './commit-subject.mjs';

const OWN_PATH = 'infra/checks/commit-messages.mjs';

const given = process.argv[2];
// A shallow clone begins with a commit that seems to add every file, so there the check covers what came after it.
const base = given ?? git('log', '--diff-filter=A', '--format=%H', '--', OWN_PATH)?.trim().split('\n').at(-1);
const log = base ? git('log', '--no-merges', '--format=%h %s', `${base}..HEAD`) : undefined;

if (log === undefined) {
  process.stdout.write(`${given ? `There is no commit ${given}` : 'There is no git history'}; no commits checked.\n`);
  process.exitCode = given ? 1 : 0;
} else {
  const commits = log.split('\n').filter((line) => line !== '');
  const violations = commits.flatMap((line) => {
    const [hash = ''] = line.split(' ');
    const subject = line.slice(hash.length + 1);
    return checkSubject(subject).map((problem) => `${hash} "${subject}": ${problem}`);
  });
  for (const violation of violations) process.stdout.write(`${violation}\n`);
  process.stdout.write(`${commits.length} commit subjects checked, ${violations.length} violations.\n`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}

/**
 * The command's output, or undefined where git or the commit is missing: an unpacked archive has no history.
 * @param {string[]} args
 */
function git(...args) {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}

/** The rules of a commit's subject, as far as a program can check them. CONTRIBUTING.md states them in prose. */

const MAX_LENGTH = 72;
/** Imperatives that end like a participle or a third person. */
const IMPERATIVES = new Set(
  'feed seed embed need speed shed proceed exceed bring ring ping string spring focus canvas alias bias'.split(' '),
);

/**
 * @param {string} subject
 * @returns {string[]} what is wrong with it, each with the remedy
 */
export function checkSubject(subject) {
  const [first = ''] = subject.split(/[\s:]/);
  const problems = [];
  if (subject.length > MAX_LENGTH) {
    problems.push(`${subject.length} characters are more than ${MAX_LENGTH}: move the reason into the body`);
  }
  if (!/^\p{Lu}/u.test(subject)) problems.push('it must begin with a capital letter');
  if (/[.…]$/.test(subject)) problems.push('it must not end with a full stop');
  if (!isImperative(first.toLowerCase()))
    problems.push(`"${first}" is not imperative: "Fix …", not "Fixed" or "Fixes"`);
  return problems;
}

/** @param {string} word */
function isImperative(word) {
  return IMPERATIVES.has(word) || !/(ed|ing|[^s]s)$/.test(word);
}

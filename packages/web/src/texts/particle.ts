/** Attaches Korean particles, whose form depends on how the word before them ends. */

const FIRST_SYLLABLE = 0xac00;
const LAST_SYLLABLE = 0xd7a3;
/** Every syllable block has one of 28 finals; the first is none. */
const FINALS = 28;
/** The index of ㄹ among the finals. */
const RIEUL = 8;
/** Digits that are read with a final consonant: 영, 일, 삼, 육, 칠, 팔. */
const DIGITS_WITH_FINAL = '013678';

/** Whether the word ends in a consonant; undefined where that depends on how a foreign word is read. */
function endsInConsonant(word: string): boolean | undefined {
  const last = word.at(-1) ?? '';
  const code = last.charCodeAt(0);
  if (code >= FIRST_SYLLABLE && code <= LAST_SYLLABLE) return (code - FIRST_SYLLABLE) % FINALS !== 0;
  if (/[0-9]/.test(last)) return DIGITS_WITH_FINAL.includes(last);
  return undefined;
}

function attach(word: string, afterConsonant: string, afterVowel: string, unknown: string): string {
  const isConsonant = endsInConsonant(word);
  return word + (isConsonant === undefined ? unknown : isConsonant ? afterConsonant : afterVowel);
}

/** 민준을, 지아를, bob을(를). */
export const asObject = (word: string): string => attach(word, '을', '를', '을(를)');
/** 민준으로, 서울로, 지아로, bob(으)로: after ㄹ as after a vowel. */
export function asInstrument(word: string): string {
  const code = (word.at(-1) ?? '').charCodeAt(0) - FIRST_SYLLABLE;
  const endsInRieul = code >= 0 && code <= LAST_SYLLABLE - FIRST_SYLLABLE && code % FINALS === RIEUL;
  return endsInRieul || /[178]$/.test(word) ? `${word}로` : attach(word, '으로', '로', '(으)로');
}

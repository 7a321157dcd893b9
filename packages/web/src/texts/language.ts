/** The language of the page: the browser's preference or the user's choice. */
import { computed, effect, signal } from '@preact/signals';
import { storedChoice } from '../state/stored-choice.ts';
import { english, type Texts } from './english.ts';
import { korean } from './korean.ts';

export const LANGUAGES = { en: { name: 'English', texts: english }, ko: { name: '한국어', texts: korean } } as const;
export type Language = keyof typeof LANGUAGES;

const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGES, text);
const stored = storedChoice('language', isLanguage);

export const language = signal<Language>('en');
export const texts = computed<Texts>(() => LANGUAGES[language.value].texts);

export function startLanguage(): void {
  language.value = stored.read() ?? preferredLanguage(navigator.languages);
  effect(() => {
    document.documentElement.lang = language.value;
  });
}

export function chooseLanguage(choice: Language): void {
  language.value = choice;
  stored.save(choice);
}

/** The first of the user's languages that the page supports, or English. */
export function preferredLanguage(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.split('-')[0]?.toLowerCase() ?? '').find(isLanguage) ?? 'en';
}

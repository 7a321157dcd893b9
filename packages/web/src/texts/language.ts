/** Which language the page speaks: the browser's, or the one that the person has chosen. */
import { computed, effect, signal } from '@preact/signals';
import { keptChoice } from '../settings/kept-choice.ts';
import { english, type Texts } from './english.ts';
import { korean } from './korean.ts';

export const LANGUAGES = { en: { name: 'English', texts: english }, ko: { name: '한국어', texts: korean } } as const;
export type Language = keyof typeof LANGUAGES;

const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGES, text);
const kept = keptChoice('language', isLanguage);

export const language = signal<Language>('en');
export const texts = computed<Texts>(() => LANGUAGES[language.value].texts);

export function startLanguage(): void {
  language.value = kept.read() ?? preferredLanguage(navigator.languages);
  effect(() => {
    document.documentElement.lang = language.value;
  });
}

export function chooseLanguage(choice: Language): void {
  language.value = choice;
  kept.keep(choice);
}

/** The first of the person's languages that the page speaks; English when it speaks none. */
export function preferredLanguage(wanted: readonly string[]): Language {
  return wanted.map((tag) => tag.split('-')[0]?.toLowerCase() ?? '').find(isLanguage) ?? 'en';
}

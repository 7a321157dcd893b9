/** Dark or light: as the device says, or as the person has chosen. */
import { computed, effect, signal } from '@preact/signals';
import { keptChoice } from '../settings/kept-choice.ts';

export type Theme = 'light' | 'dark';
export type ThemeChoice = Theme | 'system';

export const THEME_CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

const kept = keptChoice('theme', (text): text is ThemeChoice => (THEME_CHOICES as readonly string[]).includes(text));
const deviceIsDark = signal(false);

export const themeChoice = signal<ThemeChoice>('system');
export const theme = computed<Theme>(() =>
  themeChoice.value === 'system' ? (deviceIsDark.value ? 'dark' : 'light') : themeChoice.value,
);

/** Follows device and person from now on. */
export function startTheme(): void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  deviceIsDark.value = query.matches;
  query.addEventListener('change', ({ matches }) => {
    deviceIsDark.value = matches;
  });
  themeChoice.value = kept.read() ?? 'system';
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });
}

export function chooseTheme(choice: ThemeChoice): void {
  themeChoice.value = choice;
  kept.keep(choice === 'system' ? null : choice);
}

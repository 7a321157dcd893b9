/** The colour theme: the device's preference or the user's choice. */
import { computed, effect, signal } from '@preact/signals';
import { storedChoice } from '../state/stored-choice.ts';

export type Theme = 'light' | 'dark';
export type ThemeChoice = Theme | 'system';

export const THEME_CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

const stored = storedChoice('theme', (text): text is ThemeChoice =>
  (THEME_CHOICES as readonly string[]).includes(text),
);
const deviceIsDark = signal(false);

export const themeChoice = signal<ThemeChoice>('system');
export const theme = computed<Theme>(() =>
  themeChoice.value === 'system' ? (deviceIsDark.value ? 'dark' : 'light') : themeChoice.value,
);

/** Applies the theme now and at every change. */
export function startTheme(): void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  deviceIsDark.value = query.matches;
  query.addEventListener('change', ({ matches }) => {
    deviceIsDark.value = matches;
  });
  themeChoice.value = stored.read() ?? 'system';
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });
}

export function chooseTheme(choice: ThemeChoice): void {
  themeChoice.value = choice;
  stored.save(choice === 'system' ? null : choice);
}

/** The units of distances and speeds: those of the browser's region, or the user's choice. */
import { signal } from '@preact/signals';
import { storedChoice } from '../state/stored-choice.ts';

export const UNITS = ['kilometers', 'miles'] as const;
export type Units = (typeof UNITS)[number];

const stored = storedChoice('units', (text): text is Units => (UNITS as readonly string[]).includes(text));

export const units = signal<Units>('kilometers');

export function startUnits(): void {
  units.value = stored.read() ?? unitsOf(navigator.languages);
}

export function chooseUnits(choice: Units): void {
  units.value = choice;
  stored.save(choice);
}

/** By the region of the first language that names one. */
export function unitsOf(languages: readonly string[]): Units {
  const region = languages.map((tag) => /-([A-Z]{2})\b/.exec(tag)?.[1]).find((found) => found !== undefined);
  return region === 'US' || region === 'LR' ? 'miles' : 'kilometers';
}

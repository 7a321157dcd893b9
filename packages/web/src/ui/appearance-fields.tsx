/** The fields for language, theme and units. */

import { chooseLanguage, LANGUAGES, type Language, language, texts } from '../texts/language.ts';
import { chooseUnits, UNITS, type Units, units } from '../texts/units.ts';
import { chooseTheme, THEME_CHOICES, type ThemeChoice, themeChoice } from './theme.ts';

export function LanguageField() {
  return (
    <label class="field">
      <span>{texts.value.language}</span>
      <select value={language.value} onChange={({ currentTarget }) => chooseLanguage(currentTarget.value as Language)}>
        {Object.entries(LANGUAGES).map(([key, { name }]) => (
          <option key={key} value={key} lang={key}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

export function ThemeField() {
  return (
    <label class="field">
      <span>{texts.value.theme}</span>
      <select
        value={themeChoice.value}
        onChange={({ currentTarget }) => chooseTheme(currentTarget.value as ThemeChoice)}
      >
        {THEME_CHOICES.map((choice) => (
          <option key={choice} value={choice}>
            {texts.value.themes[choice]}
          </option>
        ))}
      </select>
    </label>
  );
}

export function UnitsField() {
  return (
    <label class="field">
      <span>{texts.value.units}</span>
      <select value={units.value} onChange={({ currentTarget }) => chooseUnits(currentTarget.value as Units)}>
        {UNITS.map((choice) => (
          <option key={choice} value={choice}>
            {texts.value.unitNames[choice]}
          </option>
        ))}
      </select>
    </label>
  );
}

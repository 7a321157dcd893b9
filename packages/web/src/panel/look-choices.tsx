/** The two choices about how the page speaks and looks. */
import { chooseTheme, THEME_CHOICES, type ThemeChoice, themeChoice } from '../look/theme.ts';
import { chooseLanguage, LANGUAGES, type Language, language, texts } from '../texts/language.ts';

export function LanguageChoice() {
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

export function ThemeChoiceField() {
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

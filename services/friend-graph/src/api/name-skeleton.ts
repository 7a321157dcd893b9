/** Reduces a display name to what a person sees of it, so that names which look alike can be found. */
import unhomoglyph from 'unhomoglyph';

/**
 * Equal for names that look alike: the skeleton of Unicode TR39 (https://www.unicode.org/reports/tr39/#Confusable_Detection),
 * and beyond it regardless of case, of compatibility forms such as full width, and of spaces. Not for display.
 */
export function nameSkeleton(name: string): string {
  const visible = name.normalize('NFKD').replace(/\p{Default_Ignorable_Code_Point}/gu, '');
  return unhomoglyph(visible).normalize('NFKD').replace(/\s+/g, ' ').trim().toLowerCase();
}

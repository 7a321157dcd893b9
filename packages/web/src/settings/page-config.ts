/** Reads config.json, the operator's settings of the page that need no rebuild. */
import { pageBase } from './page-base.ts';

export interface PageConfig {
  /** The URL of a MapLibre style. Null: the bundled map. */
  readonly styleUrl: string | null;
  /** The style of the dark theme. Null: the same style. */
  readonly darkStyleUrl: string | null;
  /** The attribution of the map, if the style has none. */
  readonly attribution: string | null;
  /** The centre of the map while the user's position is unknown. */
  readonly startAt: { readonly lat: number; readonly lng: number };
}

/** Downtown Chicago, the centre of the bundled map. */
export const DEFAULT_CONFIG: PageConfig = {
  styleUrl: null,
  darkStyleUrl: null,
  attribution: null,
  startAt: { lat: 41.8695, lng: -87.6929 },
};

/** Loads the file. Missing fields and a missing file fall back to the defaults. */
export async function loadPageConfig(): Promise<PageConfig> {
  try {
    const response = await fetch(new URL('config.json', pageBase()));
    return response.ok ? parsePageConfig(await response.json()) : DEFAULT_CONFIG;
  } catch {
    // The page works without the file.
    return DEFAULT_CONFIG;
  }
}

export function parsePageConfig(value: unknown): PageConfig {
  if (typeof value !== 'object' || value === null) return DEFAULT_CONFIG;
  const { styleUrl, darkStyleUrl, attribution, startAt } = value as Record<keyof PageConfig, unknown>;
  return {
    styleUrl: textOrNull(styleUrl),
    darkStyleUrl: textOrNull(darkStyleUrl),
    attribution: textOrNull(attribution),
    startAt: isPlace(startAt) ? startAt : DEFAULT_CONFIG.startAt,
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isPlace(value: unknown): value is PageConfig['startAt'] {
  if (typeof value !== 'object' || value === null) return false;
  const { lat, lng } = value as { lat?: unknown; lng?: unknown };
  return typeof lat === 'number' && typeof lng === 'number' && Math.abs(lat) <= 90 && Math.abs(lng) <= 180;
}

/** Reads config.json beside the page: what whoever runs it may choose without building it anew. */

export interface PageConfig {
  /** A MapLibre style; null: the map that comes with the page. */
  readonly styleUrl: string | null;
  /** Another one for dark surroundings; null: the same. */
  readonly darkStyleUrl: string | null;
  /** Whom that map's makers want named, where the style does not say so itself. */
  readonly attribution: string | null;
  /** Where the map begins as long as it is not known where anybody is. */
  readonly startAt: { readonly lat: number; readonly lng: number };
}

/** Downtown Chicago, in the middle of the map that comes with the page. */
export const DEFAULT_CONFIG: PageConfig = {
  styleUrl: null,
  darkStyleUrl: null,
  attribution: null,
  startAt: { lat: 41.8695, lng: -87.6929 },
};

/** What the file says; the defaults for whatever it does not say, or when it is not there. */
export async function loadPageConfig(): Promise<PageConfig> {
  try {
    const response = await fetch('/config.json');
    return response.ok ? parsePageConfig(await response.json()) : DEFAULT_CONFIG;
  } catch {
    // Without it the page works all the same.
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

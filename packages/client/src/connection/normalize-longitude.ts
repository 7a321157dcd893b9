/** Brings a longitude into −180…180 degrees. */

/** Maps with several copies of the world give 180.03 for a place that is −179.97. Other values stay exactly as they are. */
export function normalizeLongitude(lng: number): number {
  if (!(Math.abs(lng) > 180) || !Number.isFinite(lng)) return lng;
  return ((((lng + 180) % 360) + 360) % 360) - 180;
}

/** The advisory lock between an import of friendships and erasures: an import creates users, and must not bring one back. */

/** Two numbers, which no lock on a name uses. An import takes it alone; erasures share it. */
export const IMPORT_LOCK = [0x6e65_6172, 0] as const;

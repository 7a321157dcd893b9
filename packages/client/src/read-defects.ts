/** Reads the wrong fields that a refusal names, over HTTP or in an acknowledgement. */
import type { InputDefect } from './nearby-error.ts';

export function readDefects(errors: unknown): InputDefect[] {
  return Array.isArray(errors) ? errors.filter(isDefect) : [];
}

function isDefect(value: unknown): value is InputDefect {
  if (typeof value !== 'object' || value === null || !('path' in value) || !('message' in value)) return false;
  return typeof value.path === 'string' && typeof value.message === 'string';
}

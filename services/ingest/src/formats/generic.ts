/** The project's own format, for shortcuts and scripts: as `location:update`. */
import { CodedError, locationUpdateSchema } from '@nearby-friends/protocol';
import { type Fix, parseJson } from './fix.ts';

/** Throws `invalid_payload`, which names the fields and never a value. */
export function readGeneric(body: Buffer): Fix {
  const parsed = locationUpdateSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    const defects = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    const problems = defects.map(({ path, message }) => `${path || 'the body'}: ${message}`);
    throw new CodedError('invalid_payload', `Send JSON with lat and lng in degrees. ${problems.join('; ')}`, {
      defects,
    });
  }
  const { at, ...position } = parsed.data;
  return { position, takenAt: at ?? null };
}

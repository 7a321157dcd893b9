/** Removes positions and credentials from values before they are logged. */
import { types } from 'node:util';

const CENSORED = '[private]';

/** Keys whose values are never shown, at any depth; lower case. The code does not log them; this is a second safeguard. */
const PRIVATE_KEYS: ReadonlySet<string> = new Set([
  ...['lat', 'lng', 'lon', 'latitude', 'longitude', 'coordinates', 'position', 'positions', 'entry'],
  ...['token', 'jwt', 'authorization', 'auth', 'cookie', 'password', 'secret'],
  ...['args', 'arguments', 'body', 'payload'],
]);

/** Patterns of private data in texts, and their replacements. */
const PRIVATE_TEXTS: readonly (readonly [RegExp, string])[] = [
  // A JSON Web Token: two or three base64url parts, the first of which is an object.
  [/\beyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g, CENSORED],
  [/\bBearer\s+\S+/gi, `Bearer ${CENSORED}`],
  // User and password of a URL.
  [/:\/\/[^\s/@]+@/g, `://${CENSORED}@`],
  // Four decimals of a degree are about 11 m. No other logged number needs four decimals.
  [/-?\b\d{1,3}\.\d{4,}/g, CENSORED],
  // V8 quotes the invalid JSON text.
  [/(\.\.\.)?".*"(\.\.\.)? is not valid JSON/gs, `${CENSORED} is not valid JSON`],
  // Redis repeats the arguments of an unknown command.
  [/with args beginning with:.*/gs, `with args ${CENSORED}`],
];

const MAX_DEPTH = 6;
const MAX_ITEMS = 100;

/** A copy of `value` that may be logged: plain data without private values. */
export function redactPrivateValues(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return withoutPrivateTexts(value);
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  // Also ends circular references.
  if (depth >= MAX_DEPTH) return '[too deep]';
  if (isError(value)) return describeError(value, depth);
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => redactPrivateValues(item, depth + 1));
  if (value instanceof Map || value instanceof Set) return `[${value.size} items]`;
  if ('toJSON' in value && typeof value.toJSON === 'function') return redactPrivateValues(value.toJSON(), depth + 1);
  const copy: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value).slice(0, MAX_ITEMS)) {
    copy[key] = PRIVATE_KEYS.has(key.toLowerCase()) ? CENSORED : redactPrivateValues(item, depth + 1);
  }
  return copy;
}

export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error;
}

function withoutPrivateTexts(text: string): string {
  return PRIVATE_TEXTS.reduce((clean, [pattern, instead]) => clean.replace(pattern, instead), text);
}

/**
 * Keeps only the harmless properties of an error. Libraries attach private ones: ioredis the arguments of the command, which
 * may be a position; body-parser the body of the request.
 */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause, code, command, errors } = error as Error & Record<string, unknown>;
  return {
    type: name,
    message: withoutPrivateTexts(message),
    ...(typeof code === 'string' && { code: withoutPrivateTexts(code) }),
    ...(isNamed(command) && { command: withoutPrivateTexts(command.name) }),
    stack: framesOf(stack),
    ...(cause !== undefined && { cause: redactPrivateValues(cause, depth + 1) }),
    ...(Array.isArray(errors) && { errors: redactPrivateValues(errors, depth + 1) }),
  };
}

function isNamed(value: unknown): value is { name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

/** The stack frames only: the stack's text begins with the message, which is redacted separately. */
function framesOf(stack: unknown): string[] {
  if (typeof stack !== 'string') return [];
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}

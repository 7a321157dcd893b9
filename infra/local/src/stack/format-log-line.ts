/** Formats the log lines of the stack's processes for a terminal. */

export interface LogFormat {
  /** Colours the level and the name; for terminals only. */
  readonly colour: boolean;
}

/** The fields of one JSON line. */
type Fields = Readonly<Record<string, unknown>>;

/** `friend-graph-1` is the longest of the usual names. */
const NAME_WIDTH = 14;
const LEVEL_WIDTH = 5;

const PINO_LEVELS: Readonly<Record<number, string>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

const LEVEL_COLOURS: Readonly<Record<string, number>> = {
  debug: 90,
  trace: 90,
  info: 32,
  warn: 33,
  error: 31,
  fatal: 31,
};
const NAME_COLOUR = 36;

/** Shown in the columns, or the same on every line. */
const COLUMN_KEYS = new Set(['level', 'time', 'pid', 'hostname', 'service', 'instance', 'msg']);

/**
 * One readable line: `12:00:01.123 gateway-1      info  message key=value`. Text that is no JSON object is
 * kept behind the same prefix. Times are local; `now` is used where the line has none.
 */
export function formatLogLine(name: string, line: string, now: Date, { colour }: LogFormat): string {
  const paint = (text: string, code: number | undefined): string =>
    colour && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
  const prefix = (time: Date): string => `${formatTime(time)} ${paint(name.padEnd(NAME_WIDTH), NAME_COLOUR)}`;
  const fields = parseFields(line);
  if (fields === undefined) return `${prefix(now)} ${line}`;
  const level = levelOf(fields);
  const columns = [
    prefix(timeOf(fields) ?? now),
    paint(level.padEnd(LEVEL_WIDTH), LEVEL_COLOURS[level]),
    ...(typeof fields['msg'] === 'string' ? [fields['msg']] : []),
    ...Object.entries(fields)
      .filter(([key]) => !COLUMN_KEYS.has(key))
      .map(([key, value]) => `${key}=${formatValue(value)}`),
  ];
  return [columns.join(' '), ...stackLines(fields)].join('\n');
}

function parseFields(line: string): Fields | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Fields;
  } catch {
    // Truncated, or not JSON: shown unchanged.
    return undefined;
  }
}

function levelOf({ level }: Fields): string {
  if (typeof level === 'string') return level;
  return (typeof level === 'number' ? PINO_LEVELS[level] : undefined) ?? '';
}

function timeOf({ time }: Fields): Date | undefined {
  if (typeof time !== 'string' && typeof time !== 'number') return undefined;
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

function formatTime(time: Date): string {
  const [hours, minutes, seconds] = [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits);
  return `${hours}:${minutes}:${seconds}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  if (isError(value)) return JSON.stringify(value.message);
  return JSON.stringify(value);
}

function stackLines(fields: Fields): string[] {
  return Object.values(fields)
    .filter(isError)
    .flatMap(({ stack }) => stack.split('\n').slice(1));
}

/** An error as pino writes it. */
function isError(value: unknown): value is { message: string; stack: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'message' in value &&
    typeof value.message === 'string' &&
    'stack' in value &&
    typeof value.stack === 'string'
  );
}

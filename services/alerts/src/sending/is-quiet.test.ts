import { describe, expect, it } from '@jest/globals';
import { isQuiet } from './is-quiet.ts';

const at = (time: string) => Date.parse(time);

describe('[P3] quiet hours', () => {
  it('are from the first minute until before the last, by the clocks of their zone', () => {
    const quiet = { from: '13:00', to: '14:30', tz: 'Asia/Seoul' };
    const times = ['03:59:59', '04:00:00', '05:29:59', '05:30:00'].map((time) => at(`2026-07-01T${time}Z`));
    expect(times.map((time) => isQuiet(quiet, time))).toEqual([false, true, true, false]);
    expect(isQuiet(null, times[1] as number)).toBe(false);
  });

  it('may pass midnight', () => {
    const quiet = { from: '22:00', to: '07:00', tz: 'UTC' };
    const times = ['21:59:59', '22:00:00', '00:00:00', '06:59:59', '07:00:00'].map((time) => at(`2026-07-01T${time}Z`));
    expect(times.map((time) => isQuiet(quiet, time))).toEqual([false, true, true, true, false]);
  });

  it('follow summer time, also in the hour that occurs twice', () => {
    const quiet = { from: '22:00', to: '07:00', tz: 'Europe/Berlin' };
    expect(isQuiet(quiet, at('2026-03-28T06:30:00+01:00'))).toBe(true);
    expect(isQuiet(quiet, at('2026-03-29T05:30:00Z'))).toBe(false);
    expect(isQuiet(quiet, at('2026-10-24T05:30:00Z'))).toBe(false);
    expect(isQuiet(quiet, at('2026-10-25T05:30:00Z'))).toBe(true);
    const twice = { from: '02:30', to: '02:45', tz: 'Europe/Berlin' };
    expect(['00:30', '00:50', '01:30', '01:50'].map((time) => isQuiet(twice, at(`2026-10-25T${time}:00Z`)))).toEqual([
      ...[true, false, true, false],
    ]);
  });
});

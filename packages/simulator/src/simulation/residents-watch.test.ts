/** One line when no resident can connect, and one when they are back. */
import { describe, expect, it } from '@jest/globals';
import { PATIENCE_MS, ResidentsWatch } from './residents-watch.ts';

describe('the watch over the residents', () => {
  it('reports once that they cannot connect, with the reason, and once that they are back', () => {
    const printed: string[] = [];
    const watch = new ResidentsWatch((sentence) => printed.push(sentence));
    const allOffline = { online: 0, reasons: 'transport 9' };
    for (let now = 0; now < 3 * PATIENCE_MS; now += 100) watch.update(now, allOffline);
    expect(printed).toEqual(['None of the residents can connect (transport 9); they keep trying.']);
    watch.update(4 * PATIENCE_MS, { online: 3, reasons: 'transport 9' });
    watch.update(4 * PATIENCE_MS + 1, allOffline);
    expect(printed.slice(1)).toEqual(['The residents are back on the map.']);
  });

  it('is patient with a restart', () => {
    const printed: string[] = [];
    const watch = new ResidentsWatch((sentence) => printed.push(sentence));
    watch.update(0, { online: 0, reasons: '' });
    watch.update(PATIENCE_MS - 1, { online: 1, reasons: '' });
    watch.update(PATIENCE_MS + 1, { online: 0, reasons: '' });
    expect(printed).toEqual([]);
  });
});

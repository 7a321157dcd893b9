/** One line when nobody gets on the map, and one when they are back. */
import { describe, expect, it } from '@jest/globals';
import { PATIENCE_MS, ResidentsWatch } from './residents-watch.ts';

describe('the watch over the residents', () => {
  it('says once that they cannot come, with the reason, and once that they are back', () => {
    const said: string[] = [];
    const watch = new ResidentsWatch((sentence) => said.push(sentence));
    const nobody = { online: 0, reasons: 'transport 9' };
    for (let now = 0; now < 3 * PATIENCE_MS; now += 100) watch.look(now, nobody);
    expect(said).toEqual(['None of the residents can get on the map (transport 9); they go on trying.']);
    watch.look(4 * PATIENCE_MS, { online: 3, reasons: 'transport 9' });
    watch.look(4 * PATIENCE_MS + 1, nobody);
    expect(said.slice(1)).toEqual(['The residents are back on the map.']);
  });

  it('is patient with a restart', () => {
    const said: string[] = [];
    const watch = new ResidentsWatch((sentence) => said.push(sentence));
    watch.look(0, { online: 0, reasons: '' });
    watch.look(PATIENCE_MS - 1, { online: 1, reasons: '' });
    watch.look(PATIENCE_MS + 1, { online: 0, reasons: '' });
    expect(said).toEqual([]);
  });
});

/** Tests the map of the world: drawn from the page's own files, and with a note where it has no streets. */
import { expect, it } from '@jest/globals';
import { useDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import { MAP_COLOURS } from './map/map-colours.ts';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';
import type { PersonPage } from './test-support/person-page.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
const PARIS = { lat: 48.8566, lng: 2.3522 };
const NOTE = 'No detailed map here';

/** The share of the window that has exactly this colour. */
async function shareOf({ page }: PersonPage, colour: string): Promise<number> {
  const image = (await page.screenshot()).toString('base64');
  // A page without a policy decodes it.
  const decoder = await page.context().newPage();
  const share = await decoder.evaluate(
    async ([png, hex]) => {
      const picture = new Image();
      picture.src = `data:image/png;base64,${png}`;
      await picture.decode();
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('No canvas.');
      context.drawImage(picture, 0, 0);
      const { data } = context.getImageData(0, 0, picture.width, picture.height);
      const wanted = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
      let count = 0;
      for (let at = 0; at < data.length; at += 4) if (wanted.every((part, index) => data[at + index] === part)) count++;
      return (count * 4) / data.length;
    },
    [image, colour] as const,
  );
  await decoder.close();
  return share;
}

// The browser's pages fail on a request to another host and on errors of the page.
describeInBrowser('the map of the world', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);

  it('has land and sea at a low zoom, and a note where streets are missing at a high one', async () => {
    const ada = await browsers.person('ada', { at: PARIS });
    const note = ada.page.getByText(NOTE);
    await note.waitFor();
    expect(await axeViolations(ada)).toEqual([]);
    const zoomOut = ada.page.getByRole('button', { name: 'Zoom out' });
    await eventually(async () => {
      await zoomOut.click();
      expect(await note.count()).toBe(0);
      expect(await shareOf(ada, MAP_COLOURS.light.land)).toBeGreaterThan(0.1);
      expect(await shareOf(ada, MAP_COLOURS.light.beyond)).toBeGreaterThan(0.1);
    });
  });

  it('has no note in Chicago', async () => {
    const ada = await browsers.person('ada', { at: LOOP });
    await ada.untilMapShows(8_046.72);
    expect(await ada.page.getByText(NOTE).count()).toBe(0);
  });

  it('has the note in Korean, too', async () => {
    const hana = await browsers.visit({ at: PARIS, locale: 'ko-KR' });
    await hana.page.getByLabel('누구로 들어갈까요?').fill('hana');
    await hana.page.keyboard.press('Enter');
    await hana.page.getByText('여기는 상세 지도가 없습니다').waitFor();
  });
});

// The README and the documentation as VS Code shows them: with pictures, and links that lead somewhere.

import { strict as assert } from 'node:assert';
import type { FrameLocator } from 'playwright-core';
import { publishedUrl, publishProject } from '../support/publishedProject';
import { type Window, waitUntil } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

describe('README and documentation in a real window', function () {
  this.bail(true);

  let window: Window;

  useRealWindow('documentation', async ({ open }) => {
    ({ window } = await open({ baseUrl: publishedUrl, prepare: publishProject }));
    await window.waitForStatus(/set API key/);
    await window.page.locator('.gettingStartedContainer .getting-started-step').first().waitFor();
  });

  it('has a page of the extension whose pictures all appear', async () => {
    await window.openExtensionPage();
    await page().getByRole('heading', { name: 'Start in three steps' }).waitFor();
    await picturesAppear(5);
    await window.screenshot('extension-page');
    const link = page().getByRole('link', { name: 'Other agents' });
    assert.equal(await link.getAttribute('href'), `${publishedUrl}/docs/agents.md`);
  });

  it('opens the documentation of the installed version in the editor, without any network', async () => {
    await window.runCommand('View: Close All Editors');
    await window.page.unrouteAll();
    await window.runCommand('Switchyard: Open Documentation');
    await page().getByRole('heading', { name: 'Documentation', level: 1 }).waitFor();
    await picturesAppear(4);
    await window.screenshot('documentation');
    await page().getByRole('link', { name: 'What happens when something fails' }).click();
    await page().getByRole('heading', { name: 'What happens when something fails' }).waitFor();
    await picturesAppear(1);
  });

  function page(): FrameLocator {
    return window.page.frameLocator('iframe.webview.ready').last().frameLocator('#active-frame');
  }

  async function picturesAppear(count: number): Promise<void> {
    const widths = () =>
      page()
        .locator('img')
        .evaluateAll((all) =>
          all.map((one) => ('naturalWidth' in one ? Number(one.naturalWidth) : 0)),
        );
    await waitUntil(async () => {
      const seen = await widths();
      return seen.length === count && seen.every((width) => width > 0);
    }, `${count} pictures are there`);
  }
});

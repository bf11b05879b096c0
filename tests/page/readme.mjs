// The pictures of the README: `node tests/page/readme.mjs PAGE FOLDER`.

import { join } from 'node:path';
import { launch, open } from './browser.mjs';

const [file, folder] = process.argv.slice(2);
const browser = await launch();

async function picture(name, colorScheme, first, last = first) {
  const { page, context } = await open(browser, file, { colorScheme, viewport: { width: 840, height: 900 } });
  const from = await page.locator(first).first().boundingBox();
  const to = await page.locator(last).last().boundingBox();
  const room = 20;
  const clip = { x: 0, y: from.y - room, width: 840, height: to.y + to.height - from.y + 2 * room };
  await page.screenshot({ path: join(folder, name), clip, fullPage: true });
  await context.close();
}

await picture('page-answer.png', 'light', '.answer', '.leave li:nth-child(5)');
await picture('page-card.png', 'light', '#sender-3');
await picture('page-days.png', 'dark', '#load', '#load figure');
await browser.close();

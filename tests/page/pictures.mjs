// Pictures of a page: `node pictures.mjs PAGE FOLDER` shows it at three widths, in both schemes and printed.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, open } from './browser.mjs';

const [file, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const colorScheme of ['light', 'dark']) {
  for (const width of [360, 900, 1920]) {
    const { page, context } = await open(browser, file, { colorScheme, viewport: { width, height: 1000 } });
    await page.screenshot({ path: join(folder, `${colorScheme}-${width}.png`), fullPage: true });
    await context.close();
  }
}
const { page } = await open(browser, file);
await page.pdf({ path: join(folder, 'print.pdf'), format: 'A4', margin: { top: '15mm', bottom: '15mm', left: '12mm', right: '12mm' } });
await browser.close();

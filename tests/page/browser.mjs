// A browser of the machine's own (Debian's `chromium`), and pages opened in it as a person opens a file.

import { chromium } from 'playwright-core';
import { pathToFileURL } from 'node:url';

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    // CI runs as root in a container, where Chromium has no sandbox.
    args: ['--no-sandbox', '--disable-gpu', '--force-color-profile=srgb', '--hide-scrollbars', '--disable-lcd-text'],
  });

// Opens a file, and collects everything that a quiet page does not do.
export async function open(browser, file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 900, height: 1000 }, ...options });
  const page = await context.newPage();
  const address = pathToFileURL(file).href;
  const noises = [];
  page.on('console', (message) => noises.push(`console ${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => noises.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => { noises.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('popup', () => noises.push('a window was opened'));
  page.on('download', () => noises.push('a download began'));
  page.on('request', (request) => {
    if (request.url() !== address) noises.push(`request: ${request.url().slice(0, 200)}`);
  });
  page.on('framenavigated', (frame) => {
    if (frame.url().split('#')[0] !== address) noises.push(`went to ${frame.url().slice(0, 200)}`);
  });
  const began = performance.now();
  await page.goto(address, { waitUntil: 'load' });
  return { page, context, noises, loaded: performance.now() - began };
}

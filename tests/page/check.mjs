// Opens the pages that tests/browser.rs wrote in a real browser: `node check.mjs FOLDER`. Says what it saw of each page;
// what a page must not do is an error.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { launch, open } from './browser.mjs';

const folder = process.argv[2];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await launch();
const file = (name) => join(folder, `${name}.html`);
let failures = 0;

// Each check opens a page in a context of its own, and ends with: nothing was heard from the page.
async function check(what, name, options, look) {
  const { page, context, noises } = await open(browser, file(name), options);
  try {
    await look(page);
    assert.deepEqual(noises, [], 'the page made a noise');
    console.log(`ok      ${name}: ${what}`);
  } catch (error) {
    failures += 1;
    console.log(`FAILED  ${name}: ${what}\n${error.stack}`);
  }
  await context.close();
}

const shown = (page) => page.locator('tbody tr:visible').filter({ has: page.locator('th[scope=row]') });
const inTable = (page) => page.locator('#senders tbody tr:visible');
const column = (page, at) => page.locator(`#senders tbody tr:visible > :nth-child(${at})`).allTextContents();

async function accessible(page) {
  // The page's policy lets no script in; this one comes from outside of it.
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const found = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
    return violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`);
  });
  assert.deepEqual(found, [], 'axe found something');
}

async function fits(page) {
  const { inner, scroll } = await page.evaluate(() => ({ inner: innerWidth, scroll: document.documentElement.scrollWidth }));
  assert.ok(scroll <= inner, `the page is ${scroll} wide in a window of ${inner}`);
}

for (const name of ['year', 'sender', 'calm', 'hostile']) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [360, 900, 1920]) {
      await check(`${colorScheme}, ${width} px`, name, { colorScheme, viewport: { width, height: 900 } }, async (page) => {
        await fits(page);
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`), fullPage: name !== 'hostile' });
        if (name !== 'hostile' || width === 900) await accessible(page);
      });
    }
  }
}

await check('printed', 'year', { colorScheme: 'dark' }, async (page) => {
  await page.pdf({ path: join(folder, 'year.pdf'), format: 'A4' });
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), 'rgb(255, 255, 255)');
  assert.ok(await page.getByText('August 2025').first().isVisible(), 'numbers of calendars are printed');
  assert.ok(!(await page.getByLabel('Find').isVisible()), 'tools are not');
});

await check('sorts', 'year', {}, async (page) => {
  const head = page.locator('#senders thead th').filter({ hasText: 'Mails a year' });
  const numbers = async () => (await column(page, 4)).map((text) => Number(text.replace(',', '')));
  const before = await numbers();
  await head.getByRole('button').click();
  assert.equal(await head.getAttribute('aria-sort'), 'descending');
  assert.deepEqual(await numbers(), [...before].sort((a, b) => b - a));
  await head.getByRole('button').press('Enter');
  assert.equal(await head.getAttribute('aria-sort'), 'ascending');
  assert.deepEqual(await numbers(), [...before].sort((a, b) => a - b));
  await page.locator('#senders thead button').first().press('Space');
  const names = await column(page, 1);
  assert.deepEqual(names, [...names].sort((a, b) => a.localeCompare(b)));
  assert.equal(await page.locator('[aria-sort]').count(), 1);
});

await check('filters', 'year', {}, async (page) => {
  assert.equal(await inTable(page).count(), 10);
  await page.getByLabel('Find').fill('PAPER loom');
  assert.equal(await inTable(page).count(), 1);
  assert.equal(await page.locator('#senders output').textContent(), '1 of 10 rows');
  await page.getByLabel('only flagged').check();
  assert.equal(await inTable(page).count(), 0);
  await page.getByLabel('Find').fill('');
  assert.equal(await inTable(page).count(), 3);
  await page.getByLabel('Find').press('Enter');
  assert.equal(await inTable(page).count(), 3, 'Enter sends nothing');
});

await check('is used with the keyboard alone', 'year', {}, async (page) => {
  const reached = new Set();
  for (let at = 0; at < 60; at += 1) {
    await page.keyboard.press('Tab');
    const focus = await page.evaluate(() => {
      const at = document.activeElement;
      if (at === document.body) return null;
      if (at.tagName === 'SUMMARY') at.focus();
      const style = getComputedStyle(at);
      return { what: at.tagName + (at.getAttribute('type') ?? ''), seen: style.outlineStyle !== 'none' && style.outlineWidth !== '0px' };
    });
    if (!focus) break;
    assert.ok(focus.seen, `the focus is seen on ${focus.what}`);
    reached.add(focus.what);
  }
  for (const what of ['A', 'SUMMARY', 'INPUTsearch', 'INPUTcheckbox', 'BUTTONbutton', 'DIV']) assert.ok(reached.has(what), `${what} is reached`);
  const summary = page.locator('.card summary').first();
  await summary.press('Enter');
  assert.ok(await page.locator('.card table.small').first().isVisible());
  await page.getByRole('link', { name: 'Stride Outlet' }).first().press('Enter');
  assert.match(page.url(), /#sender-1$/);
});

for (const [name, rows] of [['year', 10], ['many', 600], ['sender', 91]]) {
  await check('without script everything is there', name, { javaScriptEnabled: false }, async (page) => {
    assert.ok((await shown(page).count()) >= rows);
    assert.equal(await page.locator('.tools:visible').count(), 0);
    assert.ok(await page.locator('svg.half').first().isVisible());
  });
}

await check('shows 500 rows at first, and finds the others', 'many', {}, async (page) => {
  assert.equal(await inTable(page).count(), 500);
  assert.equal(await page.locator('#senders output').textContent(), 'first 500 of 600 rows');
  await page.getByLabel('Find').fill('shop-599.example');
  assert.equal(await inTable(page).count(), 1);
  await page.getByLabel('Find').fill('');
  await page.getByRole('button', { name: 'Show all rows' }).click();
  assert.equal(await inTable(page).count(), 600);
  await page.setViewportSize({ width: 360, height: 800 });
  await fits(page);
});

for (const name of ['hostile', 'hostile-sender']) {
  await check('a thousand attempts do nothing', name, {}, async (page) => {
    for (const summary of await page.locator('summary').all()) await summary.evaluate((one) => { one.parentElement.open = true; });
    await page.mouse.move(300, 300);
    for (let at = 0; at < 30; at += 1) { await page.mouse.wheel(0, 2_000); await page.keyboard.press('Tab'); }
    const seen = await page.evaluate(() => {
      const names = new Set(), attributes = new Set(), links = new Set();
      for (const element of document.querySelectorAll('*')) {
        names.add(element.localName);
        for (const { name, value } of element.attributes) {
          attributes.add(name);
          if (name === 'href') links.add(value[0]);
        }
      }
      return { hit: window.hit !== undefined, names: [...names], attributes: [...attributes], links: [...links], text: document.body.textContent };
    });
    const known = ('html head meta title style body svg symbol clipPath g path text use header p nav ul li a main section h1 h2 h3 h4 b bdi span small ol pre ' +
      'article figure div figcaption details summary table thead tbody tr th td code form label input output button footer script line').split(' ');
    assert.deepEqual(seen.names.filter((one) => !known.includes(one)), [], 'only elements of the template');
    assert.deepEqual(seen.attributes.filter((one) => /^on|src|style|action|xlink|^is$|slot/.test(one)), [], 'no attribute that does something');
    assert.deepEqual(seen.links, ['#'], 'links stay on the page');
    assert.equal(seen.hit, false);
    const attempts = seen.text.split('hit(').length - 1;
    assert.ok(attempts >= 1_000, `${attempts} attempts are on the page`);
    assert.equal(await page.locator('script').count(), 1);
    assert.equal(await page.locator('style').count(), 1);
  });
}

await browser.close();
console.log(failures === 0 ? 'all done' : `${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;

// How long a page takes: `node times.mjs PAGE`. Medians of five.

import { launch, open } from './browser.mjs';

const browser = await launch();
const times = { 'open it': [], 'find a sender': [], 'sort by mails a year': [], 'show all rows': [] };
for (let round = 0; round < 5; round += 1) {
  const { page, context, loaded } = await open(browser, process.argv[2]);
  times['open it'].push(loaded);
  // From the input to the next frame that is drawn.
  const timed = (act) => page.evaluate(async (act) => {
    const box = document.querySelector('#senders .sortable');
    const began = performance.now();
    if (act === 'find') { const find = box.querySelector('[type=search]'); find.value = 'shop-49'; find.dispatchEvent(new Event('input')); }
    if (act === 'sort') [...box.querySelectorAll('thead button')].find((head) => head.textContent.includes('year')).click();
    if (act === 'all') box.querySelector('.tools button').click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return performance.now() - began;
  }, act);
  times['sort by mails a year'].push(await timed('sort'));
  times['show all rows'].push(await timed('all'));
  times['find a sender'].push(await timed('find'));
  await context.close();
}
for (const [what, all] of Object.entries(times)) {
  console.log(`${what}: ${Math.round(all.sort((a, b) => a - b)[2])} ms`);
}
await browser.close();

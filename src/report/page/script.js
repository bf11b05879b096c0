// Sorts and filters tables. Without it the page is complete.
'use strict';
const order = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });
for (const box of document.querySelectorAll('.sortable')) {
  const tools = box.querySelector('.tools');
  const body = box.querySelector('tbody');
  const heads = [...box.querySelectorAll('thead th')];
  const find = tools.querySelector('[type=search]');
  const flagged = tools.querySelector('[type=checkbox]');
  const told = tools.querySelector('output');
  const more = tools.querySelector('button');
  let shown = Number(box.dataset.shown);
  let rows = [...body.rows].map((row) => ({
    row,
    flagged: row.className === 'flagged',
    cells: [...row.cells].map((cell) => cell.textContent.trim()),
  }));
  for (const row of rows) row.text = row.cells.join('\n').toLowerCase();

  const show = () => {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let matches = 0;
    for (const row of rows) {
      const fits = (!flagged || !flagged.checked || row.flagged) && words.every((word) => row.text.includes(word));
      if (fits) matches += 1;
      row.row.hidden = !fits || matches > shown;
    }
    const count = (number) => number.toLocaleString('en');
    const part = Math.min(matches, shown);
    told.value = part < matches ? `first ${count(part)} of ${count(matches)} rows` : `${count(matches)} of ${count(rows.length)} rows`;
    more.hidden = part === matches;
  };

  const number = (text) => (text === '' ? -1 : Number(text.replace(/,/g, '')));
  const sort = (at, head) => {
    const falling = head.getAttribute('aria-sort') === 'ascending' || (head.className === 'n' && !head.hasAttribute('aria-sort'));
    for (const other of heads) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
    const sign = falling ? -1 : 1;
    const numbers = rows.every((row) => !Number.isNaN(number(row.cells[at])));
    const compare = numbers ? (a, b) => number(a) - number(b) : order.compare;
    rows.sort((a, b) => sign * compare(a.cells[at], b.cells[at]));
    show();
    body.append(...rows.map((row) => row.row));
  };

  heads.forEach((head, at) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    button.addEventListener('click', () => sort(at, head));
    head.append(button);
  });
  find.addEventListener('input', show);
  if (flagged) flagged.addEventListener('change', show);
  more.addEventListener('click', () => { shown = Infinity; show(); find.focus(); });
  tools.addEventListener('submit', (event) => event.preventDefault());
  box.classList.remove('short');
  tools.hidden = false;
  show();
}

// node draw.mjs FOLDER: draws every FOLDER/NAME.input.json in Debian's Chromium, at each width, into NAME-WIDTH.png,
// and writes what stands in each picture into NAME-WIDTH.report.json.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const WIDTHS = { wide: 1920, laptop: 1366 };
const SITE = 'http://grafana.invalid/';
const HTML = `<!doctype html><meta charset="utf-8">
<link rel="stylesheet" href="app.css"><style>body { margin: 0 }</style>
<div id="root"></div>
<script>window.__grafana_public_path__ = '/public/'</script><script src="app.js"></script>`;
const FONTS = { 'Inter-Regular': 'inter-latin-400-normal', 'Inter-Medium': 'inter-latin-500-normal' };

/** The page's files by their path: made here, or from the npm packages. */
async function files() {
  const { outputFiles } = await build({
    entryPoints: ['app.jsx'], bundle: true, write: false, outdir: '.', jsx: 'automatic', logLevel: 'error',
    loader: { '.svg': 'dataurl', '.woff2': 'dataurl', '.ttf': 'empty' },
    define: { 'process.env.NODE_ENV': '"production"', global: 'window' } });
  const made = { '/': { body: HTML, contentType: 'text/html' } };
  for (const { path, text } of outputFiles) {
    made[`/${basename(path)}`] = { body: text, contentType: path.endsWith('.js') ? 'text/javascript' : 'text/css' };
  }
  for (const [name, file] of Object.entries(FONTS)) {
    made[`/public/fonts/inter/${name}.woff2`] = { path: `node_modules/@fontsource/inter/files/${file}.woff2` };
  }
  return (path) => {
    const file = join('node_modules/@grafana/ui/dist', path.replace('/public/build/', '/public/'));
    return made[path] ?? (existsSync(file) ? { path: file } : { status: 404, body: '' });
  };
}

/** In the page: what each panel shows, and what of it cannot be seen. */
function look() {
  const LEGEND = '[data-testid="data-testid viz-layout-legend"]';
  const textOf = (element) => element.innerText.trim().replace(/\s+/g, ' ');
  const box = (element) => element.getBoundingClientRect();
  const isWhole = (element, panel, mayScroll = false) => {
    const inner = box(element);
    for (let outer = element.parentElement; outer && panel.contains(outer); outer = outer.parentElement) {
      const { left, right, top, bottom } = box(outer);
      const clips = outer === panel || getComputedStyle(outer).overflow !== 'visible';
      const isBeside = inner.left < left - 1 || inner.right > right + 1;
      const isAboveOrBelow = inner.top < top - 1 || inner.bottom > bottom + 1;
      if (clips && (isBeside || (isAboveOrBelow && !mayScroll))) {
        return false;
      }
    }
    return true;
  };
  const isCut = (element) => element.scrollWidth > element.clientWidth + 1
    && getComputedStyle(element).overflowX !== 'visible' && textOf(element) !== '';
  // A text on the right of its cell has no width to scroll to: what spills on the left is found by its letters.
  const spills = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const { left, right } = range.getBoundingClientRect();
    return textOf(element) !== '' && (left < box(element).left - 1 || right > box(element).right + 1);
  };
  // The text and its colour: of the largest letters, for a tile has a small name beside its value.
  const valueOf = (element) => {
    const size = (each) => parseFloat(getComputedStyle(each).fontSize);
    const words = [element, ...element.querySelectorAll('*')].filter((each) => !each.children.length && textOf(each));
    const [largest] = words.sort((a, b) => size(b) - size(a));
    return { text: textOf(element), color: largest ? getComputedStyle(largest).color : null };
  };
  return [...document.querySelectorAll('[data-panel]')].map((panel) => {
    const all = (selector) => [...panel.querySelectorAll(selector)];
    return {
      id: Number(panel.dataset.panel),
      title: panel.querySelector('h2')?.innerText ?? '',
      isDrawn: panel.querySelector('[data-drawn]') !== null,
      errors: all('[data-error]').map((each) => each.innerText),
      empty: panel.querySelector('[data-empty]')?.innerText ?? null,
      values: all('[data-tile], [role="gridcell"]').map(valueOf),
      legend: all(`${LEGEND} li, ${LEGEND} tbody tr`).map((each) => ({
        text: textOf(each), isWhole: isWhole(each, panel) && ![each, ...each.querySelectorAll('*')].some(isCut) })),
      cut: all('h2, [role="gridcell"], [role="columnheader"], [data-tile] *')
        .filter((each) => isCut(each) || spills(each) || !isWhole(each, panel, each.role === 'gridcell')).map(textOf),
    };
  });
}

const folder = process.argv[2];
const find = await files();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' });
try {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.input.json')).sort()) {
    const input = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    for (const [width, pixels] of Object.entries(WIDTHS)) {
      const name = join(folder, `${basename(file, '.input.json')}-${width}`);
      const page = await browser.newPage({ viewport: { width: pixels, height: 1000 } });
      const messages = [];
      page.on('pageerror', (error) => messages.push(String(error.stack)));
      page.on('console', (message) => message.type() === 'error' && messages.push(message.text()));
      await page.route('**/*', (route) => route.fulfill(find(new URL(route.request().url()).pathname)));
      await page.goto(SITE);
      await page.evaluate((each) => window.draw(each), input);
      await page.waitForFunction(() => document.querySelectorAll('[data-panel]').length
        === document.querySelectorAll('[data-drawn], [data-error]').length);
      // As high as the page: what is out of sight is neither drawn nor has it a text.
      await page.setViewportSize({ width: pixels, height: await page.evaluate(() => document.body.scrollHeight) });
      await page.waitForFunction(() => document.querySelector('svg:empty') === null);  // an icon on its way
      await page.evaluate(() => document.fonts.ready);
      await page.screenshot({ path: `${name}.png` });
      writeFileSync(`${name}.report.json`, JSON.stringify({ panels: await page.evaluate(look), messages }, null, 1));
      await page.close();
      console.log(`${basename(name)}.png`);
    }
  }
} finally {
  await browser.close();
}

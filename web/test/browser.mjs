// Debian's Chromium under playwright-core, and what every page is held to: no
// error on the console, no request to another host, no dialog, nothing wider
// than the screen.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before } from "node:test";
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const flags = [
  "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

let browser;

/** browse starts one browser for a file of tests. */
export function browse() {
  before(async () => {
    assert.ok(existsSync(executablePath), `no ${executablePath}: apt-get install chromium, or name yours in CHROMIUM`);
    browser = await chromium.launch({ executablePath, args: flags });
  });
  after(() => browser?.close());
}

/** visit opens a page; close() on what it returns checks what every page is held to. */
export async function visit(url, { width = 1400, scheme = "light", allowed = [] } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const faults = [];
  const home = new URL(url);
  page.on("console", (m) => {
    if (m.type() === "error" && !allowed.some((a) => m.text().includes(a))) faults.push(`console: ${m.text()}`);
  });
  page.on("pageerror", (e) => faults.push(`error: ${e.stack}`));
  page.on("dialog", (d) => { faults.push(`dialog: ${d.message()}`); void d.dismiss(); });
  page.on("request", (r) => {
    const to = new URL(r.url());
    if (to.protocol !== "data:" && (to.host !== home.host || (to.protocol === "file:" && to.pathname !== home.pathname))) faults.push(`request: ${r.url().slice(0, 200)}`);
  });
  await page.goto(url);
  return {
    page,
    async close() {
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) faults.push(`${over} pixels wider than ${width}`);
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
}

/** drawn waits until every chart of the page has pixels, and says how many there are. */
export async function drawn(page, within = "body") {
  await page.waitForFunction((selector) => {
    const charts = [...document.querySelectorAll(`${selector} .chart`)];
    return charts.length > 0 && charts.every((chart) => {
      const canvas = chart.querySelector("canvas");
      if (!canvas || canvas.width === 0) return false;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let dots = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) dots++;
      return dots > 500;
    });
  }, within);
  return page.locator(`${within} .chart`).count();
}

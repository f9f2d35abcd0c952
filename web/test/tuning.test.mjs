import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { browse, drawn, visit } from "./browser.mjs";

const page = readFileSync(new URL("../dist/tuning.html", import.meta.url), "utf8");
const folder = mkdtempSync(join(tmpdir(), "daycast-tuning-"));
after(() => rmSync(folder, { recursive: true }));
browse();

// The page filled as Go fills it.
function filled(tuning) {
  const file = join(folder, "tuning.html");
  writeFileSync(file, page.replace("/*REPORT*/", () => JSON.stringify(tuning).replaceAll("<", "\\u003c")));
  return pathToFileURL(file).href;
}

const trial = (n, loss, parameters, more) => ({ trial: n, parameters, origins: 3, loss, wape: loss, rmse: 3, bias: 0.02, seconds: 1.5, ...more });

const whole = () => ({
  model: "gbm", method: "halving", metric: "wape",
  parameters: [{ name: "learning_rate", low: 0.03, high: 0.12 }, { name: "leaves", low: 15, high: 63 }, { name: "trees", low: 100, high: 400 }],
  trials: [
    trial(2, 0.5, { learning_rate: 0.05, leaves: 20 }), trial(0, 0.52, {}), trial(1, 0.6, { learning_rate: 0.1, leaves: 60 }),
    trial(3, 0.7, { learning_rate: 0.04, leaves: 31 }, { origins: 1 }),
    trial(4, null, { learning_rate: 0.12, leaves: 63 }, { origins: undefined, wape: null, rmse: null, bias: null, error: "<img src=x onerror=alert(1)> {a|b}" }),
  ],
  holdout: [trial(0, 0.55, {}), trial(2, 0.53, { learning_rate: 0.05, leaves: 20 })],
  verdict: "on the origins held out the best changes wape by -3.6%", config: "forecast:\n  parameters:\n    gbm:\n      leaves: 20\n",
  notes: ["3 of 7 sets were not begun"],
});

for (const width of [400, 1400]) {
  for (const scheme of ["light", "dark"]) {
    test(`a search at ${width} pixels, ${scheme}`, async () => {
      const v = await visit(filled(whole()), { width, scheme });
      assert.equal(await drawn(v.page), 3, "the trials, and each parameter that was searched");
      const text = await v.page.locator("body").innerText();
      for (const want of ["-3.6%", "leaves: 20", "1 given up early", "1 failed", "not begun", "<img src=x"]) {
        assert.ok(text.includes(want), want);
      }
      assert.equal(await v.page.locator("table", { hasText: "parameters" }).last().locator("tbody tr").count(), 5);
      await v.close();
    });
  }
}

test("a search of which only the default was tried", async () => {
  const v = await visit(filled({ ...whole(), trials: [trial(0, 0.5, {})], holdout: null, config: undefined, notes: undefined }), { width: 400 });
  assert.equal(await drawn(v.page), 1);
  await v.close();
});

test("a page that nobody has filled says so", async () => {
  const file = join(folder, "empty.html");
  writeFileSync(file, page);
  const v = await visit(pathToFileURL(file).href);
  await v.page.getByText("daycast tune fills this page").waitFor();
  await v.close();
});

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { browse, drawn, visit } from "./browser.mjs";
import { empty, evil, hostile, nulled, whole } from "./sample.mjs";

const page = readFileSync(new URL("../dist/report.html", import.meta.url), "utf8");
const folder = mkdtempSync(join(tmpdir(), "daycast-report-"));
after(() => rmSync(folder, { recursive: true }));
browse();

// The page filled as Go fills it.
function filled(report) {
  const file = join(folder, "report.html");
  writeFileSync(file, page.replace("/*REPORT*/", () => JSON.stringify(report).replaceAll("<", "\\u003c")));
  return pathToFileURL(file).href;
}

for (const width of [400, 1400]) {
  for (const scheme of ["light", "dark"]) {
    test(`a whole report at ${width} pixels, ${scheme}`, async () => {
      const v = await visit(filled(whole()), { width, scheme });
      assert.equal(await drawn(v.page), 15);
      for (const chart of await v.page.locator(".chart").all()) {
        assert.match(await chart.getAttribute("aria-label"), /\w+ \w+/);
      }
      assert.equal(await v.page.locator("figure details").count(), 15, "every chart has its figures");
      await v.close();
    });
  }
}

test("figures, switches and zoom answer the keyboard", async () => {
  const v = await visit(filled(whole()));
  await drawn(v.page);
  const figure = v.page.locator("figure", { hasText: "What moves together" });
  await figure.locator("summary").focus();
  await v.page.keyboard.press("Enter");
  await figure.locator("table", { hasText: /Spearman[\s\S]*−0.2/ }).waitFor();
  await figure.getByRole("button", { name: "Pearson" }).focus();
  await v.page.keyboard.press("Enter");
  assert.equal(await figure.getByRole("button", { name: "Pearson" }).getAttribute("aria-pressed"), "true");
  await figure.locator("summary").click();
  await figure.locator("summary").click();
  await figure.locator("table", { hasText: "−0.4" }).waitFor();
  const sales = v.page.locator("figure", { hasText: "Sales over time" });
  await sales.getByRole("button", { name: "8 weeks" }).click();
  await sales.getByRole("button", { name: "revenue" }).click();
  await drawn(v.page);
  await v.close();
});

for (const [name, report] of [["an empty shop", empty], ["one series without figures", nulled]]) {
  test(`${name} says what is missing`, async () => {
    const v = await visit(filled(report()), { width: 400 });
    await v.page.locator(".nothing").first().waitFor();
    const text = await v.page.locator("body").innerText();
    assert.doesNotMatch(text, /NaN|undefined|null|Infinity|could not be shown/);
    await v.close();
  });
}

for (const width of [400, 1400]) {
  test(`names that want to be markup are text, at ${width} pixels`, async () => {
    const v = await visit(filled(hostile()), { width });
    await drawn(v.page);
    // A tooltip is where a name becomes HTML, if anywhere.
    for (const chart of await v.page.locator(".chart").all()) {
      await chart.scrollIntoViewIfNeeded();
      const box = await chart.boundingBox();
      for (const at of [0.4, 0.8]) await v.page.mouse.move(box.x + box.width * at, box.y + box.height * 0.45, { steps: 2 });
    }
    for (const summary of await v.page.locator("summary").all()) await summary.click();
    assert.equal(await v.page.locator("img").count(), 0);
    assert.ok((await v.page.locator("h1").innerText()).includes(evil.slice(0, 20)));
    await v.close();
  });
}

test("on paper everything is light, in the dark too", async () => {
  const v = await visit(filled(whole()), { scheme: "dark" });
  await drawn(v.page);
  const pdf = await v.page.pdf({ format: "A4" });
  assert.ok(pdf.length > 50_000);
  await v.close();
});

test("a page that nobody filled says so", async () => {
  const file = join(folder, "blank.html");
  writeFileSync(file, page);
  const v = await visit(pathToFileURL(file).href);
  assert.match(await v.page.locator("main").innerText(), /daycast explore fills this page/);
  await v.close();
});

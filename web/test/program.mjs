// The real program on a small shop.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const root = fileURLToPath(new URL("../..", import.meta.url));
export const program = join(root, "bin", "daycast");

/** folder makes a place for a shop, which remove() takes away. */
export function folder() {
  assert.ok(existsSync(program), "no bin/daycast: make build");
  const path = mkdtempSync(join(tmpdir(), "daycast-web-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** demo fills a shop in a folder and runs it. */
export function demo(path, ...args) {
  const done = spawnSync(program, ["demo", "--dir", path, "--no-serve", ...args], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stdout + done.stderr);
}

/** serve starts daycast serve; stop() ends it as an operator would. */
export async function serve(path) {
  const child = spawn(program, ["serve", "--config", join(path, "daycast.yaml"), "--addr", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"] });
  const ended = new Promise((done) => child.once("exit", done));
  const url = await new Promise((found, failed) => {
    let text = "";
    child.stdout.on("data", (part) => {
      text += part;
      const at = /serving on (http:\S+)/.exec(text);
      if (at) found(at[1]);
    });
    child.once("exit", (code) => failed(new Error(`daycast serve ended with ${code}: ${text}`)));
  });
  return { url, stop: async () => { child.kill("SIGTERM"); assert.equal(await ended, 0); } };
}

/** invoices writes the real invoices of some items as one file; undefined where the data is not there. */
export function invoices(path, wanted) {
  const data = join(process.env.DAYCAST_DATA || join(root, "..", "shared", "data"), "online_retail_ii");
  if (!existsSync(data)) {
    assert.ok(!process.env.DAYCAST_REQUIRE, `DAYCAST_REQUIRE is set and the real invoices are missing: ${data}`);
    return undefined;
  }
  const files = readdirSync(data).filter((f) => f.endsWith(".csv.gz")).sort();
  let header;
  const kept = [];
  for (const file of files) {
    const [first, ...lines] = gunzipSync(readFileSync(join(data, file))).toString("utf8").split("\n");
    header ??= first;
    for (const line of lines) if (wanted.test(line.split(",", 2)[1] ?? "")) kept.push(line);
  }
  const out = join(path, "invoices.csv");
  writeFileSync(out, [header, ...kept, ""].join("\n"));
  return out;
}

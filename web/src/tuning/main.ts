// A search for parameters: one page, the verdict first.

import "../shared/style.css";
import "../report/report.css";
import { h, mount, must } from "../shared/dom";
import { table } from "../shared/figure";
import { change, cut, number, plural, words } from "../shared/format";
import type { Tuning } from "../tuning";
import { all, byParameter, byTrial, fates, loss } from "./trials";

const methods: Record<string, string> = {
  tpe: "by TPE, which draws where good trials are dense",
  random: "at random",
  halving: "at random, of which each origin keeps the best",
  grid: "on a grid",
};

function holdout(r: Tuning): HTMLElement {
  const own = r.metric !== "wape"; // a column of its own
  const rows = (r.holdout ?? []).map((t, k) => [k === 0 ? "default" : "best", ...(own ? [loss(t.loss)] : []), loss(t.wape), number(t.rmse), change(t.bias, 1)]);
  return h("div", { class: "card wide" },
    h("p", {}, cut(r.verdict, 400)),
    rows.length ? table({ columns: [{ name: "" }, ...[...(own ? [r.metric] : []), "WAPE", "RMSE", "bias"].map((name) => ({ name, right: true }))], rows }) : null,
    r.config ? h("pre", {}, r.config) : null,
  );
}

function draw(r: Tuning): void {
  document.title = `${cut(r.model, 60)}: search for parameters`;
  const f = fates(r);
  const seconds = r.trials.reduce((sum, t) => sum + t.seconds, 0);
  const said = [
    `${plural(r.trials.length, "set")} of parameters, the default among them, ${methods[r.method] ?? cut(r.method, 20)}`,
    f.givenUp.length ? `${f.givenUp.length} given up early` : "",
    f.failed.length ? `${f.failed.length} failed` : "",
    `${number(seconds, 0)} s of fits`,
  ].filter((x) => x !== "");
  mount(must("page"),
    h("a", { class: "skip", href: "#content" }, "Skip to the figures"),
    h("header", {}, h("h1", {}, `Parameters of ${cut(words(r.model), 60)}`), h("p", { class: "soft" }, `${said.join("; ")}.`)),
    h("main", { id: "content" },
      h("section", {}, h("h2", {}, "On origins that the search has not seen"), h("div", { class: "grid" }, holdout(r))),
      h("section", {}, h("h2", {}, "Trials"), h("div", { class: "grid two" }, byTrial(r))),
      h("section", {}, h("h2", {}, "By parameter"), h("div", { class: "grid two" }, ...byParameter(r))),
      h("section", {}, h("h2", {}, "All trials"), h("div", { class: "grid" }, all(r))),
      r.notes?.length ? h("section", {}, h("h2", {}, "Notes"), h("ul", { class: "card notes" }, ...r.notes.map((n) => h("li", {}, cut(n, 400))))) : null,
    ),
  );
}

const text = must("tuning").textContent ?? "";
try {
  draw(JSON.parse(text) as Tuning);
} catch (e) {
  const why = text.startsWith("/*") ? "daycast tune fills this page; here it is empty." : `The page's data cannot be read: ${e instanceof Error ? e.message : e}`;
  mount(must("page"), h("main", {}, h("h1", {}, "No search"), h("p", {}, why)));
}

// The exploration report: one page, in the order in which a merchandiser asks.

import "../shared/style.css";
import "./report.css";
import { h, mount, must } from "../shared/dom";
import { byCategory, byHorizon } from "../shared/errors";
import { nothing } from "../shared/figure";
import { cut, day, instant, number } from "../shared/format";
import type { Report } from "../report";
import { cleaning, headlines, statesByMonth, top } from "./data";
import { correlation, importances, priceResponse, promotion } from "./drivers";
import { concentration, price, units, week, year } from "./profiles";
import { total, trend } from "./total";

interface Section {
  id: string;
  name: string;
  parts: (r: Report) => HTMLElement[];
}

const sections: Section[] = [
  { id: "sales", name: "Sales", parts: (r) => [total(r), trend(r)] },
  { id: "error", name: "Forecast error", parts: errors },
  { id: "drivers", name: "What drives sales", parts: (r) => [importances(r), priceResponse(r), promotion(r), correlation(r)] },
  { id: "profiles", name: "Week and year", parts: (r) => [week(r), year(r)] },
  { id: "distributions", name: "Distributions", parts: (r) => [units(r), price(r), concentration(r)] },
  { id: "data", name: "Data", parts: (r) => [statesByMonth(r), cleaning(r)] },
  { id: "top", name: "Top sellers", parts: (r) => [top(r)] },
];

function errors(r: Report): HTMLElement[] {
  if (!r.errors) return [nothing("How far off forecasts were", "No run has compared its forecasts with what was sold yet.", true)];
  return [...byHorizon(r.errors.horizon, r.step), byCategory(r.errors.category)];
}

// guarded keeps one figure that fails from taking the others with it.
function guarded(s: Section, r: Report): HTMLElement[] {
  try {
    return s.parts(r);
  } catch (e) {
    return [nothing(s.name, `This part of the report's data could not be shown: ${e instanceof Error ? e.message : e}`, true)];
  }
}

function draw(r: Report): void {
  document.title = `${cut(r.shop || "shop", 60)}: sales report`;
  mount(must("page"),
    h("a", { class: "skip", href: "#content" }, "Skip to the report"),
    h("header", {},
      h("h1", {}, `${cut(r.shop || "The shop", 80)}: what sells, when and why`),
      h("p", { class: "soft" }, `Data up to ${day(r.origin)}, by ${r.step}. Run ${cut(r.run, 60)}, written ${instant(r.created)}.`),
      r.sample
        ? h("p", { class: "soft", id: "sample" }, `The shop is too large to be looked at as a whole: figures are of a sample of ${number(r.sample.series, 0)} of its ${number(r.sample.of, 0)} series. ` +
          "Counts of series and the top sellers are of all; errors and importances are those of the run.")
        : null,
    ),
    h("nav", { "aria-label": "Sections" }, ...sections.map((s) => h("a", { href: `#${s.id}` }, s.name)), r.notes.length ? h("a", { href: "#notes" }, "Notes") : null),
    h("main", { id: "content" },
      headlines(r),
      ...sections.map((s) => h("section", { id: s.id }, h("h2", {}, s.name), h("div", { class: "grid two" }, ...guarded(s, r)))),
      r.notes.length
        ? h("section", { id: "notes" }, h("h2", {}, "Notes"), h("ul", { class: "card notes" }, ...r.notes.map((n) => h("li", {}, cut(n, 600)))))
        : null,
    ),
  );
}

const text = must("report").textContent ?? "";
try {
  draw(JSON.parse(text) as Report);
} catch (e) {
  const why = text.startsWith("/*") ? "daycast explore fills this page; here it is empty." : `The report's data cannot be read: ${e instanceof Error ? e.message : e}`;
  mount(must("page"), h("main", {}, h("h1", {}, "No report"), h("p", {}, why)));
}

// A figure is a chart with a title, a sentence that says what to see, and its
// numbers as a table for those who want or need them.

import { chart, type Chart, type Drawing } from "./chart";
import { h } from "./dom";

export interface Column {
  name: string;
  right?: boolean; // of numbers
}

export interface Table {
  columns: Column[];
  rows: (string | Node)[][];
}

export interface Figure {
  title: string;
  caption: string;
  drawing: Drawing | Chart; // a chart where tools change it
  table: () => Table;
  tools?: HTMLElement[];
  wide?: boolean;
}

export function figure(f: Figure): HTMLElement {
  const drawn = "element" in f.drawing ? f.drawing : chart(f.drawing);
  const details = h("details", {}, h("summary", {}, "Figures"));
  details.addEventListener("toggle", () => {
    // Made when first asked for, and again: a switch may have changed what is shown.
    details.querySelector(".scroll")?.remove();
    if (details.open) details.append(table(f.table()));
  });
  return h("figure", { class: f.wide ? "wide" : null },
    h("figcaption", {}, h("h3", {}, f.title), h("p", {}, f.caption)),
    f.tools?.length ? h("div", { class: "tools" }, ...f.tools) : null,
    drawn.element,
    details,
  );
}

/** nothing stands where a figure would, and says why there is none. */
export function nothing(title: string, why: string, wide = false): HTMLElement {
  return h("figure", { class: wide ? "empty wide" : "empty" }, h("figcaption", {}, h("h3", {}, title)), h("p", { class: "nothing" }, why));
}

/** table is a scrolling box; whole does not scroll down, stack puts the last column under the others on a phone. */
export function table(t: Table, kind: "" | "whole" | "stack" = ""): HTMLElement {
  const side = (i: number) => (t.columns[i]?.right ? "right" : null);
  return h("div", { class: `scroll ${kind}`, tabindex: 0, role: "region", "aria-label": "Figures" },
    h("table", {},
      h("thead", {}, h("tr", {}, ...t.columns.map((c, i) => h("th", { scope: "col", class: side(i) }, c.name)))),
      h("tbody", {}, ...t.rows.map((row) => h("tr", {}, ...row.map((cell, i) => h("td", { class: side(i) }, cell))))),
    ),
  );
}

/** choice is a row of buttons of which one is on. */
export function choice(label: string, names: string[], chosen: number, choose: (i: number) => void): HTMLElement {
  const buttons = names.map((name, i) =>
    h("button", {
      type: "button",
      "aria-pressed": String(i === chosen),
      onclick: () => {
        buttons.forEach((b, k) => b.setAttribute("aria-pressed", String(k === i)));
        choose(i);
      },
    }, name));
  return h("div", { class: "choice", role: "group", "aria-label": label }, ...buttons);
}

/** ranges are the buttons that zoom a time axis of so many days to its end. */
export function ranges(days: number, shown: number, zoom: (start: number, end: number) => void): HTMLElement {
  const spans: [string, number][] = ([["8 weeks", 56], ["6 months", 183], ["1 year", 366]] as [string, number][]).filter(([, n]) => n < days);
  spans.push(["all", days]);
  const start = (n: number) => Math.max(0, 100 * (1 - n / days));
  const chosen = spans.findIndex(([, n]) => n >= Math.min(shown, days));
  return choice("Time shown", spans.map(([name]) => name), chosen, (i) => zoom(start(spans[i]?.[1] ?? days), 100));
}

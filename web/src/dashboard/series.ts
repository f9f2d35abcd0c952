// One series: what it sold and why, and what it is going to.

import { band, chart, grid, icons, legend, slider, timeAxis, tooltip, valueAxis, type Option } from "../shared/chart";
import { h } from "../shared/dom";
import { figure, ranges, table } from "../shared/figure";
import { compact, cut, day, number, plural, utc, weekday, words } from "../shared/format";
import { stateWord, type Theme } from "../shared/theme";
import type { Num } from "../report";
import type { Forecast, History } from "./api";

const dayLength = 86_400_000;
const shownAtFirst = 183; // days, the forecast's included

interface Point {
  at: number;
  day: string;
  history?: History["days"][number];
  forecast?: Forecast["days"][number];
}

const quantile = (p: Forecast["days"][number] | undefined, level: string): Num => p?.quantiles?.[level] ?? null;

export function seriesView(id: string, past: History, next: Forecast): HTMLElement {
  const points: Point[] = [
    ...past.days.map((d) => ({ at: utc(d.day), day: d.day, history: d })),
    ...next.days.map((d) => ({ at: utc(d.day), day: d.day, forecast: d })),
  ];
  const by = new Map(points.map((p) => [p.at, p]));
  const period = past.step === 7 ? "week" : "day";
  const span = points.length * past.step;
  const start = Math.max(0, 100 * (1 - shownAtFirst / Math.max(1, span)));
  const drawn = chart({
    label: `Line chart of ${cut(id, 60)}: ${plural(past.days.length, period)} of units sold up to ${day(next.origin)}, then the forecast for ${plural(next.days.length, period)}.`,
    height: (width) => (width < 500 ? 360 : 440),
    option: (t) => option(t, past, next, by, start),
  });
  const sum = (of: (d: Forecast["days"][number]) => Num) => next.days.reduce((all, d) => all + (of(d) ?? 0), 0);
  const recent = past.days.slice(-next.days.length);
  const sold = recent.reduce((all, d) => all + (d.units ?? 0), 0);
  const price = past.days[past.days.length - 1]?.price;
  const count = (state: string) => recent.filter((d) => d.state === state).length;
  const tile = (name: string, value: string, words: string) => h("div", { class: "tile" }, h("dt", {}, name), h("dd", {}, value), h("p", {}, words));
  return h("div", { class: "grid" },
    h("dl", { class: "tiles" },
      tile(`Next ${plural(next.days.length, period)}`, number(sum((d) => d.mean), sum((d) => d.mean) < 100 ? 1 : 0), "units forecast, the mean"),
      tile(`Last ${plural(recent.length, period)}`, number(sold), "units sold"),
      tile("Out of stock", plural(count("stock_out"), period), `of the last ${recent.length}`),
      tile("Last price", number(price, 2), price === null || price === undefined ? "none is known" : "a unit"),
    ),
    figure({
      title: "Sold, and forecast",
      caption: `The line is what was sold, with gaps where the shop was closed or data is missing; four ${period}s in five should end in the forecast's fan.`,
      tools: [ranges(span, shownAtFirst, drawn.zoom)],
      drawing: drawn,
      table: () => ({
        columns: [{ name: period }, { name: "state" }, ...["units", "price", "mean", "q10", "q50", "q90"].map((n) => ({ name: n, right: true }))],
        rows: [...points].reverse().map((p) => [
          day(p.day), p.history ? stateWord(p.history.state) : "forecast", number(p.history?.units), number(p.history?.price, 2),
          number(p.forecast?.mean), ...["0.1", "0.5", "0.9"].map((q) => number(quantile(p.forecast, q))),
        ]),
      }),
    }),
    h("div", { class: "card" },
      h("h3", {}, "The forecast in numbers"),
      h("p", { class: "soft" }, `By ${cut(words(next.model), 120)}, from what was known on ${day(next.origin)}.`),
      table({
        columns: [{ name: period }, ...["mean", "q10", "q50", "q90"].map((n) => ({ name: n, right: true }))],
        rows: next.days.map((d) => [weekday(d.day), number(d.mean), ...["0.1", "0.5", "0.9"].map((q) => number(quantile(d, q)))]),
      }),
    ),
  );
}

function option(t: Theme, past: History, next: Forecast, by: Map<number, Point>, start: number): Option {
  const width = past.step * dayLength;
  const sold = past.days.map((d) => [utc(d.day), ["closed", "missing", "not_listed"].includes(d.state) ? null : d.units]);
  const only = (state: string, y: (d: History["days"][number]) => Num) => past.days.filter((d) => d.state === state).map((d) => [utc(d.day), y(d)]);
  const line = next.days.map((d): [number, Num] => [utc(d.day), d.mean]);
  const q = (level: string) => next.days.map((d): [number, Num] => [utc(d.day), quantile(d, level)]);
  // Shaded runs of one state, each day from its middle to its middle.
  const shade = (state: string, opacity: number): Option[] => {
    const runs: [number, number][] = [];
    for (const d of past.days) {
      if (d.state !== state) continue;
      const from = utc(d.day) - width / 2;
      const run = runs[runs.length - 1];
      if (run && run[1] === from) run[1] = from + width;
      else runs.push([from, from + width]);
    }
    if (runs.length === 0) return [];
    return [{
      type: "line", name: stateWord(state), data: [], color: t.state(state), legendIcon: "roundRect", lineStyle: { opacity: 0 }, itemStyle: { opacity: 0.5 },
      markArea: { silent: true, itemStyle: { color: t.state(state), opacity }, data: runs.map(([a, b]) => [{ xAxis: a }, { xAxis: b }]) },
    }];
  };
  const zero = only("zero", () => 0);
  const missing = only("missing", () => 0);
  const marks = (state: string, data: unknown[], symbol: string, size: number, fill = t.state(state)): Option[] => (data.length ? [{
    type: "line", name: stateWord(state), data, itemStyle: { color: fill, borderColor: t.state(state), borderWidth: 1.5 }, lineStyle: { opacity: 0 }, symbol, symbolSize: size, z: 3,
  }] : []);
  const fan = t.colours[1] ?? "";
  return {
    legend: legend(t),
    grid: grid({ bottom: 42, right: 16 }),
    dataZoom: slider(t, start),
    tooltip: tooltip(t, { formatter: (p: { axisValue: number }[]) => told(by.get(p[0]?.axisValue ?? NaN), past.step) }),
    xAxis: timeAxis(t),
    yAxis: valueAxis(t, compact, { min: (v: { min: number }) => Math.min(0, v.min) }),
    series: [
      { type: "line", name: stateWord("sold"), data: sold, color: t.state("sold"), lineStyle: { width: 1.5 }, symbol: "circle", symbolSize: 3, showAllSymbol: true },
      ...shade("stock_out", 0.3),
      ...shade("closed", 0.22),
      ...marks("zero", zero, "circle", 5, t.card),
      ...marks("missing", missing, "triangle", 9),
      ...band("q10 to q90", q("0.1"), q("0.9"), fan),
      { type: "line", name: "median (q50)", data: q("0.5"), legendIcon: icons.dots, color: fan, symbol: "none", lineStyle: { width: 1.5, type: "dotted" } },
      { type: "line", name: "forecast (mean)", data: line, color: fan, symbol: "circle", symbolSize: 3, lineStyle: { width: 2.5 } },
    ],
  };
}

function told(p: Point | undefined, step: number): string {
  if (!p) return "";
  const head = step === 7 ? `week from ${day(p.day)}` : weekday(p.day);
  if (p.history) {
    const d = p.history;
    const units = d.state === "missing" ? "no data" : d.state === "closed" ? "closed" : `${number(d.units)} units, ${stateWord(d.state)}`;
    return [head, units, ...(d.price === null ? [] : [`price ${number(d.price, 2)}`])].join("\n");
  }
  const f = p.forecast;
  return [head, `forecast ${number(f?.mean)}`, `between ${number(quantile(f, "0.1"))} and ${number(quantile(f, "0.9"))}`, `median ${number(quantile(f, "0.5"))}`].join("\n");
}

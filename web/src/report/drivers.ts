// What sales hang on: what the model looks at, prices, promotions, and which
// quantities move together.

import { chart, categoryAxis, grid, legend, literal, tooltip, valueAxis } from "../shared/chart";
import { choice, figure, nothing } from "../shared/figure";
import { change, cut, number, percent, plural, words } from "../shared/format";
import type { Report } from "../report";

const most = 15; // bars; the tables have all

export function importances(r: Report): HTMLElement {
  const title = "What the forecast looks at";
  const all = r.model?.features ?? [];
  if (!r.model || all.length === 0) return nothing(title, r.model ? "The model that serves reads no features." : "No model has been trained yet.");
  const shown = [...all].sort((a, b) => b.increase - a.increase).slice(0, most).reverse();
  const names = shown.map((f) => words(f.name));
  const groups = [...new Set([...all].sort((a, b) => b.increase - a.increase).map((f) => f.group))];
  return figure({
    title,
    wide: true,
    caption: `How much larger the error of ${cut(words(r.model.featuresOf), 40)} gets when a feature is shuffled among series and days; colours are kinds of features.${all.length > most ? ` The ${most} strongest of ${all.length}.` : ""}`,
    table: () => ({
      columns: [{ name: "feature" }, { name: "kind" }, { name: "rise of the error", right: true }],
      rows: [...all].sort((a, b) => b.increase - a.increase).map((f) => [cut(f.name, 60), cut(f.group, 40), change(f.increase, 2)]),
    }),
    drawing: {
      label: `Bar chart of feature importance. Strongest: ${shown.slice(-3).reverse().map((f) => `${cut(f.name, 30)} ${change(f.increase, 1)}`).join(", ")}.`,
      height: 56 + 24 * Math.max(4, shown.length),
      option: (t, width) => ({
        legend: legend(t),
        grid: grid({ bottom: 0, right: 24 }),
        tooltip: tooltip(t, {
          axisPointer: { type: "shadow" },
          formatter: (p: { dataIndex: number }[]) => {
            const f = shown[p[0]?.dataIndex ?? 0];
            return f ? literal(`${cut(f.name, 40)} (${cut(f.group, 20)})\nerror ${change(f.increase, 2)} when shuffled`) : "";
          },
        }),
        xAxis: valueAxis(t, (v) => change(v), { splitNumber: 4 }),
        yAxis: categoryAxis(t, names.map((n) => literal(cut(n, width < 500 ? 18 : 30))), { axisLabel: { color: t.text, interval: 0 } }),
        series: groups.map((group, k) => ({
          type: "bar", stack: "one", name: literal(cut(group, 24)), color: t.colours[k % 8], barMaxWidth: 16,
          data: shown.map((f) => (f.group === group ? f.increase : null)),
        })),
      }),
    },
  });
}

export function priceResponse(r: Report): HTMLElement {
  const title = "What a price change does";
  const { units, days, elasticity, series } = r.priceResponse;
  const bins = r.priceResponse.change.map((b) => b.replaceAll("-", "\u2212"));
  if (!units.some((u) => u !== null)) return nothing(title, "Prices hardly ever changed, so nothing can be said.");
  const rise = units.map((u) => (u === null ? null : u - 1));
  const gain = elasticity === null ? null : 0.9 ** elasticity - 1;
  return figure({
    title,
    caption: (gain === null ? "Units against a series' usual, by how its price stood against its own median." :
      `A price 10% lower goes with ${percent(Math.abs(gain))} ${gain >= 0 ? "more" : "fewer"} units (elasticity ${number(elasticity)}, ${plural(series, "series", "series")}).`) +
      " What goes together need not be cause and effect: large orders often come at lower prices.",
    table: () => ({
      columns: [{ name: "price against its median" }, { name: "units against usual", right: true }, { name: "days", right: true }],
      rows: bins.map((b, i) => [b, change(rise[i]), number(days[i], 0)]),
    }),
    drawing: {
      label: `Bar chart of units against usual by price change: ${bins.map((b, i) => `${b}: ${change(rise[i])}`).join(", ")}.`,
      option: (t, width) => ({
        legend: { show: false },
        grid: grid({ top: 12, bottom: 26 }),
        tooltip: tooltip(t, {
          axisPointer: { type: "shadow" },
          formatter: (p: { dataIndex: number }[]) => {
            const i = p[0]?.dataIndex ?? 0;
            return literal(`price ${bins[i]}\nunits ${change(rise[i])} against usual\n${plural(days[i] ?? 0, "day")}`);
          },
        }),
        xAxis: categoryAxis(t, bins.map((b) => literal(cut(b, 20)).replace(/ (to|or) /, " $1\n")), { name: "price against its median", nameLocation: "middle", nameGap: width < 500 ? 48 : 38, nameTextStyle: { color: t.soft }, axisLine: { onZero: false, lineStyle: { color: t.line } }, axisLabel: { color: t.soft, interval: 0, fontSize: width < 500 ? 9 : 12, lineHeight: 14 } }),
        yAxis: valueAxis(t, (v) => change(v)),
        series: [{ type: "bar", data: rise.map((v) => ({ value: v, itemStyle: { color: t.colours[(v ?? 0) >= 0 ? 0 : 1] } })), barMaxWidth: 48 }],
      }),
    },
  });
}

export function promotion(r: Report): HTMLElement {
  const title = "What a promotion does";
  const { share, lift, days, byCategory } = r.promotion;
  if (days === 0 || lift === null) return nothing(title, "No promotions are in the data.");
  const shown = [...byCategory].sort((a, b) => b.days - a.days).slice(0, most).sort((a, b) => a.lift - b.lift);
  const said = `On promotion a series sells ${change(lift)} against its usual; ${percent(share)} of selling days were on promotion (${plural(days, "day")}).`;
  if (shown.length === 0) return nothing(title, said);
  return figure({
    title,
    caption: said,
    table: () => ({
      columns: [{ name: "category" }, { name: "lift", right: true }, { name: "days on promotion", right: true }],
      rows: byCategory.map((c) => [cut(c.name, 80), change(c.lift), number(c.days, 0)]),
    }),
    drawing: {
      label: `Bar chart of promotion lift by category. ${said}`,
      height: 40 + 30 * Math.max(4, shown.length),
      option: (t, width) => ({
        legend: { show: false },
        grid: grid({ top: 8, bottom: 0, right: 24 }),
        tooltip: tooltip(t, {
          axisPointer: { type: "shadow" },
          formatter: (p: { dataIndex: number }[]) => {
            const c = shown[p[0]?.dataIndex ?? 0];
            return c ? literal(`${cut(c.name, 40)}\n${change(c.lift)} on promotion\n${plural(c.days, "day")}`) : "";
          },
        }),
        xAxis: valueAxis(t, (v) => change(v), { splitNumber: 4 }),
        yAxis: categoryAxis(t, shown.map((c) => literal(cut(c.name, width < 500 ? 16 : 28))), { axisLabel: { color: t.text, interval: 0 }, axisLine: { onZero: false, lineStyle: { color: t.line } } }),
        series: [{ type: "bar", data: shown.map((c) => ({ value: c.lift, itemStyle: { color: t.colours[c.lift >= 0 ? 2 : 1] } })), barMaxWidth: 18 }],
      }),
    },
  });
}

const kinds = [
  { name: "Spearman", of: "spearman", words: "by rank, so that a few huge days do not decide" },
  { name: "Pearson", of: "pearson", words: "of the values as they are" },
] as const;

export function correlation(r: Report): HTMLElement {
  const title = "What moves together";
  const { names, pairs } = r.correlation;
  if (names.length < 2 || pairs === 0) return nothing(title, "There are too few days to compare.");
  let kind: (typeof kinds)[number] = kinds[0];
  const called = names.map(words);
  const matrix = () => r.correlation[kind.of];
  const drawn = chart({
    label: `Heat map of the correlations between ${called.map((w) => cut(w, 30)).join(", ")}.`,
    height: (width) => Math.min(width, 90 + names.length * 44),
    option: (t, width) => {
      const small = width < 500;
      const label = called.map((n) => literal(cut(n, small ? 12 : 22)));
      return {
        legend: { show: false },
        grid: grid({ top: 4, bottom: 40 }),
        tooltip: tooltip(t, {
          trigger: "item",
          formatter: (p: { value: [number, number, number | null] }) => literal(`${cut(called[p.value[0]] ?? "", 30)}\n${cut(called[p.value[1]] ?? "", 30)}\n${number(p.value[2], 2)}`),
        }),
        visualMap: {
          type: "continuous", min: -1, max: 1, orient: "horizontal", left: "center", bottom: 0, itemWidth: 12, itemHeight: 140, precision: 1, text: ["together +1", "−1 opposite"],
          textStyle: { color: t.soft }, inRange: { color: [t.colours[1], t.card, t.colours[0]] }, calculable: false, hoverLink: false,
        },
        xAxis: categoryAxis(t, label, { axisLabel: { color: t.soft, interval: 0, rotate: small || names.length > 6 ? 50 : 0 } }),
        yAxis: categoryAxis(t, label, { inverse: true, axisLabel: { color: t.soft, interval: 0 } }),
        series: [{
          type: "heatmap",
          data: matrix().flatMap((row, y) => row.map((v, x) => ({ value: [x, y, v === null ? "-" : v], label: { color: Math.abs(v ?? 0) > 0.6 ? t.card : t.text } }))),
          itemStyle: { borderColor: t.line, borderWidth: 1 },
          label: { show: !small || names.length <= 7, fontSize: small ? 10 : 12, formatter: (p: { value: [number, number, number] }) => (typeof p.value[2] === "number" ? number(p.value[2], small ? 1 : 2) : "") },
          emphasis: { itemStyle: { borderColor: t.text } },
        }],
      };
    },
  });
  return figure({
    title,
    wide: true,
    caption: `Blue pairs rise together, orange ones go opposite ways, pale ones have little to do with each other. Spearman compares ranks, so that a few huge days do not decide; over ${plural(pairs, "series day")}.`,
    tools: [choice("Kind of correlation", kinds.map((k) => k.name), 0, (i) => { kind = kinds[i] ?? kinds[0]; drawn.redraw(); })],
    drawing: drawn,
    table: () => ({
      columns: [{ name: kind.name }, ...called.map((n) => ({ name: cut(n, 24), right: true }))],
      rows: matrix().map((row, i) => [cut(called[i] ?? "", 24), ...row.map((v) => number(v, 2))]),
    }),
  });
}

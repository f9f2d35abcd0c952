// How far off forecasts were, by days ahead and by category: in the report and
// on the dashboard.

import type { ErrorLine, Num } from "../report";
import { categoryAxis, grid, icons, legend, literal, timeAxis, tooltip, valueAxis } from "./chart";
import { figure, nothing, type Table } from "./figure";
import { change, cut, day, number, percent, utc } from "./format";

const most = 15; // bars in the chart; the table has all

const meaning = "WAPE is the sum of all misses as a share of what was sold; bias is the part of it that is too high (+) or too low (−).";

function lines(name: string, all: ErrorLine[]): Table {
  return {
    columns: [{ name }, ...["WAPE", "bias", "inside the 80% interval", "RMSE", "forecasts"].map((n) => ({ name: n, right: true }))],
    rows: all.map((l) => [cut(l.name, 80), percent(l.wape, 1), change(l.bias, 1), percent(l.coverage, 1), number(l.rmse), number(l.pairs, 0)]),
  };
}

const told = (l: ErrorLine | undefined) =>
  l ? [`WAPE ${percent(l.wape, 1)}`, `bias ${change(l.bias, 1)}`, `inside ${percent(l.coverage, 1)}`, `${number(l.pairs, 0)} forecasts`].join("\n") : "";

export function byHorizon(all: ErrorLine[], period: string): HTMLElement[] {
  const title = `Error by ${period}s ahead`;
  if (all.length === 0) return [nothing(title, "No forecast could be compared with what was sold yet.")];
  const names = all.map((l) => l.name);
  // From the first to the last that is known: where a shop is closed on a weekday, some have nothing to compare.
  const ends = (of: (l: ErrorLine) => Num) => {
    const known = all.filter((l) => of(l) !== null);
    const [first, last] = [known[0], known[known.length - 1]];
    if (!first || !last) return "not known yet";
    return `${percent(of(first))} ${first.name} ${first.name === "1" ? period : `${period}s`} ahead, ${percent(of(last))} after ${last.name}`;
  };
  const tip = (t: Parameters<typeof tooltip>[0]) => tooltip(t, {
    formatter: (p: { dataIndex: number }[]) => `${names[p[0]?.dataIndex ?? 0]} ${period}s ahead\n${told(all[p[0]?.dataIndex ?? 0])}`,
  });
  const axis = (t: Parameters<typeof tooltip>[0]) => categoryAxis(t, names, { boundaryGap: false, name: `${period}s ahead`, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: t.soft } });
  const table = () => lines(`${period}s ahead`, all);
  return [
    figure({
      title,
      caption: `WAPE: ${ends((l) => l.wape)}. ${meaning}`,
      table,
      drawing: {
        label: `Line chart of forecast error by ${period}s ahead. WAPE is ${ends((l) => l.wape)}.`,
        option: (t) => ({
          tooltip: tip(t), legend: legend(t), grid: grid({ bottom: 24 }),
          xAxis: axis(t), yAxis: valueAxis(t, percent),
          series: [
            { type: "line", name: "WAPE", data: all.map((l) => l.wape), symbol: "circle", symbolSize: 5, lineStyle: { width: 2.5 }, color: t.colours[0] },
            { type: "line", name: "bias", data: all.map((l) => l.bias), symbol: "diamond", symbolSize: 6, lineStyle: { type: "dashed" }, color: t.colours[1] },
          ],
        }),
      },
    }),
    figure({
      title: "Do the intervals keep their word?",
      caption: `Of what was sold, 80% should lie between q10 and q90 (dashed): it was ${ends((l) => l.coverage)}.`,
      table,
      drawing: {
        label: `Line chart of the share of sales inside the 80% interval by ${period}s ahead: ${ends((l) => l.coverage)}.`,
        option: (t) => ({
          tooltip: tip(t), legend: { show: false }, grid: grid({ top: 12, bottom: 24 }),
          xAxis: axis(t),
          yAxis: valueAxis(t, percent, { min: (v: { min: number }) => Math.max(0, Math.min(0.6, Math.floor(v.min * 10) / 10)), max: 1 }),
          series: [{
            type: "line", name: "inside", data: all.map((l) => l.coverage), symbol: "circle", symbolSize: 5, lineStyle: { width: 2.5 }, color: t.colours[2],
            markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: t.soft, type: "dashed", width: 1.5 }, data: [{ yAxis: 0.8 }] },
          }],
        }),
      },
    }),
  ];
}

export function byCategory(all: ErrorLine[]): HTMLElement {
  const title = "Error by category";
  if (all.length === 0) return nothing(title, "No forecast could be compared with what was sold yet.", true);
  if (all.length === 1) return nothing(title, "All items are in one category.", true);
  const shown = [...all].sort((a, b) => b.pairs - a.pairs).slice(0, most).reverse();
  const rest = all.length > most ? ` The ${most} with the most forecasts are shown, the table has all ${number(all.length, 0)}.` : "";
  return figure({
    title,
    wide: true,
    caption: `The longer the bar, the harder a category is to forecast; the diamond is its bias, best at zero.${rest}`,
    table: () => lines("category", all),
    drawing: {
      label: `Bar chart of forecast error by category. ${shown.slice(-3).reverse().map((l) => `${cut(l.name, 30)} ${percent(l.wape)}`).join(", ")}.`,
      height: 60 + 30 * Math.max(3, shown.length),
      option: (t, width) => ({
        legend: legend(t),
        tooltip: tooltip(t, {
          axisPointer: { type: "shadow" },
          formatter: (p: { dataIndex: number }[]) => {
            const l = shown[p[0]?.dataIndex ?? 0];
            return l ? literal(`${cut(l.name, 40)}\n${told(l)}`) : "";
          },
        }),
        grid: grid({ bottom: 0 }),
        xAxis: valueAxis(t, percent),
        yAxis: categoryAxis(t, shown.map((l) => literal(cut(l.name, width < 500 ? 16 : 28))), { axisLabel: { color: t.text, interval: 0 } }),
        series: [
          { type: "bar", name: "WAPE", data: shown.map((l) => l.wape), barMaxWidth: 18, color: t.colours[0] },
          { type: "line", name: "bias", data: shown.map((l) => l.bias), symbol: "diamond", symbolSize: 9, lineStyle: { opacity: 0 }, color: t.colours[1] },
        ],
      }),
    },
  });
}

/** byDay is how forecasts that were served did once their days had come. */
export function byDay(all: ErrorLine[]): HTMLElement {
  const at = all.map((l) => utc(l.name));
  const pairs = (of: (l: ErrorLine) => Num) => all.map((l, i) => [at[i], of(l)]);
  return figure({
    title: "How served forecasts did",
    wide: true,
    caption: "What was forecast for each of the newest days, against what was then sold: one bad day is chance, a rise that stays is not.",
    table: () => lines("day", all.map((l) => ({ ...l, name: day(l.name) })).reverse()),
    drawing: {
      label: `Line chart of the error of served forecasts by day, from ${day(all[0]?.name ?? "")} to ${day(all[all.length - 1]?.name ?? "")}.`,
      option: (t) => ({
        legend: legend(t),
        grid: grid({ right: 20 }),
        tooltip: tooltip(t, {
          formatter: (p: { dataIndex: number }[]) => {
            const l = all[p[0]?.dataIndex ?? 0];
            return l ? `${day(l.name)}\n${told(l)}` : "";
          },
        }),
        xAxis: timeAxis(t),
        yAxis: valueAxis(t, percent),
        series: [
          { type: "line", name: "WAPE", legendIcon: icons.line, data: pairs((l) => l.wape), symbol: "circle", symbolSize: 5, lineStyle: { width: 2.5 }, color: t.colours[0] },
          { type: "line", name: "bias", legendIcon: icons.line, data: pairs((l) => l.bias), symbol: "diamond", symbolSize: 6, lineStyle: { type: "dashed" }, color: t.colours[1] },
        ],
      }),
    },
  });
}

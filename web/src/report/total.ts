// What the whole shop sold, over time and by category.

import { chart, grid, icons, legend, literal, slider, timeAxis, tooltip, valueAxis, type Option } from "../shared/chart";
import { choice, figure, nothing, ranges } from "../shared/figure";
import { compact, cut, day, money, number, utc, weekday, type Maybe } from "../shared/format";
import { stateWord } from "../shared/theme";
import type { Num, Report } from "../report";

export function total(r: Report): HTMLElement {
  const { days, states, holidays } = r.total;
  // A closed day that sold nothing is a gap, not a zero.
  const open = (v: Num, i: number) => (states[i] === "closed" && v === 0 ? null : v);
  const [units, revenue] = [r.total.units.map(open), r.total.revenue.map(open)];
  const title = "Sales over time";
  if (days.length === 0) return nothing(title, "The shop has no sales yet.", true);
  const cash = money(r.currency);
  const shown = [
    { name: "units", values: units, full: (v: Maybe) => `${number(v)} units`, short: compact },
    { name: "revenue", values: revenue, full: cash.full, short: cash.short },
  ];
  let which = 0;
  const daily = r.step === "day";
  const called = new Map<string, string[]>();
  for (const holiday of holidays) called.set(holiday.day, [...(called.get(holiday.day) ?? []), holiday.name]);
  const at = days.map(utc);
  const span = daily ? days.length : days.length * 7;

  const tip = (i: number): string => {
    const text = days[i] ?? "";
    const state = states[i];
    const now = shown[which] ?? shown[0]!;
    return [
      daily ? weekday(text) : `week from ${day(text)}`,
      now.values[i] === null && state ? stateWord(state) : now.full(now.values[i]),
      ...(daily ? [`7-day mean ${now.full(smooth(now.values)[i])}`] : []),
      ...(called.get(text) ?? []).map((name) => literal(cut(name, 40))),
    ].join("\n");
  };
  const option = (t: Parameters<typeof legend>[0]): Option => {
    const now = shown[which] ?? shown[0]!;
    const pairs = (values: readonly Num[]) => values.map((v, i) => [at[i], v]);
    return {
      legend: legend(t),
      grid: grid({ bottom: 42 }),
      tooltip: tooltip(t, { formatter: (p: { value: [number, Num] }[]) => tip(at.indexOf(p[0]?.value[0] ?? NaN)) }),
      dataZoom: slider(t),
      xAxis: timeAxis(t),
      yAxis: [valueAxis(t, now.short, { min: (v: { min: number }) => Math.min(0, v.min) }), { type: "value", show: false, min: 0, max: 1 }],
      series: [
        { type: "line", name: daily ? "each day" : "each week", legendIcon: icons.thin, data: pairs(now.values), symbol: "none", lineStyle: { width: 1, opacity: daily ? 0.55 : 1 }, color: t.colours[daily ? 5 : 0] },
        ...(daily ? [{ type: "line", name: "7-day mean", legendIcon: icons.line, data: pairs(smooth(now.values)), symbol: "none", lineStyle: { width: 2.5 }, color: t.colours[0] }] : []),
        ...(called.size ? [{
          type: "line", name: "public holiday", yAxisIndex: 1, color: t.colours[1], lineStyle: { opacity: 0 }, symbol: "diamond", symbolSize: 9,
          data: [...called.keys()].map((d) => [utc(d), 1]),
          markLine: {
            silent: true, symbol: "none", label: { show: false }, lineStyle: { color: t.colours[1], type: "dotted", opacity: 0.7 },
            data: [...called.keys()].map((d) => ({ xAxis: utc(d) })),
          },
        }] : []),
      ],
    };
  };
  const drawn = chart({
    label: `Line chart of ${shown[0]!.name} by ${r.step} from ${day(days[0]!)} to ${day(days[days.length - 1]!)}${called.size ? `, with ${called.size} public holidays marked` : ""}.`,
    height: (width) => (width < 500 ? 320 : 400),
    option,
  });
  const hasRevenue = revenue.some((v) => v !== null);
  const words = [
    daily ? "The pale line is each day, the strong one its 7-day mean, and gaps are days on which the shop was closed." : "Each point is a week.",
    called.size ? "Diamonds and dotted lines are public holidays." : "No public holidays are known for the shop's country.",
  ];
  return figure({
    title,
    wide: true,
    caption: words.join(" "),
    tools: [
      ...(hasRevenue ? [choice("Shown", ["units", "revenue"], 0, (i) => { which = i; drawn.redraw(); })] : []),
      ranges(span, span, drawn.zoom),
    ],
    drawing: drawn,
    table: () => ({
      columns: [{ name: r.step }, { name: "units", right: true }, { name: "revenue", right: true }, { name: "shop was" }, { name: "holiday" }],
      rows: days.map((d, i) => [day(d), number(units[i]), cash.full(revenue[i]), stateWord(states[i] ?? ""), (called.get(d) ?? []).map((n) => cut(n, 60)).join(", ")]).reverse(),
    }),
  });
}

// smooth is the mean of a day and the six before it, of those that are known.
const smoothed = new WeakMap<readonly Num[], Num[]>();
function smooth(values: readonly Num[]): Num[] {
  let out = smoothed.get(values);
  if (!out) {
    out = values.map((_, i) => {
      const week = values.slice(Math.max(0, i - 6), i + 1).filter((v): v is number => v !== null);
      return week.length ? week.reduce((a, b) => a + b, 0) / week.length : null;
    });
    smoothed.set(values, out);
  }
  return out;
}

export function trend(r: Report): HTMLElement {
  const title = "Which categories carry it";
  const all = r.trend.filter((line) => line.weeks.length > 0);
  if (all.length === 0) return nothing(title, "There are no categories with sales.", true);
  if (all.length === 1) return nothing(title, "All items are in one category.", true);
  const names = all.map((line) => literal(cut(line.category, 30)));
  const weeks = [...new Set(all.flatMap((line) => line.weeks))].sort();
  const of = all.map((line) => new Map(line.weeks.map((w, i) => [w, line.units[i] ?? 0])));
  return figure({
    title,
    wide: true,
    caption:
      `Units sold each week, the largest categories${all.some((line) => line.category === "other") ? " and what is left" : ""} on top of each other; the upper edge is the whole shop.`,
    drawing: {
      label: `Stacked area chart of weekly units of ${all.length} categories.`,
      height: (width) => (width < 500 ? 320 : 380),
      option: (t) => ({
        legend: legend(t),
        grid: grid({ bottom: 42 }),
        dataZoom: slider(t),
        tooltip: tooltip(t, {
          formatter: (p: { value: [number, number]; seriesIndex: number }[]) => [
            `week from ${day(new Date(p[0]?.value[0] ?? 0).toISOString().slice(0, 10))}`,
            ...p.map((x) => `${names[x.seriesIndex]}: ${number(x.value[1], 0)}`).reverse(),
          ].join("\n"),
        }),
        xAxis: timeAxis(t),
        yAxis: valueAxis(t, compact),
        series: all.map((_, k) => {
          const colour = all[k]?.category === "other" ? t.colours[8] : t.colours[k % 8];
          return {
            type: "line", name: names[k], stack: "all", legendIcon: "roundRect", symbol: "none", color: colour, lineStyle: { width: 1, color: t.card }, areaStyle: { color: colour, opacity: 0.85 },
            emphasis: { focus: "series" }, data: weeks.map((w) => [utc(w), of[k]?.get(w) ?? 0]),
          };
        }),
      }),
    },
    table: () => ({
      columns: [{ name: "week" }, ...all.map((line) => ({ name: cut(line.category, 30), right: true }))],
      rows: weeks.map((w) => [day(w), ...of.map((m) => number(m.get(w), 0))]).reverse(),
    }),
  });
}

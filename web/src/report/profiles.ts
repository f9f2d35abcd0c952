// When the shop sells (by weekday and month), how much at a time, at what
// price, and how few series make most of it.

import { band, categoryAxis, grid, legend, tooltip, valueAxis } from "../shared/chart";
import { figure, nothing } from "../shared/figure";
import { change, compact, money, month, number, percent, plural } from "../shared/format";
import type { Histogram, Report } from "../report";

export function week(r: Report): HTMLElement {
  const title = "The week";
  const { names, mean, q25, q75 } = r.week;
  if (names.length === 0 || !mean.some((v) => v > 0)) return nothing(title, r.step === "week" ? "The data is weekly." : "There is no whole week of sales.");
  const best = mean.indexOf(Math.max(...mean));
  return figure({
    title,
    caption: `${names[best]} sells most, ${percent(mean[best])} of a week's units; half of all weeks lie in the band.`,
    table: () => ({
      columns: [{ name: "weekday" }, ...["mean share", "lower quarter", "upper quarter"].map((n) => ({ name: n, right: true }))],
      rows: names.map((n, i) => [n, percent(mean[i], 1), percent(q25[i], 1), percent(q75[i], 1)]),
    }),
    drawing: {
      label: `Chart of each weekday's share of a week's units: ${names.map((n, i) => `${n} ${percent(mean[i])}`).join(", ")}.`,
      option: (t, width) => ({
        legend: legend(t),
        grid: grid(),
        tooltip: tooltip(t, {
          formatter: (p: { dataIndex: number }[]) => {
            const i = p[0]?.dataIndex ?? 0;
            return `${names[i]}\n${percent(mean[i], 1)} of the week\nhalf of weeks ${percent(q25[i], 1)} to ${percent(q75[i], 1)}`;
          },
        }),
        xAxis: categoryAxis(t, names.map((n) => (width < 500 ? n.slice(0, 3) : n)), { axisLabel: { color: t.soft, interval: 0 } }),
        yAxis: valueAxis(t, percent),
        series: [
          ...band("half of weeks", q25.map((v, i) => [i, v]), q75.map((v, i) => [i, v]), t.colours[0] ?? ""),
          { type: "line", name: "mean", data: mean, symbol: "circle", symbolSize: 8, lineStyle: { width: 2.5 }, color: t.colours[0] },
        ],
      }),
    },
  });
}

export function year(r: Report): HTMLElement {
  const title = "The year";
  const { months, mean } = r.year;
  if (!mean.some((v) => v !== null)) return nothing(title, "A year's profile needs at least a year of sales.");
  const rise = mean.map((v) => (v === null ? null : v - 1));
  const words = (text: string) => (/^\d{4}-\d\d/.test(text) ? month(text) : text);
  const top = rise.reduce<number>((best, v, i) => ((v ?? -9) > (rise[best] ?? -9) ? i : best), 0);
  return figure({
    title,
    caption: `Each month against the mean month, growth taken out: ${words(months[top] ?? "")} is highest, ${change(rise[top])}.`,
    table: () => ({
      columns: [{ name: "month" }, { name: "against the mean month", right: true }],
      rows: months.map((m, i) => [words(m), change(rise[i])]),
    }),
    drawing: {
      label: `Bar chart of each month against the mean month: ${months.map((m, i) => `${words(m)} ${change(rise[i])}`).join(", ")}.`,
      option: (t, width) => ({
        legend: { show: false },
        grid: grid({ top: 12 }),
        tooltip: tooltip(t, {
          axisPointer: { type: "shadow" },
          formatter: (p: { dataIndex: number }[]) => `${words(months[p[0]?.dataIndex ?? 0] ?? "")}\n${change(rise[p[0]?.dataIndex ?? 0])} against the mean month`,
        }),
        xAxis: categoryAxis(t, months.map((m) => (width < 500 ? words(m).slice(0, 1) : words(m).slice(0, 3))), { axisLine: { onZero: false, lineStyle: { color: t.line } }, axisLabel: { color: t.soft, interval: 0 } }),
        yAxis: valueAxis(t, (v) => change(v)),
        series: [{ type: "bar", data: rise.map((v) => ({ value: v, itemStyle: { color: t.colours[(v ?? 0) >= 0 ? 0 : 1] } })), barMaxWidth: 36 }],
      }),
    },
  });
}

function histogram(title: string, what: string, of: Histogram, format: (v: number | null) => string, colour: number, words: (median: string, p95: string, max: string) => string): HTMLElement {
  const all = of.counts.reduce((a, b) => a + b, 0);
  if (all === 0) return nothing(title, "Nothing was sold yet.");
  const whole = of.edges.every((e) => e >= 1) && what === "units";
  const bin = (i: number) => {
    const [from, to] = [Math.ceil(of.edges[i] ?? 0), Math.ceil(of.edges[i + 1] ?? 0) - 1];
    if (whole && to >= from) return from === to ? format(from) : `${format(from)} to ${format(to)}`;
    return `${format(of.edges[i] ?? null)} to ${format(of.edges[i + 1] ?? null)}`;
  };
  return figure({
    title,
    caption: `${words(format(of.median), format(of.p95), format(of.max))} Each bar spans a multiple of the one before it.`,
    table: () => ({
      columns: [{ name: what }, { name: "days", right: true }, { name: "share", right: true }],
      rows: [
        ...of.counts.map((c, i) => [bin(i), number(c, 0), percent(c / all, 1)]),
        ["mean", format(of.mean), ""], ["median", format(of.median), ""], ["95% are below", format(of.p95), ""], ["most", format(of.max), ""],
      ],
    }),
    drawing: {
      label: `Histogram of ${what} over ${plural(all, "selling day")}: median ${format(of.median)}, 95th percentile ${format(of.p95)}.`,
      option: (t) => ({
        legend: { show: false },
        grid: grid({ top: 12, bottom: 24 }),
        tooltip: tooltip(t, {
          axisPointer: { type: "shadow" },
          formatter: (p: { dataIndex: number }[]) => {
            const i = p[0]?.dataIndex ?? 0;
            return `${what} ${bin(i)}\n${plural(of.counts[i] ?? 0, "day")}, ${percent((of.counts[i] ?? 0) / all, 1)}`;
          },
        }),
        xAxis: categoryAxis(t, of.counts.map((_, i) => bin(i).split(" to ")[0] ?? ""), { name: `${what}, from`, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: t.soft } }),
        yAxis: valueAxis(t, compact),
        series: [{ type: "bar", data: of.counts, barCategoryGap: "4%", color: t.colours[colour] }],
      }),
    },
  });
}

export function units(r: Report): HTMLElement {
  return histogram("Units on a selling day", "units", r.units, number, 0, (median, p95, max) =>
    `A series that sells on a day sells up to ${median} units half of the time, more than ${p95} on one selling day in 20, and ${max} at most.`);
}

export function price(r: Report): HTMLElement {
  return histogram("Unit prices", "price", r.price, money(r.currency).full, 2, (median, p95, max) =>
    `On half of all selling days the unit price is up to ${median}, on one in 20 above ${p95}, and ${max} at most.`);
}

export function concentration(r: Report): HTMLElement {
  const title = "How few make most of it";
  const { share, units } = r.concentration;
  if (share.length < 2) return nothing(title, "This needs more than one series.");
  const at = share.findIndex((s) => s >= 0.2);
  const i = at < 0 ? share.length - 1 : at;
  return figure({
    title,
    wide: true,
    caption: `The best-selling ${percent(share[i])} of series sell ${percent(units[i])} of all units; a straight line would mean that all sell alike.`,
    table: () => ({
      columns: [{ name: "best-selling series", right: true }, { name: "share of units", right: true }],
      rows: share.map((s, k) => [percent(s, 1), percent(units[k], 1)]),
    }),
    drawing: {
      label: `Curve of the share of units sold by the best-selling share of series: ${percent(share[i])} sell ${percent(units[i])}.`,
      option: (t) => ({
        legend: { show: false },
        grid: grid({ top: 12, bottom: 24, right: 20 }),
        tooltip: tooltip(t, { formatter: (p: { value: [number, number] }[]) => `best ${percent(p[0]?.value[0])} of series\n${percent(p[0]?.value[1])} of units` }),
        xAxis: valueAxis(t, percent, { max: 1, splitLine: { show: false }, name: "best-selling series", nameLocation: "middle", nameGap: 26 }),
        yAxis: valueAxis(t, percent, { max: 1 }),
        series: [
          { type: "line", data: [[0, 0], ...share.map((s, k) => [s, units[k]])], symbol: "none", lineStyle: { width: 2.5 }, areaStyle: { opacity: 0.12 }, color: t.colours[0] },
          { type: "line", data: [[0, 0], [1, 1]], symbol: "none", silent: true, tooltip: { show: false }, lineStyle: { type: "dashed", width: 1, color: t.soft } },
        ],
      }),
    },
  });
}

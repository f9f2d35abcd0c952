// What the data is like: the state of each series' days, what the cleaning
// changed, and who sells most.

import { categoryAxis, grid, legend, tooltip, valueAxis } from "../shared/chart";
import { h } from "../shared/dom";
import { figure, nothing, table } from "../shared/figure";
import { compact, cut, money, month, number, percent, plural, words } from "../shared/format";
import { states, stateWord } from "../shared/theme";
import type { Report } from "../report";

export function statesByMonth(r: Report): HTMLElement {
  const title = "Days by state";
  const { months, counts } = r.statesByMonth;
  const present = states.filter((s) => counts[s]?.some((n) => n > 0));
  const listed = present.filter((s) => s !== "not_listed");
  if (months.length === 0 || listed.length === 0) return nothing(title, "There are no days yet.", true);
  const sums = months.map((_, i) => listed.reduce((sum, s) => sum + (counts[s]?.[i] ?? 0), 0));
  const all = listed.reduce((sum, s) => sum + (r.states.find((x) => x.name === s)?.days ?? 0), 0);
  const share = (s: string) => (all ? (r.states.find((x) => x.name === s)?.days ?? 0) / all : null);
  return figure({
    title,
    wide: true,
    caption: `Of all ${r.step}s on which a series was listed it sold on ${percent(share("sold"))} and was out of stock on ${percent(share("stock_out"))}. ` +
      `A shop that seldom runs out has little ${present.includes("stock_out") ? "of that colour" : "to show here"}.`,
    table: () => ({
      columns: [{ name: "month" }, ...present.map((s) => ({ name: stateWord(s), right: true }))],
      rows: months.map((m, i) => [month(m), ...present.map((s) => number(counts[s]?.[i] ?? 0, 0))]),
    }),
    drawing: {
      label: `Stacked bar chart by month: of all listed series ${r.step}s, ${listed.map((s) => `${stateWord(s)} ${percent(share(s))}`).join(", ")}.`,
      option: (t) => ({
        legend: legend(t),
        grid: grid({ right: 26 }),
        tooltip: tooltip(t, {
          axisPointer: { type: "shadow" },
          formatter: (p: { dataIndex: number }[]) => {
            const i = p[0]?.dataIndex ?? 0;
            return [month(months[i] ?? ""), ...listed.map((s) => `${stateWord(s)}: ${percent((counts[s]?.[i] ?? 0) / (sums[i] || 1), 1)}`)].join("\n");
          },
        }),
        xAxis: categoryAxis(t, months.map(month)),
        yAxis: valueAxis(t, percent, { max: 1 }),
        series: listed.map((s) => ({
          type: "bar", stack: "all", name: stateWord(s), color: t.state(s), barCategoryGap: "12%",
          data: months.map((_, i) => (sums[i] ? (counts[s]?.[i] ?? 0) / (sums[i] ?? 1) : null)),
        })),
      }),
    },
  });
}

// What the cleaning's reasons mean, for somebody who has not read its code.
const reasons: Record<string, string> = {
  return: "returns, taken off the day of the order",
  return_without_sale: "returns whose sale is not in the data",
  cancellation: "cancelled orders",
  duplicate: "lines that were there twice",
  non_product: "lines that are no product, such as postage",
  stock_adjustment: "corrections of the stock",
  zero_price: "lines without a price",
};

export function cleaning(r: Report): HTMLElement {
  const { rows, reasons: all, notes, capped } = r.cleaning;
  const title = "What the cleaning changed";
  if (rows === 0 && all.length === 0) return nothing(title, "No order lines were read.", true);
  const changed = all.reduce((sum, x) => sum + x.rows, 0);
  const summary = `Of ${plural(rows, "row")} read, ${number(changed, 0)} (${percent(rows ? changed / rows : null)}) were changed or left out.` +
    (capped.periods > 0 ? ` ${plural(capped.periods, r.step)} with bulk orders were capped for learning (${number(capped.units, 0)} units); what was sold stays as it is.` : "");
  const list = [...all].sort((a, b) => b.rows - a.rows);
  return h("div", { class: "card wide" },
    h("h3", {}, title),
    h("p", { class: "soft" }, summary),
    list.length
      ? table({
        columns: [{ name: "reason" }, { name: "rows", right: true }, { name: "units", right: true }, { name: "for example" }],
        rows: list.map((x) => [
          h("div", {}, cut(words(x.name), 60), reasons[x.name] ? h("div", { class: "soft small" }, reasons[x.name]) : null),
          number(x.rows, 0), number(x.units, 0),
          h("ul", { class: "examples" }, ...x.examples.slice(0, 3).map((e) => h("li", {}, cut(e, 120)))),
        ]),
      }, "stack")
      : h("p", {}, "Nothing had to be changed."),
    notes.length ? h("ul", { class: "soft small" }, ...notes.map((n) => h("li", {}, cut(n, 400)))) : null,
  );
}

export function top(r: Report): HTMLElement {
  const title = "Top sellers";
  if (r.top.length === 0) return nothing(title, "Nothing was sold in the last 56 days.", true);
  const cash = money(r.currency);
  const most = Math.max(...r.top.map((x) => x.units), 1);
  const bar = (units: number) => {
    const full = h("div", { class: "bar" });
    full.style.width = `${Math.max(0, (100 * units) / most)}%`;
    return h("div", { class: "bars" }, full);
  };
    return h("div", { class: "card wide" },
    h("h3", {}, "The last 56 days"),
    h("p", { class: "soft" }, "The series with the most units in the last 56 days up to the data's last day."),
    table({
      columns: [{ name: "#" }, { name: "item" }, { name: "" }, { name: "units", right: true }, { name: "revenue", right: true }],
      rows: r.top.map((x, i) => [
        String(i + 1),
        h("div", {}, cut(x.item, 60), h("div", { class: "soft small" }, [x.category, x.place].filter((w) => w !== "").map((w) => cut(w, 40)).join(" · "))),
        bar(x.units), number(x.units, 0), cash.full(x.revenue),
      ]),
    }, "whole"),
  );
}

/** headlines are the figures that a reader takes along. */
export function headlines(r: Report): HTMLElement {
  const days = r.step === "day" ? 28 : 4;
  const sum = (values: (number | null)[], from: number, to?: number) => {
    const known = values.slice(from, to).filter((v): v is number => v !== null);
    return known.length ? known.reduce((a, b) => a + b, 0) : null;
  };
  const cash = money(r.currency);
  const now = sum(r.total.units, -days);
  const before = r.total.units.length >= 2 * days ? sum(r.total.units, -2 * days, -days) : null;
  const listed = r.states.filter((s) => s.name !== "not_listed").reduce((a, s) => a + s.days, 0);
  const out = r.states.find((s) => s.name === "stock_out")?.days ?? 0;
  const pairs = r.errors?.horizon.reduce((a, l) => a + l.pairs, 0) ?? 0;
  // Each horizon has the same series, so that the plain mean is near the pooled error.
  const wape = pairs && r.errors ? r.errors.horizon.reduce((a, l) => a + (l.wape ?? 0) * l.pairs, 0) / pairs : null;
  const sign = now !== null && before ? `${now >= before ? "+" : "\u2212"}${percent(Math.abs(now / before - 1))} against the 28 days before` : "no earlier period to compare";
  const tile = (name: string, value: string, words: string, text = false) =>
    h("div", { class: "tile" }, h("dt", {}, name), h("dd", { class: text ? "words" : null }, value), h("p", {}, words));
  return h("dl", { class: "tiles" },
    tile(`Units, last 28 days${r.sample ? ", of the sample" : ""}`, number(now, 0), sign),
    tile(`Revenue, last 28 days${r.sample ? ", of the sample" : ""}`, cash.short(sum(r.total.revenue, -days)), now ? `${cash.full((sum(r.total.revenue, -days) ?? NaN) / now)} a unit` : "nothing sold"),
    tile("Series on sale", number(r.series.onSale, 0), `of ${number(r.series.total, 0)}; ${plural(r.series.items, "item")}, ${plural(r.series.places, "place")}` +
      (r.series.neverSold ? `, ${number(r.series.neverSold, 0)} never sold` : "")),
    tile("Out of stock", percent(listed ? out / listed : null), `of listed series ${r.step}s (${compact(out)})`),
    tile("Forecast error", percent(wape), wape === null ? "nothing to compare yet" : "WAPE: misses as a share of units"),
    tile("Model", cut(words(r.model?.name ?? "none yet"), 80), r.model ? `version ${cut(r.model.version, 40)}` : "no run has trained one", true),
  );
}

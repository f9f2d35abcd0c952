// What came of each trial: one after the other, by each parameter, and as a table.

import { grid, icons, legend, literal, tooltip, valueAxis, type Option } from "../shared/chart";
import { h } from "../shared/dom";
import { figure, nothing, table } from "../shared/figure";
import { change, cut, number, none, words } from "../shared/format";
import type { Theme } from "../shared/theme";
import type { Trial, Tuning } from "../tuning";

// A bias beyond this ranks behind all others in the search.
const biased = (t: Trial): boolean => Math.abs(t.bias ?? 0) > 0.1;

const named = (t: Trial): string => (t.trial === 0 ? "default" : `trial ${t.trial}`);

export const loss = (v: number | null): string => (v === null ? none : number(v, Math.abs(v) < 10 ? 4 : 2));

const short = (v: number): string => String(Number(v.toPrecision(3)));

const values = (t: Trial): string =>
  Object.entries(t.parameters).map(([name, v]) => `${name} ${short(v)}`).sort().join(", ") || "as the config says now";

/** fates parts the trials by what became of them; those that failed have no loss to draw. */
export function fates(r: Tuning): { whole: Trial[]; givenUp: Trial[]; failed: Trial[]; best?: Trial; standard?: Trial } {
  const ran = r.trials.filter((t) => !t.error && t.loss !== null);
  const most = Math.max(0, ...ran.map((t) => t.origins ?? 0));
  return {
    whole: ran.filter((t) => t.origins === most),
    givenUp: ran.filter((t) => t.origins !== most),
    failed: r.trials.filter((t) => t.error),
    best: ran[0],
    standard: ran.find((t) => t.trial === 0),
  };
}

// dots are trials as points; there is no line between them.
function dots(name: string, trials: Trial[], at: (t: Trial) => number, colour: string, o: Option = {}): Option {
  return {
    type: "line", name, symbol: "circle", symbolSize: 9, showSymbol: true, showAllSymbol: true, color: colour, lineStyle: { opacity: 0 },
    legendIcon: "circle", emphasis: { disabled: true },
    data: trials.map((t) => ({ value: [at(t), t.loss], trial: t })), ...o,
  };
}

function series(t: Theme, r: Tuning, at: (t: Trial) => number, only: (t: Trial) => boolean): Option[] {
  const f = fates(r);
  const out = [dots("tried on all origins", f.whole.filter(only), at, t.colours[0] ?? "")];
  if (f.givenUp.length) out.push(dots("given up early", f.givenUp.filter(only), at, t.colours[8] ?? "", { symbol: "emptyCircle" }));
  const standard = f.standard?.loss ?? null;
  out[0] = {
    ...out[0],
    markLine: standard === null ? undefined : {
      silent: true, symbol: "none", lineStyle: { color: t.soft, type: "dashed" }, data: [{ yAxis: standard }],
      precision: 9, label: { formatter: "default", position: "insideStartTop", color: t.soft },
    },
  };
  if (f.best && only(f.best)) out.push(dots("the best", [f.best], at, t.colours[1] ?? "", { symbol: "diamond", symbolSize: 16, z: 5 }));
  return out;
}

const tip = (r: Tuning, t: Theme): Option => tooltip(t, {
  trigger: "item",
  formatter: (p: { data?: { trial?: Trial } }) => {
    const trial = p.data?.trial;
    return trial ? literal(`${named(trial)}: ${r.metric} ${loss(trial.loss)}, bias ${change(trial.bias, 1)}\n${values(trial).replaceAll(", ", "\n")}`) : "";
  },
});

// reach keeps the picture from being made of its worst trials: what is more
// than four times as far from the best as the middle trial is left out, but for
// the default.
function reach(r: Tuning): { min: number; max: number } {
  const all = r.trials.filter((t) => !t.error && t.loss !== null).map((t) => t.loss as number).sort((a, b) => a - b);
  const low = all[0] ?? 0;
  const middle = all[Math.floor(all.length / 2)] ?? low;
  const standard = fates(r).standard?.loss ?? low;
  const high = Math.max(standard, Math.min(all[all.length - 1] ?? low, low + 4 * Math.max(middle - low, 1e-9)));
  const room = 0.06 * Math.max(high - low, 1e-3 * Math.abs(low), 1e-9);
  return { min: low - room, max: high + room };
}

const axis = (t: Theme, r: Tuning): Option => valueAxis(t, (v) => short(v), { ...reach(r), axisLabel: { color: t.soft, formatter: (v: number) => short(v), hideOverlap: true, showMinLabel: false, showMaxLabel: false } });

export function byTrial(r: Tuning): HTMLElement {
  const title = "Loss by trial";
  const f = fates(r);
  if (!f.best) return nothing(title, "No trial has a loss.", true);
  const order = [...r.trials].sort((a, b) => a.trial - b.trial);
  let least: number | null = null;
  const soFar = order.map((t): [number, number | null] => {
    if (f.whole.includes(t) && !biased(t) && t.loss !== null && (least === null || t.loss < least)) least = t.loss;
    return [t.trial, least];
  });
  const { max } = reach(r);
  const above = [...f.whole, ...f.givenUp].filter((t) => (t.loss ?? 0) > max).length;
  return figure({
    title,
    wide: true,
    caption: `${r.metric} over the searched origins together; lower is better. The best is ${named(f.best)} with ${loss(f.best.loss)}` +
      (f.standard ? `, the default has ${loss(f.standard.loss)}.` : ".") +
      (f.givenUp.length ? " What was given up early was scored on fewer origins, which are not the same." : "") +
      (f.failed.length ? ` ${f.failed.length} failed.` : "") + (above ? ` ${above} above the picture's edge.` : ""),
    table: () => trialTable(r),
    drawing: {
      label: `Scatter chart of the loss of ${order.length} trials in their order, with the best so far. ${named(f.best)} is the best with ${loss(f.best.loss)}.`,
      option: (t) => ({
        legend: legend(t),
        grid: grid({ right: 26, bottom: 22 }),
        tooltip: tip(r, t),
        xAxis: valueAxis(t, (v) => number(v, 0), { min: 0, max: Math.max(1, order.length - 1, ...order.map((x) => x.trial)), minInterval: 1, name: "trial", nameLocation: "middle", nameGap: 26, splitLine: { show: false } }),
        yAxis: axis(t, r),
        series: [
          { type: "line", name: "best so far", step: "end", symbol: "none", legendIcon: icons.line, color: t.colours[2], lineStyle: { width: 2 }, silent: true, data: soFar },
          ...series(t, r, (x) => x.trial, () => true),
        ],
      }),
    },
  });
}

/** byParameter is a chart for each parameter that trials differ in. */
export function byParameter(r: Tuning): HTMLElement[] {
  return r.parameters.filter((p) => r.trials.some((t) => p.name in t.parameters)).map((p) => {
    const has = (t: Trial) => p.name in t.parameters;
    const best = fates(r).best;
    return figure({
      title: words(p.name),
      caption: best && has(best) ? `${short(best.parameters[p.name] ?? 0)} in the best trial; searched from ${short(p.low)} to ${short(p.high)}.` : `Searched from ${short(p.low)} to ${short(p.high)}; the default is best.`,
      table: () => ({
        columns: [{ name: p.name, right: true }, { name: r.metric, right: true }],
        rows: r.trials.filter(has).sort((a, b) => (a.parameters[p.name] ?? 0) - (b.parameters[p.name] ?? 0)).map((t) => [short(t.parameters[p.name] ?? 0), loss(t.loss)]),
      }),
      drawing: {
        label: `Scatter chart of ${r.metric} by ${p.name}, from ${short(p.low)} to ${short(p.high)}.`,
        height: 240,
        option: (t) => ({
          legend: { show: false },
          grid: grid({ top: 12, right: 20 }),
          tooltip: tip(r, t),
          xAxis: valueAxis(t, (v) => short(v), p.low > 0 && p.high > p.low
            // A logarithmic axis has labels at powers of its base only; with the
            // ratio of the ends as the base's power there are five.
            ? { type: "log", logBase: (p.high / p.low) ** 0.25, min: p.low, max: p.high, splitLine: { show: false }, axisLabel: { color: t.soft, formatter: (v: number) => short(v), hideOverlap: true } }
            : { splitLine: { show: false } }),
          yAxis: axis(t, r),
          series: series(t, r, (x) => x.parameters[p.name] ?? 0, has),
        }),
      },
    });
  });
}

function trialTable(r: Tuning) {
  return {
    columns: [
      { name: "trial", right: true }, { name: "origins", right: true }, { name: r.metric, right: true }, { name: "RMSE", right: true },
      { name: "bias", right: true }, { name: "seconds", right: true }, { name: "parameters" },
    ],
    rows: r.trials.map((t) => [
      t.trial === 0 ? "default" : String(t.trial), String(t.origins ?? 0), loss(t.loss), number(t.rmse), change(t.bias, 1), number(t.seconds, 1),
      h("span", { class: "nowrap" }, cut(t.error ? `${values(t)}: failed: ${t.error}` : values(t), 200)),
    ]),
  };
}

export function all(r: Tuning): HTMLElement {
  return h("div", { class: "card wide" }, table(trialTable(r)));
}

// The model versions, the champion marked.

import { h } from "../shared/dom";
import { nothing, table } from "../shared/figure";
import { change, cut, day, instant, number, percent, words } from "../shared/format";
import type { Model } from "./api";

export function modelTable(models: Model[]): HTMLElement {
  if (models.length === 0) return nothing("Models", "No model has been trained yet.", true);
  return h("div", { class: "card wide", id: "models" },
    h("h3", {}, "Models"),
    h("p", { class: "soft" }, "The champion forecasts. WAPE, bias and the rest are from the backtest: past days that the model had not seen."),
    table({
      columns: [
        { name: "model" }, { name: "learnt up to" }, { name: "made" },
        ...["WAPE", "bias", "inside 80%", "MAE", "RMSE"].map((name) => ({ name, right: true })),
      ],
      rows: models.map((m) => {
        const of = (name: string) => m.metrics?.[name];
        return [
          h("div", { class: "model" },
            h("span", {}, cut(words(m.name), 120), " ", m.champion ? h("span", { class: "badge" }, "champion") : null),
            h("div", { class: "soft small" }, cut(m.id, 60))),
          h("span", { class: "nowrap" }, day(m.origin)), h("span", { class: "nowrap" }, instant(m.created)),
          percent(of("wape"), 1), change(of("bias"), 1), percent(of("coverage"), 1), number(of("mae")), number(of("rmse")),
        ];
      }),
    }, "whole"),
  );
}

// The dashboard: what a series sold and is going to, how far off forecasts
// were, and which model makes them. The URL's hash keeps the series.

import "../shared/style.css";
import "./dashboard.css";
import { h, mount, must } from "../shared/dom";
import { byCategory, byDay, byHorizon } from "../shared/errors";
import { nothing } from "../shared/figure";
import { age, cut, day, number, words } from "../shared/format";
import { accuracy, forecast, history, models, problemOf, ready, type Accuracy, type Model, type Ready } from "./api";
import { modelTable } from "./models";
import { problemCard } from "./problem";
import { searchBox, type Search } from "./search";
import { seriesView } from "./series";

const old = 3; // days after which the data's age is marked
const refresh = 60_000; // ms between two looks for a newer run
const retry = 5_000; // ms, the time in which a server looks for its first snapshot

const page = must("page");
const head = h("header", {});
const chosen = h("section", { id: "series", "aria-live": "polite", "aria-busy": "false", tabindex: -1 });
const shop = h("section", { id: "shop" });
const side = h("aside", {});
let box: Search | undefined;
let served: Ready | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

const key = "#series=";
function fromHash(): string {
  if (!location.hash.startsWith(key)) return "";
  try {
    return decodeURIComponent(location.hash.slice(key.length));
  } catch {
    return "";
  }
}

function header(now?: Ready, champion?: Model): void {
  const since = now ? age(now.origin) : undefined;
  const part = (name: string, value: string | Node) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  mount(head,
    h("a", { class: "brand", href: "#" }, "daycast"),
    now && since ? h("dl", { class: "facts" },
      part("Data up to", h("span", {}, `${day(now.origin)} `, h("span", { class: since.days > old ? "warn" : "soft" }, `(${since.words})`))),
      part("Series", number(now.series, 0)),
      part("Run", cut(now.snapshot, 40)),
      part("Model", cut(words(champion?.name ?? now.version), 80)),
    ) : null,
    h("nav", { "aria-label": "More" }, h("a", { href: "docs" }, "API")),
  );
}

function welcome(): void {
  document.title = "daycast";
  mount(chosen, h("div", { class: "card" },
    h("h1", {}, "What will sell?"),
    h("p", { class: "soft" }, "Choose a series from the list, or press / and type a part of its name. Below is how far off forecasts were, over the whole shop."),
  ));
}

let asked: AbortController | undefined;
async function show(): Promise<void> {
  const id = fromHash();
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  box?.mark(id);
  if (!id) return welcome();
  document.title = `${cut(id, 60)} · daycast`;
  chosen.setAttribute("aria-busy", "true");
  const title = h("h1", {}, cut(id, 120));
  // What is there stays until the next is, unless there is nothing: no jump.
  if (!chosen.querySelector(".chart")) mount(chosen, title, h("div", { class: "card waiting" }, h("p", { class: "soft" }, "Loading…")));
  try {
    const [past, next] = await Promise.all([history(id, signal), forecast(id, signal)]);
    mount(chosen, title, seriesView(id, past, next));
  } catch (e) {
    if (signal.aborted) return;
    mount(chosen, title, problemCard(problemOf(e), () => void show()));
  }
  chosen.setAttribute("aria-busy", "false");
}

function shopView(all: Model[], errors: Accuracy | undefined): void {
  mount(shop,
    h("h2", {}, "The whole shop"),
    h("div", { class: "grid two" },
      ...(errors && errors.horizon.length
        ? [...byHorizon(errors.horizon, errors.step === 7 ? "week" : "day"), byCategory(errors.category)]
        : [nothing("How far off forecasts were", "The run that is served has not compared its forecasts by days ahead; the table has its backtest as a whole.", true)]),
      ...(errors && errors.days.length > 1 ? [byDay(errors.days)] : []),
      modelTable(all),
    ),
  );
}

// whole draws everything anew: at the start, and when another run is served.
async function whole(now: Ready): Promise<void> {
  const [{ models: all }, errors] = await Promise.all([
    models(),
    accuracy().catch(() => undefined), // the page is useful without
  ]);
  served = now;
  header(now, all.find((m) => m.champion));
  if (!box) {
    box = searchBox(now.series, (id) => {
      if (fromHash() === id) void show();
      else location.hash = key + encodeURIComponent(id);
      if (matchMedia("(max-width: 60rem)").matches) {
        (document.activeElement as HTMLElement | null)?.blur();
        chosen.scrollIntoView();
      }
    });
    mount(side, box.element);
  } else box.again();
  mount(page, h("a", { class: "skip", href: "#series" }, "Skip to the series"), head, h("div", { class: "columns" }, side, h("main", {}, chosen, shop)));
  shopView(all, errors);
  await show();
}

async function look(): Promise<void> {
  clearTimeout(timer);
  let wait = refresh;
  try {
    const now = await ready();
    if (now.snapshot !== served?.snapshot) await whole(now);
  } catch (e) {
    wait = retry;
    // What was served before is still worth looking at.
    if (!served) {
      header();
      mount(page, head, h("main", { class: "alone" }, problemCard(problemOf(e), () => void look()), h("p", { class: "soft" }, "This page looks again every few seconds.")));
    }
  }
  timer = setTimeout(look, wait);
}

addEventListener("hashchange", () => {
  if (served && (location.hash === "" || location.hash === "#" || location.hash.startsWith(key))) void show();
});
header();
mount(page, head, h("main", { class: "alone" }, h("p", { class: "soft" }, "Loading…")));
void look();

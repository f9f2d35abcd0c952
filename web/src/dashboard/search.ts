// The search: a combobox whose list stays open beside the page on a wide
// screen. "/" goes to it, arrows choose, Enter opens, Escape empties.

import { h, mount } from "../shared/dom";
import { cut, day, number, plural } from "../shared/format";
import { problemOf, search, type SeriesInfo } from "./api";

const shown = 50; // of what is found; more words find fewer
const pause = 200; // ms without a key before the server is asked

export interface Search {
  element: HTMLElement;
  /** Marks the series that the page shows. */
  mark: (id: string) => void;
  again: () => void;
}

export function searchBox(total: number, open: (id: string) => void): Search {
  let found: SeriesInfo[] = [];
  let at = -1;
  let current = "";
  let asked: AbortController | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const input = h("input", {
    type: "search", id: "search", role: "combobox", autocomplete: "off", spellcheck: "false", maxlength: 200,
    placeholder: "Item or category", "aria-expanded": "true", "aria-controls": "found", "aria-autocomplete": "list",
  });
  const list = h("ul", { id: "found", role: "listbox", "aria-label": "Series found" });
  const status = h("p", { class: "soft small", role: "status" });

  const point = (to: number) => {
    at = to;
    for (const [i, option] of [...list.children].entries()) {
      option.classList.toggle("at", i === at);
      if (i === at) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    }
    if (at < 0) input.removeAttribute("aria-activedescendant");
  };
  const draw = (more: boolean) => {
    mount(list, ...found.map((s, i) => h("li", {
      id: `found-${i}`, role: "option", "aria-selected": String(s.id === current),
      onclick: () => open(s.id),
    },
      h("span", { class: "name" }, cut(s.item, 80), s.place ? h("span", { class: "soft" }, ` ${cut(s.place, 40)}`) : null),
      h("span", { class: "soft small" },
        [...new Set(Object.values(s.levels ?? {}))].slice(0, 2).map((l) => cut(l, 30)).concat(s.on_sale ? [] : [s.last_sale ? `last sold ${day(s.last_sale)}` : "never sold"]).join(" · ")),
    )));
    mount(status, found.length === 0 ? "Nothing is called that." :
      more ? `The first ${found.length} of ${input.value.trim() ? "those found" : number(total, 0)}: more letters find fewer.` : `${plural(found.length, "series", "series")} found.`);
    point(found.length && input.value.trim() ? 0 : -1);
  };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const mine = asked;
    try {
      const answer = await search(input.value.trim(), shown, mine.signal);
      if (mine.signal.aborted) return;
      found = answer.series;
      draw(answer.next !== undefined);
    } catch (e) {
      if (!mine.signal.aborted) mount(status, problemOf(e).detail);
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  });
  input.addEventListener("keydown", async (e) => {
    const last = found.length - 1;
    if (e.key === "ArrowDown") point(Math.min(last, at + 1));
    else if (e.key === "ArrowUp") point(Math.max(0, at - 1));
    else if (e.key === "Enter") {
      // What is opened is what was typed, even where the answer is not there yet.
      if (timer) {
        clearTimeout(timer);
        timer = undefined;
        await ask();
      }
      const chosen = found[Math.max(0, at)];
      if (chosen) open(chosen.id);
    } else if (e.key === "Escape" && input.value) {
      input.value = "";
      void ask();
    } else return;
    e.preventDefault();
  });
  document.addEventListener("keydown", (e) => {
    const inField = e.target instanceof HTMLInputElement || e.target instanceof HTMLTextAreaElement;
    if (e.key !== "/" || inField || e.ctrlKey || e.metaKey || e.altKey || !input.isConnected) return;
    e.preventDefault();
    input.focus();
    input.select();
  });
  void ask();
  return {
    element: h("div", { class: "search" },
      h("label", { for: "search" }, "Find a series ", h("kbd", { title: "The key / goes here" }, "/")),
      input, status, list),
    mark: (id) => {
      current = id;
      [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(found[i]?.id === id)));
    },
    again: () => void ask(),
  };
}

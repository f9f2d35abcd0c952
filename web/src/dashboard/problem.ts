// What is shown where an answer would be.

import { h } from "../shared/dom";
import { cut } from "../shared/format";
import type { Problem } from "./api";

export function problemCard(p: Problem, again?: () => void): HTMLElement {
  return h("div", { class: "card problem", role: "alert" },
    h("h2", {}, p.title),
    h("p", {}, cut(p.detail, 400)),
    p.hint ? h("p", { class: "soft" }, cut(p.hint, 400)) : null,
    p.trace ? h("p", { class: "soft trace" }, "Trace ", h("code", {}, cut(p.trace, 80)), ": the server's log has the request under it.") : null,
    again ? h("button", { type: "button", onclick: again }, "Try again") : null,
  );
}

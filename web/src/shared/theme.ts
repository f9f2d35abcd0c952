// The colours of charts are those of the page, which style.css names.

export const states = ["sold", "zero", "stock_out", "closed", "missing", "not_listed"] as const;
export type State = (typeof states)[number];

export const stateWords: Record<State, string> = {
  sold: "sold",
  zero: "open, none sold",
  stock_out: "out of stock",
  closed: "closed",
  missing: "no data",
  not_listed: "not listed",
};

export const stateWord = (name: string): string => stateWords[name as State] ?? name;

export interface Theme {
  text: string;
  soft: string;
  line: string;
  card: string;
  colours: string[]; // the last is grey, for the rest
  state: (name: string) => string;
}

export function theme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: read("text"),
    soft: read("soft"),
    line: read("line"),
    card: read("card"),
    colours: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => read(`c${i}`)),
    state: (name) => read(`state-${name.replace("_", "-")}`) || read("soft"),
  };
}

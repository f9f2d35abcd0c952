// How numbers, money and days read. English throughout, as the pages are.

export type Maybe = number | null | undefined;

export const none = "–";
const locale = "en-GB";
const plain = new Map<number, Intl.NumberFormat>();

function fixed(digits: number): Intl.NumberFormat {
  let format = plain.get(digits);
  if (!format) {
    format = new Intl.NumberFormat(locale, { maximumFractionDigits: digits });
    plain.set(digits, format);
  }
  return format;
}

const known = (v: Maybe): v is number => typeof v === "number" && Number.isFinite(v);

/** number has thousands apart, and decimals only where they say something. */
export function number(v: Maybe, digits?: number): string {
  if (!known(v)) return none;
  const size = Math.abs(v);
  const text = fixed(digits ?? (size >= 100 ? 0 : size >= 10 ? 1 : 2)).format(v);
  return text === "-0" ? "0" : text.replace("-", "\u2212");
}

const compactFormat = new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 3 });

/** compact is for axes and tiles: 12.3K. */
export const compact = (v: Maybe): string => (known(v) ? compactFormat.format(v) : none);

/** percent of a share: 0.123 is 12.3%. */
export function percent(v: Maybe, digits?: number): string {
  if (!known(v)) return none;
  const size = Math.abs(v);
  return `${number(v * 100, digits ?? (size >= 0.1 || size === 0 ? 0 : size >= 0.01 ? 1 : 2))}%`;
}

/** change is a percentage with its sign. */
export function change(v: Maybe, digits?: number): string {
  if (!known(v)) return none;
  const text = percent(Math.abs(v), digits);
  return /^0(\.0*)?%$/.test(text) ? "0%" : `${v > 0 ? "+" : "\u2212"}${text}`;
}

/** money in a currency; a code that nobody knows is written behind the number. */
export function money(currency: string): { full: (v: Maybe) => string; short: (v: Maybe) => string } {
  try {
    const whole = new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 0 });
    const cents = new Intl.NumberFormat(locale, { style: "currency", currency });
    const short = new Intl.NumberFormat(locale, { style: "currency", currency, notation: "compact", maximumSignificantDigits: 3 });
    return {
      full: (v) => (known(v) ? (Math.abs(v) >= 100 ? whole : cents).format(v) : none),
      short: (v) => (known(v) ? short.format(v) : none),
    };
  } catch {
    const unit = currency ? ` ${cut(currency, 8)}` : "";
    return { full: (v) => number(v) + (known(v) ? unit : ""), short: (v) => compact(v) + (known(v) ? unit : "") };
  }
}

const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
const dayFormat = date({ day: "numeric", month: "short", year: "numeric" });
const weekdayFormat = date({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const monthFormat = date({ month: "short", year: "numeric" });
const instantFormat = date({ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

/** utc is a day's instant; days have no time zone, so all are drawn in UTC. */
export const utc = (day: string): number => Date.parse(day.length === 7 ? `${day}-01` : day);

const written = (format: Intl.DateTimeFormat, at: number, other: string) => (Number.isFinite(at) ? format.format(at) : other);

export const day = (text: string): string => written(dayFormat, utc(text), text);
export const weekday = (text: string): string => written(weekdayFormat, utc(text), text);
export const month = (text: string): string => written(monthFormat, utc(text), text);
export const instant = (text: string): string => (Number.isFinite(Date.parse(text)) ? `${instantFormat.format(Date.parse(text))} UTC` : text);

/** age is how long before now a day is, in words. */
export function age(text: string, now = Date.now()): { days: number; words: string } {
  const days = Math.floor((now - utc(text)) / 86_400_000);
  const many = (n: number, word: string) => `${number(n, 0)} ${word}${n === 1 ? "" : "s"} ago`;
  if (!Number.isFinite(days)) return { days: 0, words: none };
  if (days <= 0) return { days, words: "today" };
  if (days === 1) return { days, words: "yesterday" };
  if (days < 60) return { days, words: many(days, "day") };
  if (days < 730) return { days, words: many(Math.round(days / 30.44), "month") };
  return { days, words: many(Math.round(days / 365.25), "year") };
}

/** cut shortens what does not fit; by characters as read, so that no emoji is halved. */
export function cut(text: string, length: number): string {
  const line = text.slice(0, length * 8).replace(/\s+/g, " ");
  const letters = Array.from(line);
  return letters.length > length || text.length > length * 8 ? `${letters.slice(0, length - 1).join("")}…` : line;
}

/** words makes a name of the program's, such as weekday_mean, one that wraps and reads. */
export const words = (name: string): string => name.replaceAll("_", " ").replace(/,(?=\S)/g, ", ");

/** plural: 1 series, 2 days. */
export const plural = (n: number, one: string, more = `${one}s`): string => `${number(n, 0)} ${n === 1 ? one : more}`;

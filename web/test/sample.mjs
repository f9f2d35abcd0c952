// Reports as daycast explore writes them: a shop with everything, one with
// nothing, one series without figures, and one whose names want to be markup.

const days = (n, step = 1) => Array.from({ length: n }, (_, i) => new Date(Date.UTC(2010, 0, 4 + i * step)).toISOString().slice(0, 10));
const wave = (n, f) => Array.from({ length: n }, (_, i) => Math.round(100 * f(i)) / 100);
const months = ["2010-01", "2010-02", "2010-03"];
const histogram = { edges: [1, 1.6, 2.5, 4, 6.3], counts: [40, 20, 9, 1], mean: 1.9, median: 1, p95: 4, max: 6 };
const names = ["units", "price", "promotion"];
const matrix = [[1, -0.4, 0.3], [-0.4, 1, null], [0.3, null, 1]];
const line = (name, i) => ({ name, wape: 0.6 + i / 50, rmse: 3, bias: i % 2 ? 0.1 : -0.05, coverage: 0.8, pairs: 100 - i });

export const whole = () => ({
  shop: "demo", currency: "GBP", run: "r1", created: "2026-11-26T12:00:01Z", origin: "2010-04-03", step: "day",
  series: { total: 20, onSale: 15, items: 20, places: 1, neverSold: 1 },
  states: [["sold", 900], ["zero", 500], ["stock_out", 80], ["closed", 200], ["missing", 3], ["not_listed", 99]].map(([name, n]) => ({ name, days: n })),
  statesByMonth: { months, counts: { sold: [300, 300, 300], zero: [100, 200, 200], stock_out: [20, 30, 30], closed: [60, 70, 70], missing: [0, 3, 0], not_listed: [99, 0, 0] } },
  cleaning: { rows: 5000, reasons: [{ name: "return", rows: 12, units: -40, examples: ["row 7: quantity -1"] }], notes: ["days without a row are zero"], capped: { periods: 2, units: 900 } },
  total: {
    days: days(90), units: wave(90, (i) => 50 + 20 * Math.sin(i)).map((v, i) => (i % 7 === 5 ? null : v)), revenue: wave(90, (i) => 500 + 90 * Math.sin(i)),
    states: days(90).map((_, i) => (i % 7 === 5 ? "closed" : "open")), holidays: [{ day: "2010-04-02", name: "Good Friday" }],
  },
  week: { names: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], mean: [0.2, 0.2, 0.2, 0.2, 0.1, 0, 0.1], q25: [0.1, 0.1, 0.1, 0.1, 0.1, 0, 0], q75: [0.3, 0.3, 0.3, 0.3, 0.2, 0, 0.2] },
  year: { months: ["January", "February", "March"], mean: [0.8, 1.1, null] },
  units: histogram, price: histogram,
  concentration: { share: [0.05, 0.2, 0.5, 1], units: [0.3, 0.6, 0.9, 1] },
  correlation: { names, pearson: matrix, spearman: matrix.map((r) => r.map((v) => (v === null || v === 1 ? v : v / 2))), pairs: 1800 },
  priceResponse: { change: ["-30% or more", "-5% to +5%", "+30% or more"], units: [1.8, 1, null], days: [40, 900, 0], elasticity: -1.4, series: 12 },
  promotion: { share: 0.1, lift: 0.4, days: 90, byCategory: [{ name: "Kitchen", lift: 0.5, days: 60 }, { name: "Garden", lift: -0.1, days: 30 }] },
  trend: ["Kitchen", "Garden", "other"].map((category, k) => ({ category, weeks: days(13, 7), units: wave(13, (i) => 30 + 5 * k + i) })),
  top: [{ id: "a", item: "a", place: "", category: "Kitchen", units: 300, revenue: 1234.5 }, { id: "b", item: "b", place: "", category: "Garden", units: 100, revenue: null }],
  model: { name: "mean(gbm,ets)", version: "r1", featuresOf: "gbm", features: [{ name: "last_7", group: "own sales", increase: 0.12 }, { name: "weekday", group: "calendar", increase: 0.03 }] },
  errors: { horizon: Array.from({ length: 14 }, (_, i) => line(String(i + 1), i)), category: [line("Kitchen", 0), line("Garden", 5)], origins: ["2010-03-06"] },
  notes: ["Promotions are few."],
});

const noHistogram = { edges: [], counts: [], mean: null, median: null, p95: null, max: null };

export const empty = () => ({
  shop: "", currency: "", run: "r1", created: "2026-11-26T12:00:01Z", origin: "2010-04-03", step: "day",
  series: { total: 0, onSale: 0, items: 0, places: 0, neverSold: 0 }, states: [], statesByMonth: { months: [], counts: {} },
  cleaning: { rows: 0, reasons: [], notes: [], capped: { periods: 0, units: 0 } },
  total: { days: [], units: [], revenue: [], states: [], holidays: [] },
  week: { names: [], mean: [], q25: [], q75: [] }, year: { months: [], mean: [] }, units: noHistogram, price: noHistogram,
  concentration: { share: [], units: [] }, correlation: { names: [], pearson: [], spearman: [], pairs: 0 },
  priceResponse: { change: [], units: [], days: [], elasticity: null, series: 0 }, promotion: { share: 0, lift: null, days: 0, byCategory: [] },
  trend: [], top: [], model: null, errors: null, notes: ["No order lines were read."],
});

/** nulled has every figure that may be missing missing. */
export const nulled = () => {
  const r = whole();
  const none = (all) => all.map(() => null);
  r.series = { total: 1, onSale: 0, items: 1, places: 1, neverSold: 0 };
  r.total = { ...r.total, units: none(r.total.units), revenue: none(r.total.revenue) };
  r.year.mean = none(r.year.mean);
  r.units = { ...r.units, mean: null, median: null, p95: null, max: null };
  r.correlation.pearson = r.correlation.spearman = r.correlation.pearson.map(none);
  r.priceResponse = { ...r.priceResponse, units: none(r.priceResponse.units), elasticity: null };
  r.promotion.lift = null;
  r.errors.horizon = r.errors.horizon.map((l) => ({ ...l, wape: null, rmse: null, bias: null, coverage: null, pairs: 0 }));
  r.trend = r.trend.slice(0, 1);
  return r;
};

export const evil = "</script><img src=x onerror=alert(1)>{a|b}\u{1F600}";

/** hostile has markup, emoji and 10 kB wherever the shop chooses a name. */
export const hostile = () => {
  const r = whole();
  const name = (text) => `${evil}${text}${"W".repeat(10_000)}`;
  r.shop = r.currency = r.run = name("");
  for (const x of r.cleaning.reasons) Object.assign(x, { name: name(x.name), examples: [evil, name("")] });
  r.cleaning.notes = r.notes = [name("note")];
  for (const x of r.total.holidays) x.name = name("day");
  r.correlation.names = r.correlation.names.map(name);
  for (const x of [...r.promotion.byCategory, ...r.model.features, ...r.errors.category]) x.name = name(x.name);
  for (const x of r.model.features) x.group = name(x.group);
  for (const x of r.trend) x.category = name(x.category);
  for (const x of r.top) Object.assign(x, { id: name(x.id), item: name(x.item), place: name("p"), category: name(x.category) });
  r.model.name = r.model.version = name("model");
  return r;
};

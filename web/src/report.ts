// The report's data, as `daycast explore --json` writes it. Missing numbers
// are null, days are YYYY-MM-DD, arrays are parallel.

export type Num = number | null;

export interface Report {
  shop: string;
  currency: string;
  run: string;
  created: string; // RFC 3339
  origin: string;
  step: "day" | "week";
  sample?: { series: number; of: number } | null; // of a shop that is too large: which figures are of
  series: { total: number; onSale: number; items: number; places: number; neverSold: number };
  states: { name: string; days: number }[];
  statesByMonth: { months: string[]; counts: Record<string, number[]> };
  cleaning: {
    rows: number;
    reasons: { name: string; rows: number; units: number; examples: string[] }[];
    notes: string[];
    capped: { periods: number; units: number };
  };
  total: { days: string[]; units: Num[]; revenue: Num[]; states: string[]; holidays: { day: string; name: string }[] };
  week: { names: string[]; mean: number[]; q25: number[]; q75: number[] }; // share of the week's total
  year: { months: string[]; mean: Num[] }; // 1 is the mean month, trend taken out
  units: Histogram; // of sold days
  price: Histogram;
  concentration: { share: number[]; units: number[] }; // the top share of series sells that share of units
  correlation: { names: string[]; pearson: Num[][]; spearman: Num[][]; pairs: number };
  priceResponse: { change: string[]; units: Num[]; days: number[]; elasticity: Num; series: number };
  promotion: { share: number; lift: Num; days: number; byCategory: { name: string; lift: number; days: number }[] };
  trend: { category: string; weeks: string[]; units: number[] }[];
  top: { id: string; item: string; place: string; category: string; units: number; revenue: Num }[];
  model: { name: string; version: string; featuresOf: string; features: { name: string; group: string; increase: number }[] } | null;
  errors: { horizon: ErrorLine[]; category: ErrorLine[]; origins: string[] } | null;
  notes: string[];
}

export interface Histogram {
  edges: number[];
  counts: number[];
  mean: Num;
  median: Num;
  p95: Num;
  max: Num;
}

export interface ErrorLine {
  name: string;
  wape: Num;
  rmse: Num;
  bias: Num;
  coverage: Num;
  pairs: number;
}

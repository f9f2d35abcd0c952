// The data of a search for parameters, as `daycast tune --json` writes it.
// Missing numbers are null.

import type { Num } from "./report";

export interface Tuning {
  model: string;
  method: string;
  metric: string;
  parameters: { name: string; low: number; high: number }[];
  trials: Trial[]; // the best first
  holdout: Trial[] | null; // the default, then the best, on origins that the search has not seen
  verdict: string;
  config?: string;
  notes?: string[];
}

export interface Trial {
  trial: number; // in the order of trying; 0: the default
  parameters: Record<string, number>;
  origins?: number;
  loss: Num;
  wape: Num;
  rmse: Num;
  bias: Num;
  seconds: number;
  error?: string;
}

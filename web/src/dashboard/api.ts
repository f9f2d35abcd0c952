// What the dashboard asks of daycast serve; /openapi.json describes it.

import type { ErrorLine, Num } from "../report";

export interface Ready {
  snapshot: string;
  version: string;
  origin: string;
  series: number;
}

export interface SeriesInfo {
  id: string;
  item: string;
  place?: string;
  levels?: Record<string, string>;
  on_sale: boolean;
  last_sale?: string;
}

export interface Listing {
  series: SeriesInfo[];
  next?: string;
}

export interface History {
  series: string;
  step: number; // days
  days: { day: string; units: Num; state: string; price: Num }[];
}

export interface Forecast {
  series: string;
  origin: string;
  model: string;
  days: { day: string; mean: Num; quantiles?: Record<string, Num> }[];
}

export interface Model {
  id: string;
  name: string;
  champion: boolean;
  created: string;
  origin: string;
  metrics?: Record<string, Num>;
}

export interface Accuracy {
  step: number; // days
  horizon: ErrorLine[];
  category: ErrorLine[];
  days: ErrorLine[];
}

/** A Problem is what the API says when it has no answer (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly hint = "",
    readonly trace = "",
  ) {
    super(detail);
  }
}

/** problemOf makes anything that went wrong a Problem. */
export function problemOf(e: unknown): Problem {
  if (e instanceof Problem) return e;
  return new Problem(0, "No answer", "The server cannot be reached.", "is daycast serve still running?");
}

/** get asks for JSON; the path is relative, so that a proxy may put the server under a folder of its own. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(path, { headers: { Accept: "application/json" }, signal: signal ?? null });
  const text = await answer.text();
  let body: any;
  try {
    body = JSON.parse(text);
  } catch {
    body = {};
  }
  if (answer.ok) return body as T;
  throw new Problem(
    answer.status,
    String(body.title ?? `Status ${answer.status}`),
    String(body.detail ?? "The server gave no reason."),
    String(body.hint ?? ""),
    String(body.trace_id ?? answer.headers.get("X-Trace-Id") ?? ""),
  );
}

const segment = (id: string) => encodeURIComponent(id);

export const ready = (s?: AbortSignal) => get<Ready>("readyz", s);
export const models = (s?: AbortSignal) => get<{ models: Model[] }>("v1/models", s);
export const accuracy = (s?: AbortSignal) => get<Accuracy>("v1/accuracy", s);
export const search = (q: string, limit: number, s?: AbortSignal) => get<Listing>(`v1/series?limit=${limit}&q=${encodeURIComponent(q)}`, s);
export const history = (id: string, s?: AbortSignal) => get<History>(`v1/series/${segment(id)}/history`, s);
export const forecast = (id: string, s?: AbortSignal) => get<Forecast>(`v1/series/${segment(id)}/forecast`, s);

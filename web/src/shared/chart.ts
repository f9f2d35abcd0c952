// Charts by Apache ECharts, of which only the parts that are used are bundled.
// Tooltips are drawn on the canvas (richText): ECharts' HTML ones would take a
// product's name for markup, and need inline styles, which the policy forbids.

import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import {
  DataZoomSliderComponent,
  GridComponent,
  LegendScrollComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { h } from "./dom";
import { theme, type Theme } from "./theme";

use([
  BarChart, HeatmapChart, LineChart, CanvasRenderer, DataZoomSliderComponent, GridComponent,
  LegendScrollComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, VisualMapContinuousComponent,
]);

// ECharts' own option types are so wide that they check little; what a wrong
// option does is seen in the picture.
export type Option = Record<string, any>;

export interface Drawing {
  /** What a chart shows at a width in pixels; called again when colours or width change. */
  option: (t: Theme, width: number) => Option;
  /** What somebody who does not see it is told. */
  label: string;
  height?: number | ((width: number) => number);
}

export interface Chart {
  element: HTMLElement;
  redraw: () => void;
  /** Shows the part between two shares of the time axis. */
  zoom: (start: number, end: number) => void;
}

const all = new Set<{ redraw: () => void; element: HTMLElement }>();

/** chart draws once its element has a place in the page. */
export function chart(d: Drawing): Chart {
  const element = h("div", { class: "chart", role: "img", "aria-label": d.label });
  let instance: EChartsType | undefined;
  let zoomed: { start: number; end: number } | undefined;
  let chosen: Record<string, boolean> | undefined;

  const place = (width: number) => {
    const height = typeof d.height === "function" ? d.height(width) : (d.height ?? (width < 500 ? 260 : 320));
    element.style.height = `${height}px`;
  };
  const redraw = () => {
    if (!instance) return;
    const t = theme();
    const width = element.clientWidth;
    const option = { ...base(t), ...d.option(t, width) };
    if (option["legend"]?.show !== false) {
      const names = new Map<string, Option>((option["series"] as Option[]).filter((s) => s["name"]).map((s) => [s["name"], s]));
      option["legend"] = { ...option["legend"], data: [...names].map(([name, s]) => ({ name, icon: s["legendIcon"] })) };
    }
    if (zoomed && option["dataZoom"]) option["dataZoom"] = option["dataZoom"].map((z: Option) => ({ ...z, ...zoomed }));
    if (chosen && option["legend"]) option["legend"] = { ...option["legend"], selected: chosen };
    instance.setOption(option, { notMerge: true });
  };
  // The element has its height before it is drawn, so that nothing jumps.
  place(360);
  let seen = 0;
  new ResizeObserver(() => {
    const width = element.clientWidth;
    if (width === 0 || width === seen) return;
    seen = width;
    place(width);
    if (instance) instance.resize();
    else {
      // Twice the pixels print sharply on a screen that has few.
      instance = init(element, null, { renderer: "canvas", devicePixelRatio: Math.max(2, window.devicePixelRatio) });
      instance.on("datazoom", () => {
        const now = (instance?.getOption() as Option)["dataZoom"]?.[0];
        if (now) zoomed = { start: now.start, end: now.end };
      });
      instance.on("legendselectchanged", (e) => { chosen = (e as { selected: Record<string, boolean> }).selected; });
    }
    redraw();
  }).observe(element);
  all.add({ redraw, element });
  return {
    element,
    redraw,
    zoom: (start, end) => {
      zoomed = { start, end };
      instance?.dispatchAction({ type: "dataZoom", start, end });
    },
  };
}

function redrawAll(): void {
  for (const c of all) {
    if (c.element.isConnected) c.redraw();
    else all.delete(c);
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
addEventListener("beforeprint", () => {
  document.documentElement.dataset["theme"] = "light";
  redrawAll();
});
addEventListener("afterprint", () => {
  delete document.documentElement.dataset["theme"];
  redrawAll();
});

function base(t: Theme): Option {
  return {
    animation: false,
    color: t.colours,
    textStyle: { color: t.text, fontFamily: "system-ui, sans-serif" },
    grid: grid(),
    tooltip: tooltip(t, {}),
  };
}

/** grid leaves its labels the room that they need. */
export const grid = (o: Option = {}): Option => ({ left: 4, right: 12, top: 34, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel", ...o });

export const tooltip = (t: Theme, o: Option): Option => ({
  trigger: "axis",
  renderMode: "richText",
  confine: true,
  backgroundColor: t.card,
  borderColor: t.line,
  borderWidth: 1,
  padding: [8, 10],
  textStyle: { color: t.text, fontSize: 13, lineHeight: 19, fontFamily: "system-ui, sans-serif" },
  axisPointer: { type: "line", lineStyle: { color: t.soft, type: "dashed" }, shadowStyle: { opacity: 0.15 } },
  ...o,
});

export const legend = (t: Theme, o: Option = {}): Option => ({
  type: "scroll", top: 0, left: 0, right: 0, itemWidth: 18, itemHeight: 10, itemGap: 14,
  textStyle: { color: t.text, fontSize: 12, lineHeight: 18 }, inactiveColor: t.soft, pageTextStyle: { color: t.soft },
  pageIconColor: t.text, pageIconInactiveColor: t.line, pageIconSize: 11, ...o,
});

export const valueAxis = (t: Theme, format: (v: number) => string, o: Option = {}): Option => ({
  type: "value",
  axisLabel: { color: t.soft, formatter: format, hideOverlap: true },
  splitLine: { lineStyle: { color: t.line } },
  axisLine: { show: false },
  nameTextStyle: { color: t.soft },
  ...o,
});

export const categoryAxis = (t: Theme, data: string[], o: Option = {}): Option => ({
  type: "category",
  data,
  axisLabel: { color: t.soft, hideOverlap: true },
  axisTick: { show: false },
  axisLine: { lineStyle: { color: t.line } },
  ...o,
});

export const timeAxis = (t: Theme, o: Option = {}): Option => ({
  type: "time",
  axisLabel: {
    color: t.soft, hideOverlap: true,
    formatter: { year: "{yyyy}", month: "{MMM}", day: "{d} {MMM}", hour: "", minute: "", second: "", millisecond: "", none: "" },
  },
  axisLine: { lineStyle: { color: t.line } },
  axisTick: { lineStyle: { color: t.line } },
  splitLine: { show: false },
  ...o,
});

/** slider is the strip under a time axis that chooses what is seen; start is a share in percent. */
export const slider = (t: Theme, start = 0): Option[] => [{
  type: "slider", start, end: 100, height: 26, bottom: 4, left: 34, right: 34,
  borderColor: t.line, fillerColor: `${t.colours[0]}22`, backgroundColor: "transparent",
  dataBackground: { lineStyle: { color: t.soft, opacity: 0.5 }, areaStyle: { color: t.soft, opacity: 0.12 } },
  selectedDataBackground: { lineStyle: { color: t.colours[0] }, areaStyle: { color: t.colours[0], opacity: 0.15 } },
  handleStyle: { color: t.card, borderColor: t.soft }, moveHandleStyle: { color: t.line },
  textStyle: { color: t.soft }, labelFormatter: "", brushSelect: false,
}];

type Pair = [number, number | null];

/** Icons of the legend, a series' legendIcon; the default is its symbol on a line. */
export const icons = {
  line: "path://M0 0h20v3H0z",
  thin: "path://M0 1h20v1H0z",
  dots: "path://M0 0h4v3H0zM8 0h4v3H8zM16 0h4v3h-4z",
};

/** band fills what is between two lines over the same places; both series have the name, so that the legend has it once. */
export function band(name: string, lower: Pair[], upper: Pair[], colour: string, o: Option = {}): Option[] {
  const line = { type: "line", name, legendIcon: "roundRect", stack: name, stackStrategy: "all", symbol: "none", silent: true, lineStyle: { opacity: 0 }, emphasis: { disabled: true }, ...o };
  const height = upper.map(([x, y], i): Pair => {
    const low = lower[i]?.[1];
    return [x, y === null || low === null || low === undefined ? null : y - low];
  });
  return [
    { ...line, data: lower, itemStyle: { color: colour, opacity: 0.35 } },
    { ...line, data: height, itemStyle: { color: colour, opacity: 0.35 }, areaStyle: { color: colour, opacity: 0.22 } },
  ];
}

/** literal keeps ECharts from reading {a|b} in a name as a style of its rich text. */
export const literal = (text: string): string => text.replaceAll("{", "{\u200b");

// Renders openapi.json: operations with their parameters, bodies and a form
// that tries them, then the schemas.
"use strict";

const base = new URL("./", document.baseURI);

// el makes an element; children are elements or text, never HTML.
function el(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
  e.append(...children.filter((c) => c !== undefined && c !== null));
  return e;
}

const soft = (text) => el("span", { class: "soft" }, text);
const refName = (schema) => schema.$ref && schema.$ref.split("/").pop();

function resolve(spec, schema) {
  return schema.$ref ? spec.components.schemas[refName(schema)] : schema;
}

// typeOf is a schema's type in a few words, with links to the named ones.
function typeOf(schema) {
  const name = refName(schema);
  if (name) return el("a", { href: `#schema-${name}` }, name);
  const types = [schema.type].flat().filter((t) => t && t !== "null");
  const out = el("span", {});
  if (types[0] === "array") out.append("array of ", typeOf(schema.items || {}));
  else if (types[0] === "object" && schema.additionalProperties && !schema.properties) {
    out.append("object of ", typeOf(schema.additionalProperties));
  } else out.append(types.join(" or ") || "any");
  if (schema.format && types[0] === "string") out.append(` (${schema.format})`);
  if ([schema.type].flat().includes("null")) out.append(" or null");
  return out;
}

// limits says what a value may be.
function limits(schema) {
  const parts = [];
  const { minimum: low, maximum: high, minItems: few, maxItems: many, maxLength: long } = schema;
  if (low !== undefined || high !== undefined) parts.push(`${low ?? "any"} to ${high ?? "any"}`);
  if (few !== undefined || many !== undefined) parts.push(`${few ?? 0} to ${many ?? "any number of"} items`);
  if (long !== undefined) parts.push(`at most ${long} characters`);
  if (schema.enum) parts.push(`one of ${schema.enum.join(", ")}`);
  if (schema.default !== undefined) parts.push(`default ${schema.default}`);
  return parts.join("; ");
}

function table(rows) {
  const head = el("tr", {}, ...["Name", "Type", "Meaning"].map((t) => el("th", { scope: "col" }, t)));
  const body = rows.map(({ name, schema, text, required }) => el("tr", {},
    el("td", {}, el("code", {}, name), required ? soft(" required") : ""),
    el("td", {}, typeOf(schema)),
    el("td", {}, text || "", " ", soft(limits(schema)))));
  return el("div", { class: "scroll" }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

function fields(spec, schema) {
  const s = resolve(spec, schema);
  return table(Object.entries(s.properties || {}).map(([name, p]) => ({
    name, schema: p, text: p.description, required: (s.required || []).includes(name),
  })));
}

// example builds a value that fits a schema from the examples in it.
function example(spec, schema) {
  const s = resolve(spec, schema);
  if (s.examples) return s.examples[0];
  if (s.properties) {
    return Object.fromEntries(Object.entries(s.properties)
      .filter(([name, p]) => p.examples || (s.required || []).includes(name))
      .map(([name, p]) => [name, example(spec, p)]));
  }
  return { integer: 1, number: 1, boolean: false, array: [] }[[s.type].flat()[0]] ?? "";
}

// tryIt is a form that sends the request to this server.
function tryIt(spec, method, path, op, firstSeries) {
  const form = el("form", {}, el("h3", {}, "Try it"));
  const inputs = (op.parameters || []).map((p) => {
    const input = el("input", { name: p.name, autocomplete: "off" });
    if (p.in === "path") {
      input.required = true;
      input.value = firstSeries;
    }
    form.append(el("label", {}, el("span", {}, p.name), input));
    return { p, input };
  });
  const media = op.requestBody && op.requestBody.content["application/json"];
  let body;
  if (media) {
    const value = example(spec, media.schema);
    if (firstSeries && value.series) value.series = [firstSeries];
    const text = JSON.stringify(value, null, 2);
    body = el("textarea", { name: "body", rows: text.split("\n").length + 1, spellcheck: "false" });
    body.value = text;
    form.append(el("label", {}, el("span", {}, "body"), body));
  }
  const output = el("div", { "aria-live": "polite" });
  form.append(el("button", {}, "Send"), output);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let target = path.slice(1);
    const query = new URLSearchParams();
    for (const { p, input } of inputs) {
      if (p.in === "path") target = target.replace(`{${p.name}}`, encodeURIComponent(input.value));
      else if (input.value !== "") query.set(p.name, input.value);
    }
    const url = new URL(target + (query.size ? `?${query}` : ""), base);
    output.replaceChildren(await send(url, method, body && body.value));
  });
  return form;
}

async function send(url, method, body) {
  try {
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    const answer = await fetch(url, { method: method.toUpperCase(), headers, body });
    let text = await answer.text();
    if ((answer.headers.get("Content-Type") || "").includes("json")) text = JSON.stringify(JSON.parse(text), null, 2);
    const line = `${method.toUpperCase()} ${url.pathname}${url.search}\n${answer.status} ${answer.statusText}\n\n`;
    return el("pre", answer.ok ? {} : { class: "bad" }, line + text);
  } catch (e) {
    return el("pre", { class: "bad" }, String(e));
  }
}

function operation(spec, method, path, op, firstSeries) {
  const inside = el("div", { class: "inside" }, el("p", {}, op.description || ""));
  if (op.parameters) {
    inside.append(el("h3", {}, "Parameters"), table(op.parameters.map((p) => ({
      name: p.name, schema: p.schema, text: p.description || p.schema.description, required: p.required,
    }))));
  }
  const media = op.requestBody && op.requestBody.content["application/json"];
  if (media) inside.append(el("h3", {}, "Body"), fields(spec, media.schema));
  for (const [status, r] of Object.entries(op.responses)) {
    const [content] = Object.values(r.content || {});
    inside.append(el("h3", {}, `Answer ${status}: `, content ? typeOf(content.schema) : r.description));
    if (content && status !== "default") inside.append(fields(spec, content.schema));
  }
  inside.append(tryIt(spec, method, path, op, firstSeries));
  return el("details", { id: op.operationId },
    el("summary", {}, el("span", { class: "method" }, method.toUpperCase()), " ", el("code", {}, path), soft(op.summary)),
    inside);
}

// openTarget shows what the address points to, which may be folded away.
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") {
    target.open = true;
    target.scrollIntoView();
  }
}

async function main() {
  const spec = await (await fetch(new URL("openapi.json", base))).json();
  // One real id makes the forms work as they are; without a snapshot they stay empty.
  const list = await fetch(new URL("v1/series?limit=1", base)).then((r) => (r.ok ? r.json() : { series: [] }));
  const firstSeries = list.series.length ? list.series[0].id : "";
  document.getElementById("about").textContent = spec.info.description;
  const byTag = new Map();
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const [method, op] of Object.entries(methods)) {
      const tag = (op.tags || ["other"])[0];
      if (!byTag.has(tag)) byTag.set(tag, []);
      byTag.get(tag).push(operation(spec, method, path, op, firstSeries));
    }
  }
  const order = ["forecasts", "series", "models", "health"];
  const rank = (tag) => (order.includes(tag) ? order.indexOf(tag) : order.length);
  const tags = [...byTag.keys()].sort((a, b) => rank(a) - rank(b));
  document.getElementById("operations").replaceChildren(
    ...tags.flatMap((tag) => [el("h2", {}, tag), ...byTag.get(tag)]));
  document.getElementById("schemas-title").hidden = false;
  document.getElementById("schemas").append(...Object.entries(spec.components.schemas).map(([name, s]) =>
    el("details", { id: `schema-${name}` }, el("summary", {}, el("code", {}, name)),
      el("div", { class: "inside" }, fields(spec, s)))));
  openTarget();
}

window.addEventListener("hashchange", openTarget);
main().catch((e) => {
  document.getElementById("operations").replaceChildren(el("p", {}, `openapi.json could not be read: ${e}`));
});

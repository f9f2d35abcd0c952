// Three builds: `vite build` makes the dashboard (index.html, assets/), and
// `vite build --mode report` makes report.html, which is one file, as --mode
// tuning makes tuning.html.
import { createHash } from "node:crypto";
import { defineConfig, type Plugin } from "vite";

const notice =
  "/*! Apache ECharts (c) The Apache Software Foundation, Apache-2.0; ZRender (c) Baidu Inc., BSD-3-Clause; " +
  "tslib (c) Microsoft Corporation, 0BSD. daycast, Apache-2.0. */";

// oneFile puts the script and the styles into the page, and lets the page run
// them and nothing else: what a product's name smuggles in has another hash.
function oneFile(name: string): Plugin {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_, bundle) {
      const page = bundle[name];
      if (page?.type !== "asset") throw new Error(`no ${name}`);
      let script = "";
      let style = "";
      for (const [file, part] of Object.entries(bundle)) {
        if (part === page) continue;
        if (part.type === "chunk") script += part.code;
        else style += part.source;
        delete bundle[file];
      }
      script = `\n${script.replaceAll("</script", "<\\/script")}`;
      const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`;
      page.source = String(page.source)
        .replace(/\s*<script[^>]* src=[^>]*><\/script>/, "")
        .replace(/\s*<link rel="stylesheet"[^>]*>/, "")
        .replace("<!--policy-->", () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
        .replace("<!--style-->", () => `<style>${style}</style>`)
        .replace("<!--script-->", () => `<script type="module">${script}</script>`);
    },
  };
}

export default defineConfig(({ mode }) => {
  const page = mode === "report" || mode === "tuning" ? `${mode}.html` : undefined;
  return {
    base: "./",
    plugins: page ? [oneFile(page)] : [],
    build: {
      target: "es2022",
      outDir: process.env["DIST"] ?? "dist",
      emptyOutDir: !page, // pages are built after the dashboard
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1000,
      reportCompressedSize: false,
      rollupOptions: {
        input: page ?? "index.html",
        output: { banner: notice, inlineDynamicImports: true },
      },
    },
  };
});

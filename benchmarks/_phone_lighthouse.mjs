// Lighthouse over pages of somebody signed in; answers with one line of JSON.
// Started by phone.py: the address of a running chromium's port, the cookie, the pages.
import lighthouse from "lighthouse";

const { port, pages } = JSON.parse(process.argv[2]);
const TRIES = 3; // Now and then chromium loses the trace of a page, whatever the page.

async function looked(name, address) {
  for (let tries = 1; ; tries += 1) {
    const { lhr } = await lighthouse(address, {
      port,
      output: "json",
      logLevel: "error",
      onlyCategories: ["performance", "accessibility"],
    });
    if (!lhr.runtimeError) return lhr;
    if (tries === TRIES) throw new Error(`${name}: ${lhr.runtimeError.message}`);
  }
}

const found = {};
for (const [name, address] of Object.entries(pages)) {
  const lhr = await looked(name, address);
  const scores = Object.fromEntries(
    Object.entries(lhr.categories).map(([id, { score }]) => [id, Math.round(score * 100)]),
  );
  const failed = Object.values(lhr.audits)
    .filter(({ score }) => score !== null && score < 0.9)
    .map(({ id, score, displayValue }) => `${id} ${score} ${displayValue ?? ""}`.trim());
  const shown = (id) => Math.round(lhr.audits[id]?.numericValue ?? 0);
  found[name] = {
    ...scores,
    failed,
    first_paint_ms: shown("first-contentful-paint"),
    largest_paint_ms: shown("largest-contentful-paint"),
    bytes: shown("total-byte-weight"),
  };
}
console.log(JSON.stringify(found));

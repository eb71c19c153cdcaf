/** A report as one HTML file: no script, no network, figures inline. Every foreign text is escaped; a CSP forbids the rest. */
import { cyclesByLayer } from './figures/cycles-by-layer.ts';
import { dramByLayer } from './figures/dram-by-layer.ts';
import { roofline } from './figures/roofline.ts';
import { escapeHtml } from './printable.ts';
import { density, grouped, overBound, percent, withUnit } from './quantities.ts';
import type { Report, Totals } from './report.ts';

const STYLE = `:root{color-scheme:light dark}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums}
th,td{padding:.15rem .6rem;text-align:right;border-bottom:1px solid #9994;white-space:nowrap}
th:first-child,td:first-child,.left{text-align:left}
.wide{overflow-x:auto}
svg{max-width:100%;height:auto}
dt{font-weight:600}dd{margin:0 0 .4rem}`;

export function reportHtml(report: Report): string {
  const { model, machine, fidelity, batch, images, seed, source, rule, totals, conv } = report;
  const title = `${escapeHtml(model)} on ${escapeHtml(machine)}`;
  const roof = roofline(report);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p>Fidelity ${fidelity}, batch ${batch}, ${grouped(images)} images, seed ${seed}. Weights: ${source.weights};
activations: ${source.activations}; rule ${escapeHtml(rule.kind)} at ${percent(rule.zeros)} % zeros.
${source.note === undefined ? '' : escapeHtml(source.note)}</p>
${totalsTable(totals, conv)}
<h2>Cycles</h2>${cyclesByLayer(report)}
<h2>DRAM</h2>${dramByLayer(report)}
${roof === undefined ? '' : `<h2>Roofline</h2>${roof}`}
<h2>Layers</h2>${layerTable(report)}
${predictions(report)}
<h2>Receipts</h2><dl>${Object.entries(report.receipts)
    .map(([key, value]) => `<dt>${escapeHtml(key)}</dt><dd>${escapeHtml(String(value))}</dd>`)
    .join('')}</dl>
</html>
`;
}

const row = (cells: readonly string[], tag: 'td' | 'th' = 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;

function totalsTable(whole: Totals, conv: Totals): string {
  const rows: readonly (readonly [string, (t: Totals) => string])[] = [
    ['images/s', (t) => grouped(t.imagesPerSecond, 1)],
    ['cycles', (t) => grouped(t.cycles)],
    ['utilization', (t) => `${percent(t.utilization)} %`],
    ['MACs, effectual', (t) => grouped(t.macsEffectual)],
    ['MACs, dense', (t) => grouped(t.macsDense)],
    ['DRAM', (t) => withUnit(t.dramBytes.total, 'B')],
    ['DRAM over the least possible', (t) => overBound(t.dramBytes.total, t.dramBytes.lowerBound)],
    ['energy', (t) => withUnit(t.energyPj.total * 1e-12, 'J')],
    ['power', (t) => withUnit(t.powerW, 'W')],
  ];
  return `<table>${row(['', 'whole network', 'conv only'], 'th')}${rows
    .map(([name, of]) => row([name, of(whole), of(conv)]))
    .join('')}</table>`;
}

function layerTable({ layers, hostOps }: Report): string {
  const titles = [
    ...['layer', 'op', 'cycles', 'bound by', 'util %', 'ifmap', 'weight', 'ofmap'],
    ...['DRAM kB', 'x least', 'energy µJ', 'reuse', 'tile'],
  ];
  const rows = layers.map((l) =>
    row([
      escapeHtml(l.name),
      l.op,
      grouped(l.cycles),
      l.boundBy,
      percent(l.utilization),
      ...[l.density.ifmap, l.density.weight, l.density.ofmap].map(density),
      grouped(l.dramBytes.total / 1e3, 1),
      overBound(l.dramBytes.total, l.dramBytes.lowerBound),
      grouped(l.energyPj.total / 1e6, 1),
      l.dataflow,
      l.tile.join('x'),
    ]),
  );
  const host = hostOps.map(({ name, op }) => `${escapeHtml(name)} (${escapeHtml(op)})`).join(', ');
  return `<div class="wide"><table>${row(titles, 'th')}${rows.join('')}</table></div>${
    host === '' ? '' : `<p>On the host, not costed: ${host}.</p>`
  }`;
}

function predictions({ predictions: list = [], accuracy }: Report): string {
  if (list.length === 0) return '';
  const rows = list.map(({ input, top, fp32Top1 }) =>
    row([
      escapeHtml(input),
      top
        .slice(0, 3)
        .map(
          ({ index, label, score }) => `${escapeHtml(label ?? `class ${index}`)} (${score.toPrecision(3)})`,
        )
        .join(', '),
      `class ${fp32Top1}`,
    ]),
  );
  const agreement =
    accuracy === undefined
      ? ''
      : `<p>Integer top-1 agrees with fp32 on ${percent(accuracy.top1Agreement)} % of ${accuracy.images} images.</p>`;
  return `<h2>Predictions</h2>${agreement}<table>${row(['input', 'integer top 3', 'fp32 top 1'], 'th')}${rows.join('')}</table>`;
}

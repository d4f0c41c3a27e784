/* Latencies as distributions: how many took how long, and the share that took no longer. */

const SUB = 128;

/* The half-open range of a bucket, ns (docs/result.md). */
function bucketBounds(index) {
  if (index < SUB) return [index, index + 1];
  const shift = Math.floor(index / SUB) - 1;
  const low = (index - SUB * shift) * 2 ** shift;
  return [low, low + 2 ** shift];
}

function quantile(histogram, share) {
  let sum = 0;
  for (const [index, n] of histogram.buckets) {
    sum += n;
    if (sum >= share * histogram.count) {
      return Math.min(Math.max(bucketBounds(index)[1], histogram.min), histogram.max);
    }
  }
  return histogram.max;
}

/* Ten bars for each power of ten; x is log10 of seconds, y the share of all in per cent. */
const BARS = 10;

function barsOf(histogram) {
  const bars = new Map();
  for (const [index, n] of histogram.buckets) {
    const [low, high] = bucketBounds(index);
    const bar = Math.floor(BARS * Math.log10(Math.max(1, (low + high) / 2) / 1e9));
    bars.set(bar, (bars.get(bar) ?? 0) + n);
  }
  const [first, last] = [Math.min(...bars.keys()) - 1, Math.max(...bars.keys()) + 1];
  return Array.from({ length: last - first + 1 }, (_, i) =>
    [(first + i) / BARS, (100 * (bars.get(first + i) ?? 0)) / histogram.count]);
}

/* x is log10 of 1 / (1 - share): 0, 1, 2, 3 for 0, 90, 99, 99.9 %; y is seconds. */
function percentilesOf(histogram) {
  const points = [[0, seconds(histogram.min)]];
  const last = Math.log10(2 * histogram.count); /* of the slowest one, the middle of its share */
  let sum = 0;
  for (const [index, n] of histogram.buckets) {
    sum += n;
    const x = sum < histogram.count ? -Math.log10(1 - sum / histogram.count) : last;
    if (x - points.at(-1)[0] >= 0.005 || sum === histogram.count) {
      const high = Math.min(Math.max(bucketBounds(index)[1], histogram.min), histogram.max);
      points.push([x, seconds(high)]);
    }
  }
  return points;
}

const NAMES = ['connect', 'handshake', 'response', 'idle', 'close', 'life', 'late'];
const HUES = {
  client: ['established', 'time_wait', 'fin_wait2', 'close_wait', 'closing', 'last_ack', 'syn_sent'],
  server: ['syn_sent', 'listen', 'fin_wait1', 'close', 'told', 'syn_recv'],
};
const hueOf = ({ side, name }) => `c-${HUES[side][NAMES.indexOf(name)]}`;

/* {name, side, result, histogram} of all that was timed. */
const timed = results.flatMap((result) => ['client', 'server'].flatMap((side) =>
  NAMES.flatMap((name) => {
    const histogram = result.data[side]?.account?.latency?.[name];
    return histogram ? [{ name, side, result, histogram }] : [];
  })));

/* Whose lines are drawn at first. */
const firstTimed = timed.some(({ side }) => side === 'client') ? 'client' : 'server';

const linesOfTimed = (make) => timed.map((one) => ({
  label: `${one.side} ${one.name} ${one.result.index}`,
  one,
  result: one.result,
  on: one.side === firstTimed,
  colour: hueOf(one),
  points: make(one.histogram),
}));

const percentileTicks = [[0, '0 %'], [Math.log10(2), '50 %'], [1, '90 %'], [2, '99 %'], [3, '99.9 %'],
  [4, '99.99 %'], [5, '99.999 %'], [6, '99.9999 %'], [7, '']]
  .map(([v, label]) => ({ v, label }));

const powerTicks = (min, max) => {
  const ticks = [];
  for (let v = Math.ceil(min); v <= max; v++) ticks.push({ v, label: duration(10 ** v) });
  return ticks;
};

function latencyCharts(pair) {
  const bars = el('div', { class: 'chart', 'data-chart': 'bars' });
  const lines = el('div', { class: 'chart', 'data-chart': 'percentiles' });
  pair.append(el('div', {}, el('h3', {}, 'Share of all, by how long it took'), bars),
    el('div', {}, el('h3', {}, 'The share that took no longer'), lines));
  return [
    makeChart(bars, linesOfTimed(barsOf), {
      stepPlot: true,
      fillGraph: true,
      fillAlpha: 0.16,
      axes: {
        x: { ticker: powerTicks },
        y: { axisLabelFormatter: (y) => `${count(y)} %`, axisLabelWidth: 52 },
      },
    }),
    makeChart(lines, linesOfTimed(percentilesOf), {
      logscale: true,
      axes: {
        x: { ticker: (min, max) => percentileTicks.filter(({ v }) => v >= min && v <= max) },
        y: { axisLabelFormatter: (y) => duration(y), axisLabelWidth: 62 },
      },
    }),
  ];
}

const COLUMNS = [['p50', 0.5], ['p90', 0.9], ['p99', 0.99], ['p99.9', 0.999]];

const latencyCells = ({ histogram }) => [
  count(histogram.count),
  ...COLUMNS.map(([, share]) => duration(seconds(quantile(histogram, share)))),
  duration(seconds(histogram.max)),
  duration(seconds(histogram.sum / histogram.count)),
].map((text) => el('td', { class: 'n' }, text));

/* A row for what was timed of a side, which shows and hides its lines; one for each result. */
function latencyRows(group, name, side) {
  const same = timed.filter((one) => one.name === name && one.side === side);
  if (same.length === 0) return [];
  const box = el('input', { type: 'checkbox' });
  const swatch = el('i', { class: 'swatch' });
  const set = () => group.forEach((chart) => {
    chart.series.forEach((line) => {
      if (line.one.name === name && line.one.side === side) line.on = box.checked;
    });
    chart.update();
  });
  const paint = () => { swatch.style.background = colour(hueOf(same[0])); };
  on('theme', paint);
  paint();
  box.checked = side === firstTimed;
  box.addEventListener('change', set);
  const label = el('td', { colspan: several ? COLUMNS.length + 4 : 1 }, el('label', {}, box, swatch, `${side} ${name}`));
  return !several ? [el('tr', {}, label, latencyCells(same[0]))]
    : [el('tr', {}, label), ...same.map((one) => ofResult(one.result,
      el('tr', {}, el('td', {}, one.result.label), latencyCells(one))))];
}

function latencySection(page) {
  if (timed.length === 0) return;
  const pair = el('div', { class: 'pair' });
  const whole = section('latency', 'Latencies', pair);
  page.append(whole);
  const group = latencyCharts(pair);
  const head = ['', 'count', ...COLUMNS.map(([name]) => name), 'max', 'mean'];
  whole.append(el('div', { class: 'scroll' }, el('table', { class: 'legend' },
    el('thead', {}, el('tr', {}, head.map((text) => el('th', { class: text ? 'n' : null }, text)))),
    el('tbody', {}, ['client', 'server'].map((side) =>
      NAMES.map((name) => latencyRows(group, name, side)))))));
}

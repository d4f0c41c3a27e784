/* Every kernel state over time, one chart for each end of the connections. */

/* States in their order, then what is told beside them. */
function columnsOfEnd(name) {
  const met = new Set(results.flatMap((result) => columnsOf(endOf(result, name))));
  return [...STATES.filter((state) => met.delete(state)), ...met];
}

/* What observations saw, and of TIME_WAIT what sockstat told between them: [ns, sockets]. */
function seenOf({ observations, sockstat }, column) {
  const seen = observations.at.map((time, i) => [time, observations[column][i]]);
  if (column !== 'time_wait' || sockstat == null) return seen;
  return [...seen, ...sockstat.at.map((time, i) => [time, sockstat.time_wait[i]])]
    .sort((a, b) => a[0] - b[0]);
}

function pointsOf(result, end, column, perSecond) {
  const seen = seenOf(endOf(result, end), column);
  if (!perSecond) return seen.map(([time, value]) => [seconds(time), value]);
  return seen.slice(1).map(([time, value], i) => [seconds(time),
    time > seen[i][0] ? (value - seen[i][1]) / seconds(time - seen[i][0]) : null]);
}

function linesOf(end, columns) {
  return results.flatMap((result) => columns
    .filter((column) => endOf(result, end)?.observations?.[column] != null)
    .map((column) => ({
      label: `${column} ${result.index}`,
      column,
      result,
      on: STATES.includes(column),
      colour: STATES.includes(column) ? `c-${column}` : 'c-told',
      points: pointsOf(result, end, column, false),
    })));
}

/* The peak and what was left; what is told beside the states has no metrics of them all. */
function extremesOf(result, end, column) {
  const known = endOf(result, end);
  const series = known?.observations?.[column];
  return [result.metric(`${end}.${column}.peak`) ?? (series ? Math.max(...series) : null),
    result.metric(`${end}.${column}.final`) ?? known?.final?.[column]];
}

/* The legend is a table: what is shown, its value under the pointer, its peak, what was left. */
function legendRow(chart, end, column) {
  const lines = chart.series.filter((line) => line.column === column);
  const box = el('input', { type: 'checkbox', checked: lines[0].on });
  const swatch = el('i', { class: 'swatch' });
  const now = new Map();
  const cells = perResult((result) => {
    const cell = el('td', { class: 'n now' });
    now.set(result, cell);
    return [cell, ...extremesOf(result, end, column).map((value) =>
      el('td', { class: value ? 'n' : 'n zero' }, count(value)))].map((td) => ofResult(result, td));
  });
  const row = el('tr', { class: lines[0].on ? null : 'off' },
    el('td', {}, el('label', {}, box, swatch, column)), cells);
  const paint = () => { swatch.style.background = colour(lines[0].colour); };
  on('theme', paint);
  paint();
  box.addEventListener('change', () => {
    lines.forEach((line) => { line.on = box.checked; });
    row.classList.toggle('off', !box.checked);
    chart.update();
  });
  return { row, now, column };
}

function legendOf(chart, end, columns) {
  const rows = columns.map((column) => legendRow(chart, end, column));
  const head = several ? el('tr', {}, el('th', {}), perResult((result) =>
    ofResult(result, el('th', { colspan: 3, class: 'n' }, result.label)))) : null;
  const time = el('th', {}, ' ');
  const say = (x, at) => {
    time.textContent = x == null ? ' ' : `at ${duration(x)}`;
    rows.forEach(({ now, column }) => now.forEach((cell, result) => {
      cell.textContent = x == null ? '' : count(at(`${column} ${result.index}`));
    }));
  };
  chart.graph.updateOptions({
    highlightCallback: (event, x, points) => say(x, (name) =>
      points.find((point) => point.name === name)?.yval),
    unhighlightCallback: () => say(null),
  }, true);
  return el('div', { class: 'scroll' }, el('table', { class: 'legend' },
    el('thead', {}, head, el('tr', {}, time, perResult((result) =>
      ['now', 'peak', 'final'].map((text) => ofResult(result, el('th', { class: `n ${text}` }, text)))))),
    el('tbody', {}, rows.map(({ row }) => row))));
}

function endChart(place, end) {
  const columns = columnsOfEnd(end);
  const canvas = el('div', { class: 'chart', 'data-end': end });
  const block = el('div', { class: 'end' }, el('h3', {}, end), canvas);
  place.append(block);
  const chart = makeChart(canvas, linesOf(end, columns), {
    underlayCallback: drawTimeline,
    includeZero: true,
    axes: {
      x: { axisLabelFormatter: (x) => `${Number(x.toPrecision(6))} s` },
      y: { axisLabelFormatter: (y) => count(y), axisLabelWidth: 64 },
    },
  });
  chart.end = end;
  block.append(legendOf(chart, end, columns));
  return chart;
}

function seriesControls(group) {
  const all = (options) => group.forEach((chart) => chart.update(options));
  return el('div', { class: 'controls' },
    press('logarithmic', false, (log) => all({ logscale: log })),
    press('change per second', false, (rate) => group.forEach((chart) =>
      chart.replace((line) => pointsOf(line.result, chart.end, line.column, rate)))),
    el('button', { type: 'button', onclick: () => group[0]?.graph.resetZoom() }, 'whole run'),
    el('span', { class: 'quiet' }, 'drag to zoom, double click to see the whole'));
}

/* ---- the timeline in words ---- */

function momentRow({ number, at, end, moment }) {
  const more = [
    moment.took != null ? `took ${duration(seconds(moment.took))}` : null,
    moment.refusals > 0 ? `bind(2) said EADDRINUSE ${plural(moment.refusals, 'time')}` : null,
    moment.error,
  ].filter((text) => text != null).join('; ');
  const until = end != null ? ` to ${duration(end)}` : '';
  return [right(number), { text: duration(at) + until, class: 'n' }, moment.what, more];
}

function timelineOf(result) {
  const marks = marksOf(result);
  const missed = (result.data.timeline ?? []).length - marks.length;
  if (marks.length + missed === 0) return null;
  return el('div', {},
    table([{ text: 'mark', class: 'n' }, { text: 'at', class: 'n' }, 'what', ''],
      marks.map(momentRow), { class: 'timeline' }),
    missed > 0 ? el('p', { class: 'quiet' },
      `${plural(missed, 'moment')} of the timeline did not come: the run was over before.`) : null);
}

function seriesSection(page) {
  const place = el('div', { class: several ? 'ends several' : 'ends' });
  const whole = section('series', 'Sockets by state over time', place);
  page.append(whole);
  if (endNames.length === 0) {
    place.append(el('p', {}, 'No sample saw a socket of these connections.'));
  } else {
    const group = endNames.map((end) => endChart(place, end));
    linkCharts(group);
    place.before(seriesControls(group));
  }
  const thinned = results.flatMap((result) => result.ends
    .map(([, end]) => end.observations?.thinned_from ?? 0)).reduce((a, b) => Math.max(a, b), 0);
  if (thinned > 0) {
    whole.append(el('p', { class: 'quiet' }, `Of ${count(thinned)} observations those are drawn that ` +
      'keep every peak and trough; result.json has all.'));
  }
  const timelines = blocks(timelineOf);
  if (timelines.length > 0) whole.append(el('h3', {}, 'Faults and events'), ...timelines);
}

/* Lines over an axis, by dygraphs: a chart is made of series, each of [x, y] points. */

const charts = [];

/* Rows of all series over all x; null where a series has no point. */
function rowsOf(series) {
  const rows = new Map();
  series.forEach(({ points }, index) => {
    for (const [x, y] of points) {
      if (!rows.has(x)) rows.set(x, [x, ...series.map(() => null)]);
      rows.get(x)[index + 1] = y;
    }
  });
  return [...rows.values()].sort((a, b) => a[0] - b[0]);
}

function seriesOptions(series) {
  return Object.fromEntries(series.map((line) => [line.label, {
    color: colour(line.colour),
    strokePattern: line.result.dash,
    strokeWidth: 1.8,
  }]));
}

function themeOptions(series) {
  return { series: seriesOptions(series), gridLineColor: colour('grid'), axisLineColor: colour('line') };
}

function makeChart(place, series, options) {
  const chart = { place, series, isOn: (line) => line.on && line.result.shown };
  const visibility = () => series.map(chart.isOn);
  chart.graph = new Dygraph(place, rowsOf(series), {
    labels: ['x', ...series.map((line) => line.label)],
    visibility: visibility(),
    connectSeparatedPoints: true,
    legend: 'never',
    axisLabelFontSize: 12,
    highlightCircleSize: 3,
    rightGap: 12,
    ...themeOptions(series),
    ...options,
  });
  chart.update = (more = {}) => {
    chart.graph.updateOptions({ visibility: visibility(), ...more });
    place.dataset.visible = visibility().filter(Boolean).length;
  };
  chart.replace = (points) => {
    series.forEach((line, index) => { line.points = points(line, index); });
    chart.update({ file: rowsOf(series) });
  };
  place.dataset.series = series.length;
  place.dataset.visible = visibility().filter(Boolean).length;
  on('results', () => chart.update());
  on('theme', () => chart.update(themeOptions(series)));
  charts.push(chart);
  return chart;
}

/* Zooming one of them zooms all; a double click, or reset, shows the whole again. */
function linkCharts(group) {
  let busy = false;
  const follow = (graph) => {
    if (busy) return;
    busy = true;
    const dateWindow = graph.isZoomed('x') ? graph.xAxisRange() : null;
    for (const other of group) {
      if (other.graph !== graph) other.graph.updateOptions({ dateWindow });
    }
    busy = false;
  };
  for (const chart of group) {
    chart.graph.updateOptions({ drawCallback: (graph, first) => first || follow(graph) }, true);
  }
}

/* ---- phases, faults and events behind the lines ---- */

/* When the fault that a moment begins is over: at its own end, at the next heal, or at the last. */
function endOfFault({ data }, timeline, moment) {
  const kindOf = ({ index }) => data.faults?.[index]?.kind;
  if (moment.kind !== 'fault_begins' || kindOf(moment) === 'heal') return null;
  const end = timeline.slice(timeline.indexOf(moment) + 1).find((other) =>
    (other.kind === 'fault_ends' && other.index === moment.index) ||
    (other.kind === 'fault_begins' && kindOf(other) === 'heal'));
  return seconds(end?.at ?? Math.max(...Object.values(data.phases ?? {}).map((phase) => phase.end)));
}

/* What happened of a result's timeline, numbered. */
function marksOf(result) {
  const timeline = (result.data.timeline ?? []).filter((moment) => moment.at != null);
  return timeline.map((moment, index) => ({
    number: String(index + 1),
    at: seconds(moment.at),
    end: endOfFault(result, timeline, moment),
    moment,
  }));
}

function drawBand(context, area, graph, from, to, fillStyle) {
  const left = Math.max(area.x, graph.toDomXCoord(from));
  const width = Math.min(area.x + area.w, graph.toDomXCoord(to)) - left;
  if (width <= 0) return;
  context.fillStyle = fillStyle;
  context.fillRect(left, area.y, width, area.h);
}

function drawText(context, area, x, y, text, fillStyle) {
  if (x < area.x || x > area.x + area.w - 6) return;
  context.fillStyle = fillStyle;
  context.font = '11px system-ui, sans-serif';
  context.fillText(text, x, y);
}

function drawPhases(context, area, graph, result) {
  for (const [name, phase] of Object.entries(result.data.phases ?? {})) {
    const [from, to] = [seconds(phase.begin), seconds(phase.end)];
    if (name === 'load') drawBand(context, area, graph, from, to, colour('load'));
    if (name !== 'setup') {
      drawText(context, area, Math.max(area.x, graph.toDomXCoord(from)) + 4, area.y + area.h - 5,
        name, colour('quiet'));
    }
  }
}

/* A fault is a band, with a bar at the height of its number; all else is a line. */
function drawMark(context, area, graph, mark, level) {
  const x = Math.round(graph.toDomXCoord(mark.at)) + 0.5;
  const y = area.y + 12 * (level % 4);
  if (mark.end != null) {
    drawBand(context, area, graph, mark.at, mark.end, colour('fault'));
    drawBand(context, { ...area, y, h: 2 }, graph, mark.at, mark.end, colour('event'));
  }
  if (x < area.x || x > area.x + area.w) return;
  context.strokeStyle = colour('event');
  context.setLineDash(mark.moment.kind === 'event' ? [4, 3] : [1, 3]);
  context.beginPath();
  context.moveTo(x, area.y);
  context.lineTo(x, area.y + area.h);
  context.stroke();
  context.setLineDash([]);
  drawText(context, area, x + 3, y + 12, mark.number, colour('event'));
}

/* Of the first that is shown: the phases of several would only hide each other. */
function drawTimeline(context, area, graph) {
  const [result] = shown();
  if (result == null) return;
  context.save();
  drawPhases(context, area, graph, result);
  marksOf(result).forEach((mark, index) => drawMark(context, area, graph, mark, index));
  context.restore();
}

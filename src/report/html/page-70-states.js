/* TCP's state diagram (RFC 9293 section 3.3.2), with the states that each end was met in. */

const BOX = { width: 150, height: 46 };
const PLACES = {
  close: [430, 34],
  listen: [110, 122], syn_sent: [750, 122],
  syn_recv: [110, 212], established: [430, 212],
  fin_wait1: [110, 312], closing: [430, 312], close_wait: [750, 312],
  fin_wait2: [110, 412], time_wait: [430, 412], last_ack: [750, 412],
};

/* Middles of a box's sides, and a little beside them. */
const at = (state, dx, dy) => [PLACES[state][0] + dx * BOX.width / 2, PLACES[state][1] + dy * BOX.height / 2];
const straight = (from, to) => [from, to];

/* [from, to, what leads there, the line's points, where its words stand, their anchor] */
const EDGES = [
  ['close', 'listen', 'listen(2)', straight(at('close', -1, 0.4), at('listen', 0.6, -1)), [236, 68], 'end'],
  ['close', 'syn_sent', 'connect(2): SYN', straight(at('close', 1, 0.4), at('syn_sent', -0.6, -1)), [624, 68], 'start'],
  ['listen', 'syn_recv', 'SYN: SYN ACK', straight(at('listen', 0, 1), at('syn_recv', 0, -1)), [118, 171], 'start'],
  ['syn_sent', 'established', 'SYN ACK: ACK', straight(at('syn_sent', -0.7, 1), at('established', 1, -0.3)), [624, 168], 'end'],
  ['syn_recv', 'established', 'ACK', straight(at('syn_recv', 1, 0), at('established', -1, 0)), [270, 205], 'middle'],
  ['established', 'close', 'RST', straight(at('established', 0, -1), at('close', 0, 1)), [438, 122], 'start'],
  ['established', 'fin_wait1', 'close: FIN', straight(at('established', -0.8, 1), at('fin_wait1', 0.9, -1)), [246, 256], 'end'],
  ['established', 'close_wait', 'FIN: ACK', straight(at('established', 0.8, 1), at('close_wait', -0.9, -1)), [614, 256], 'start'],
  ['fin_wait1', 'closing', 'FIN: ACK', straight(at('fin_wait1', 1, 0), at('closing', -1, 0)), [270, 305], 'middle'],
  ['fin_wait1', 'fin_wait2', 'ACK', straight(at('fin_wait1', 0, 1), at('fin_wait2', 0, -1)), [118, 366], 'start'],
  ['fin_wait1', 'time_wait', 'FIN ACK: ACK', straight(at('fin_wait1', 0.9, 1), at('time_wait', -0.8, -1)), [292, 366], 'start'],
  ['closing', 'time_wait', 'ACK', straight(at('closing', 0, 1), at('time_wait', 0, -1)), [438, 366], 'start'],
  ['fin_wait2', 'time_wait', 'FIN: ACK', straight(at('fin_wait2', 1, 0), at('time_wait', -1, 0)), [270, 405], 'middle'],
  ['close_wait', 'last_ack', 'close: FIN', straight(at('close_wait', 0, 1), at('last_ack', 0, -1)), [758, 366], 'start'],
  ['last_ack', 'close', 'ACK', [at('last_ack', 1, 0), [846, 412], [846, 34], at('close', 1, 0)], [838, 240], 'end'],
  ['time_wait', 'close', '60 s', [at('time_wait', 0, 1), [430, 452], [866, 452], [866, 24], at('close', 1, -0.4)], [500, 447], 'start'],
];

const edgeOf = (from, to) => EDGES.find((edge) => edge[0] === from && edge[1] === to);

/* Ends that the diagram is for: those of one connection. */
function connectionsOf(result) {
  const proxied = result.data.proxy != null;
  return proxied ? [['client', 'proxy.front'], ['proxy.back', 'server']] : [['client', 'server']];
}

/* What is known of an end: the most sockets in each state, what packets and the model say. */
function metBy(result, name, side) {
  const { data } = result;
  const seen = (data.capture?.seen ?? []).map((packet) => packet[side]);
  const paths = name === side ? (data.predicted ?? []).map((end) => end[side]?.path ?? '') : [];
  const known = endOf(result, name);
  const peak = (state) => Math.max(result.metric(`${name}.${state}.peak`) ?? 0,
    known?.final?.states?.[state] ?? 0);
  return {
    name,
    side,
    peak,
    met: (state) => peak(state) > 0 || (data.proxy == null && seen.includes(state)),
    ways: paths.map((path) => path.split(' ').filter((state) => state in PLACES)),
  };
}

function halfBox([x, y], side, name) {
  const left = side === 'client' ? x - BOX.width / 2 : x;
  return draw('rect', { class: `${name} ${side}`, x: left, y: y - BOX.height / 2,
    width: BOX.width / 2, height: BOX.height, rx: 4 });
}

function drawState(state, ends) {
  const place = PLACES[state];
  const [x, y] = place;
  const met = ends.filter((end) => end.met(state));
  const foreseen = ends.filter((end) => !end.met(state) && end.ways.some((way) => way.includes(state)));
  const words = met.map((end) => draw('text', {
    class: `peak ${end.side}`,
    x: end.side === 'client' ? x - BOX.width / 4 : x + BOX.width / 4,
    y: y + 15,
    'text-anchor': 'middle',
  }, end.peak(state) > 0 ? count(end.peak(state)) : 'passed'));
  return draw('g', { class: 'state', 'data-state': state, 'data-met': met.map((end) => end.side).join(' ') },
    draw('rect', { class: 'box', x: x - BOX.width / 2, y: y - BOX.height / 2, width: BOX.width,
      height: BOX.height, rx: 4 }),
    met.map((end) => halfBox(place, end.side, 'half')),
    foreseen.map((end) => halfBox(place, end.side, 'expected')),
    draw('text', { class: met.length + foreseen.length > 0 ? 'name' : 'name unmet', x, y: y - 3,
      'text-anchor': 'middle' }, state.toUpperCase()),
    words);
}

const asPath = (points) => `M${points.map((point) => point.join(' ')).join('L')}`;

/* A way of the model that no edge of the diagram has, as a reset's, goes straight. */
function drawWay(end, from, to) {
  const points = edgeOf(from, to)?.[3] ?? straight(PLACES[from], PLACES[to]);
  const shift = end.side === 'client' ? -1.6 : 1.6;
  return draw('path', { class: `way ${end.side}`, d: asPath(points),
    transform: `translate(${shift} ${shift})`, 'marker-end': `url(#tip-${end.side})` });
}

function waysOf(end) {
  const steps = new Set(end.ways.flatMap((way) =>
    way.slice(1).map((state, i) => `${way[i]} ${state}`)));
  return [...steps].map((step) => drawWay(end, ...step.split(' ')));
}

const tip = (name) => draw('marker', { id: `tip-${name}`, viewBox: '0 0 8 8', refX: 7, refY: 4,
  markerWidth: 7, markerHeight: 7, markerUnits: 'userSpaceOnUse', orient: 'auto' },
  draw('path', { d: 'M0 0L8 4L0 8z', fill: `var(--${name})` }));

function drawDiagram(ends) {
  return draw('svg', { class: 'states', viewBox: '20 0 860 464', role: 'img',
    'aria-label': `TCP's states, those that ${ends.map((end) => end.name).join(' and ')} were met in marked` },
    draw('defs', {}, ['line', 'client', 'server'].map(tip)),
    EDGES.map(([, , , points]) => draw('path', { class: 'edge', d: asPath(points), 'marker-end': 'url(#tip-line)' })),
    ends.map(waysOf),
    EDGES.map(([, , words, , [x, y], anchor]) =>
      draw('text', { class: 'label', x, y, 'text-anchor': anchor }, words)),
    Object.keys(PLACES).map((state) => drawState(state, ends)));
}

/* Which colour is whose. */
function keyOf(ends) {
  return el('p', { class: 'key' }, ends.map((end) => {
    const mark = el('i');
    mark.style.background = `var(--${end.side})`;
    return el('span', {}, mark, end.name);
  }));
}

function diagramsOf(result) {
  const diagrams = connectionsOf(result).map(([near, far]) => {
    const ends = [metBy(result, near, 'client'), metBy(result, far, 'server')]
      .filter((end) => endOf(result, end.name) != null);
    return ends.length === 0 ? null : el('div', {}, keyOf(ends), drawDiagram(ends));
  }).filter((diagram) => diagram != null);
  const why = result.data.unpredicted;
  return diagrams.length === 0 ? null : el('div', {}, diagrams,
    why != null ? el('p', { class: 'quiet' }, `The model foresees nothing here: ${why}`) : null);
}

function statesSection() {
  const all = blocks(diagramsOf);
  return all.length === 0 ? null : section('states', 'States that were met',
    el('p', { class: 'quiet' }, 'A half is filled where that end was met in the state, with the most ' +
      'sockets at a time, or "passed" where only packets show it. Lines in colour are the ways that the ' +
      'model foresees, a dashed half a state of theirs that no sample caught.'), all);
}

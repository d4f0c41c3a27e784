/* The results, as the page holds them. */

const STATES = ['established', 'syn_sent', 'syn_recv', 'fin_wait1', 'fin_wait2', 'time_wait',
  'close_wait', 'last_ack', 'closing', 'close', 'listen'];
const DASHES = [null, [7, 4], [3, 3], [11, 4, 2, 4], [14, 5], [4, 2, 1, 2]];
const ENDS = [
  ['client', (data) => data.client],
  ['proxy.front', (data) => data.proxy?.front],
  ['proxy.back', (data) => data.proxy?.back],
  ['server', (data) => data.server],
];

function readResult(data, index) {
  return {
    data,
    index,
    dash: DASHES[index % DASHES.length],
    shown: true,
    name: data.name ?? 'unnamed',
    metric: (name) => (Object.hasOwn(data.metrics ?? {}, name) ? data.metrics[name] : null),
    /* The ends of connections that were looked at, [name, what is known of it]. */
    ends: ENDS.map(([name, of]) => [name, of(data)]).filter(([, end]) => end != null),
  };
}

const results = [...document.querySelectorAll('script.result')].map((script, index) =>
  readResult(JSON.parse(script.textContent), index));
const several = results.length > 1;

for (const result of results) {
  const namesakes = results.filter((other) => other.name === result.name);
  result.label = namesakes.length === 1 ? result.name
    : `${result.name} ${namesakes.indexOf(result) + 1}`;
}

const shown = () => results.filter((result) => result.shown);
const endOf = (result, name) => result.ends.find(([other]) => other === name)?.[1];
const columnsOf = (end) => Object.keys(end?.observations ?? {})
  .filter((name) => name !== 'at' && name !== 'thinned_from');

/* The ends of which a sample saw a socket. */
const endNames = ENDS.map(([name]) => name).filter((name) =>
  results.some((result) => columnsOf(endOf(result, name)).length > 0));

/* Which of the results a line belongs to, as a stroke in the text's colour. */
function dashSwatch(result) {
  const swatch = draw('svg', { class: 'swatch', viewBox: '0 0 28 3', 'aria-hidden': 'true' });
  swatch.append(draw('line', { x1: 0, y1: 1.5, x2: 28, y2: 1.5, stroke: 'currentColor',
    'stroke-width': 2, 'stroke-dasharray': result.dash?.join(' ') }));
  return swatch;
}

/* What is there while its result is shown. */
function ofResult(result, element) {
  on('results', () => { element.hidden = !result.shown; });
  return element;
}

/* One column, or several for each result: what stands at the head of a table. */
const perResult = (make) => results.flatMap((result) => make(result));

/* A block for each result that goes when the result is not shown. */
function blocks(make) {
  return results.map((result) => {
    const content = make(result);
    if (content == null) return null;
    return ofResult(result, el('div', { class: 'of-result' },
      several ? el('h3', {}, result.label) : null, content));
  }).filter((block) => block != null);
}

function resultToggles() {
  const bar = document.getElementById('results');
  bar.hidden = !several;
  for (const result of results) {
    const box = el('input', { type: 'checkbox', checked: true });
    box.addEventListener('change', () => {
      result.shown = box.checked;
      tell('results');
    });
    bar.append(el('label', { class: 'toggle' }, box, dashSwatch(result), result.label));
  }
}

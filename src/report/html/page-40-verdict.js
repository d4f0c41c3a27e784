/* The answer first: the verdict, what it is made of, and the expectations. */

const WORDS = { pass: 'PASS', fail: 'FAIL', vacuous: 'VACUOUS', unmeasured: 'UNMEASURED',
  unjudged: 'NOT JUDGED' };

function verdictOf(result) {
  const all = result.data.expectations ?? [];
  const held = all.filter((expectation) => expectation.verdict === 'pass').length;
  const [word, style] = result.data.partial ? ['PARTIAL', 'partial']
    : all.length === 0 ? ['MEASURED', 'quiet'] : [WORDS[result.data.verdict], result.data.verdict];
  const told = all.length === 0 ? 'nothing was expected' : `${held} of ${all.length} expectations hold`;
  return el('div', { class: 'verdict' },
    el('span', { class: `word ${style}` }, word), el('span', { class: 'quiet' }, told));
}

/* Why a result is partial. */
function shortfall({ data }) {
  const lost = ['client', 'server'].flatMap((side) => (data[side]?.lost ?? []).map((worker) =>
    `worker ${worker.worker} of the ${side} was lost (${worker.how} ${worker.number})`));
  const unkept = Object.entries(data.unkept ?? {}).map(([what, why]) => `${what} not kept: ${why}`);
  return [data.cut_by != null ? `cut short by ${data.cut_by}` : null, ...lost, ...unkept]
    .filter((text) => text != null);
}

/* "server 50,000", of the parts that are not 0. */
function partsOf(result, names, metric, none = '0') {
  const parts = names.map((name) => [name, result.metric(metric(name))]);
  if (parts.every(([, value]) => value == null)) return null;
  return parts.filter(([, value]) => value > 0).map(([name, value]) => `${name} ${count(value)}`)
    .join(', ') || none;
}

function standing(result, state) {
  return partsOf(result, result.ends.map(([name]) => name), (end) => `${end}.${state}.final`);
}

/* Whoever they are: the result says who can be one. */
function closersOf(result) {
  const begin = 'closed_first.';
  const names = Object.keys(result.data.metrics ?? {}).filter((name) => name.startsWith(begin));
  return names.length === 0 ? null
    : partsOf(result, names.map((name) => name.slice(begin.length)), (who) => begin + who, 'nobody');
}

const FIGURES = [
  ['Connections completed', (r) => r.metric('connections.completed'), count],
  ['Failed', (r) => r.metric('connections.failed'), count],
  ['Rate', rateOf],
  ['Who closed first', closersOf],
  ['TIME_WAIT left', (r) => standing(r, 'time_wait')],
  ['CLOSE_WAIT left', (r) => standing(r, 'close_wait')],
  ['Connect, p50 / p99', (r) => latencyPair(r, 'connect')],
  ['Response, p50 / p99', (r) => latencyPair(r, 'response')],
  ['Full TLS handshakes', (r) => r.metric('tls.full.rate'), QUANTITIES['1/s']],
  ['Resumed TLS handshakes', (r) => r.metric('tls.resumed.rate'), QUANTITIES['1/s']],
];

/* No rate is told of a load shorter than this, as in the text (LOAD_TOO_SHORT). */
const TOO_SHORT = 50e6;

function rateOf(result) {
  const rate = result.metric('connections.rate');
  const load = result.data.phases?.load;
  return rate == null ? null
    : load != null && load.end - load.begin < TOO_SHORT ? 'too short to tell' : `${count(rate)}/s`;
}

function latencyPair(result, name) {
  const [middle, high] = ['p50', 'p99'].map((p) => result.metric(`latency.${name}.${p}`));
  return middle == null ? null : `${duration(middle)} / ${duration(high)}`;
}

function figuresOf(result) {
  return el('dl', { class: 'figures' }, FIGURES.flatMap(([name, of, format = String]) => {
    const value = of(result);
    return value == null ? [] : [el('div', {}, el('dt', {}, name), el('dd', {}, format(value)))];
  }));
}

function expectationRow(expectation) {
  const format = QUANTITIES[expectation.unit ?? 'count'];
  const found = expectation.missing != null ? `not measured: ${expectation.missing}`
    : expectation.problem != null ? expectation.problem
    : expectation.left != null ? `${format(expectation.left)} : ${format(expectation.right)}` : '';
  return [{ text: WORDS[expectation.verdict], class: expectation.verdict },
    { text: expectation.text, class: 'mono long' }, { text: found, class: 'n' }];
}

const BADNESS = ['fail', 'unjudged', 'unmeasured', 'vacuous', 'pass'];

function expectationsOf(result) {
  const all = [...(result.data.expectations ?? [])].sort((a, b) =>
    BADNESS.indexOf(a.verdict) - BADNESS.indexOf(b.verdict));
  return all.length === 0 ? null
    : table(['', 'expectation', { text: 'found : bound', class: 'n' }], all.map(expectationRow),
      { class: 'wide expectations' });
}

function verdictSection() {
  const verdicts = blocks((result) => el('div', {}, verdictOf(result),
    shortfall(result).map((text) => el('p', { class: 'partial' }, text)), figuresOf(result)));
  return section('verdict', 'Verdict', el('div', { class: 'verdicts' }, verdicts));
}

function expectationsSection() {
  const all = blocks(expectationsOf);
  return all.length === 0 ? null : section('expectations', 'Expectations', all);
}

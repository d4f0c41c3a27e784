/* What is told in words and tables: remarks, owners, counters, commands, settings. */

const KINDS = ['verdict', 'warning', 'cause', 'consequence', 'advice', 'note'];

function remarkOf(remark) {
  const sure = remark.certainty === 'proven' ? '' : ` (${remark.certainty})`;
  return el('div', { class: 'remark' },
    el('span', { class: KINDS.includes(remark.kind) ? `kind ${remark.kind}` : 'kind' }, remark.kind + sure),
    el('div', {}, el('p', {}, remark.text),
      remark.advice != null ? el('p', { class: 'quiet' }, remark.advice) : null));
}

function remarksSection() {
  const all = blocks(({ data }) =>
    (data.remarks ?? []).length > 0 ? el('div', {}, data.remarks.map(remarkOf)) : null);
  return all.length === 0 ? null : section('remarks', 'What happened', all);
}

/* ---- owners ---- */

const PLACES_OF = { process: 'a process has a descriptor', inherited: 'several processes have it',
  accept_queue: 'nobody yet: the accept queue', orphan: 'nobody any more: closed', unknown: 'not known' };

function holderOf(owner) {
  const name = owner.pid != null ? `${owner.comm ?? '?'} (${owner.pid})` : null;
  return [name, owner.processes > 1 ? plural(owner.processes, 'process', 'processes') : null, owner.why]
    .filter((text) => text != null).join(', ');
}

function ownersSection() {
  const all = blocks(({ data }) => ((data.owners ?? []).length === 0 ? null
    : table(['end', 'state', { text: 'sockets', class: 'n' }, 'in whose hands', '', { text: 'quiet for', class: 'n' }],
      data.owners.map((owner) => [owner.side, owner.state, right(count(owner.count)),
        PLACES_OF[owner.where] ?? owner.where, holderOf(owner),
        right(owner.age != null ? duration(seconds(owner.age)) : ABSENT)]))));
  return all.length === 0 ? null : section('owners', 'Who held the sockets at the end', all);
}

/* ---- tables of the same rows for all results ---- */

/* Columns: {result, head, cells: Map of name to text}.  `differs` says which rows stand out. */
function matrix(title, columns, rightly = false) {
  const names = [...new Set(columns.flatMap(({ cells }) => [...cells.keys()]))];
  if (names.length === 0) return null;
  const rows = names.map((name) => {
    const values = columns.map(({ cells }) => cells.get(name));
    const row = el('tr', {}, el('td', { class: 'mono long' }, name), values.map((value, i) =>
      ofResult(columns[i].result, el('td', { class: rightly ? (value === '0' ? 'n zero' : 'n') : 'mono long' },
        value ?? ABSENT))));
    const differs = columns.length > 1 && new Set(values).size > 1;
    row.classList.toggle('differs', differs && !rightly);
    return { name, row, differs };
  });
  const body = el('div', { class: 'scroll' }, el('table', { class: 'wide' },
    el('thead', {}, el('tr', {}, el('th', {}), columns.map(({ result, head }) =>
      ofResult(result, el('th', { class: rightly ? 'n' : null }, head))))),
    el('tbody', {}, rows.map(({ row }) => row))));
  return el('details', { 'data-table': title.toLowerCase().replaceAll(' ', '-') },
    el('summary', {}, `${title} (${names.length})`),
    rows.length > 12 ? matrixControls(rows, rightly) : null, body);
}

function matrixControls(rows, rightly) {
  const search = el('input', { type: 'search', placeholder: 'search', 'aria-label': 'search' });
  let only = false;
  const show = () => rows.forEach(({ name, row, differs }) => {
    row.hidden = !name.toLowerCase().includes(search.value.toLowerCase()) || (only && !differs);
  });
  search.addEventListener('input', show);
  return el('p', { class: 'controls' }, search,
    rightly || !rows.some(({ differs }) => differs) ? null
      : press('only where they differ', false, (pressed) => { only = pressed; show(); }));
}

const headOf = (result, side) => [side, several ? result.label : null].filter(Boolean).join(' · ');

/* A column for each host that `of` finds entries of, in all results: {result, head, entries}. */
const hostColumns = (of) => results.flatMap((result) => ['client', 'proxy', 'server', 'host']
  .map((side) => ({ result, head: headOf(result, side), entries: Object.entries(of(result.data, side) ?? {}) }))
  .filter(({ entries }) => entries.length > 0));

/* The server's are told where they are not the client's; null is none. */
const sysctlsOf = (data, side) => (side === 'server'
  ? data.server?.sysctl && { ...data.client?.sysctl, ...data.server.sysctl } : data[side]?.sysctl);

const sysctlColumns = () => hostColumns(sysctlsOf).map(({ result, head, entries }) =>
  ({ result, head, cells: new Map(entries.filter(([, value]) => value != null)) }));

const plainColumns = (part) => results.flatMap((result) => {
  const entries = Object.entries(result.data[part] ?? {});
  return entries.length === 0 ? [] : [{ result, head: several ? result.label : '', cells: new Map(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join('\n') : String(value)])) }];
});

/* The page has those that moved: of another host's of the same kernel the rest stood still. */
function counterColumns() {
  const columns = hostColumns((data, side) =>
    (side === 'host' ? data.host_counters : data[side]?.counters));
  const kernel = ({ result }) => result.data.environment?.kernel;
  return columns.map((column) => {
    const cells = new Map(columns.filter((other) => kernel(other) === kernel(column))
      .flatMap(({ entries }) => entries.map(([name]) => [name, '0'])));
    column.entries.forEach(([name, [before, after]]) => cells.set(name, count(after - before)));
    return { result: column.result, head: column.head, cells };
  });
}

function metricText(name, value, unit) {
  const plain = { s: duration, bytes: QUANTITIES.bytes, '1/s': QUANTITIES['1/s'] }[unit];
  return plain != null ? plain(value) : [count(value), unit].filter(Boolean).join(' ');
}

const metricColumns = () => results.map((result) => ({
  result,
  head: several ? result.label : 'value',
  cells: new Map(Object.entries(result.data.metrics ?? {})
    .map(([name, value]) => [name, metricText(name, value, result.data.units?.[name])])),
}));

function numbersSection() {
  const counters = matrix('Kernel counters that moved', counterColumns(), true);
  counters?.setAttribute('open', '');
  const parts = [counters, matrix('Metrics', metricColumns(), true)].filter(Boolean);
  return parts.length === 0 ? null : section('numbers', 'Counters and metrics', parts);
}

function settingsSection() {
  const environment = matrix('Environment', plainColumns('environment'));
  environment?.setAttribute('open', '');
  const parts = [environment, matrix('Scenario', plainColumns('scenario')),
    matrix('Sysctls', sysctlColumns())].filter(Boolean);
  return parts.length === 0 ? null : section('settings', 'Environment, scenario, sysctls', parts);
}

/* ---- what commands printed ---- */

function commandsOf({ data }) {
  const played = ['client', 'server', 'proxy'].filter((side) => data[side]?.command != null)
    .map((side) => {
      const { argv, end, number, tail } = data[side].command;
      const how = end == null ? '' : ` ended with ${end} ${number ?? ''}`;
      return el('div', {}, el('p', {}, `${side}${how}: `, el('code', {}, (argv ?? []).join(' '))),
        tail != null ? el('pre', {}, tail) : null);
    });
  const inspected = (data.inspections ?? []).map(({ host, command, status, output, cut }) =>
    el('details', {}, el('summary', {}, `${host}: ${command} (status ${status})`),
      el('pre', {}, output + (cut ? '\n… (cut here)' : ''))));
  return played.length + inspected.length === 0 ? null : el('div', {}, played, inspected);
}

function commandsSection() {
  const all = blocks(commandsOf);
  return all.length === 0 ? null : section('commands', 'Commands', all);
}

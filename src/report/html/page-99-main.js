/* The whole page, and how it looks. */

/* Of several results, what is so of each of them. */
function shared(tell) {
  const [first, ...others] = results.map(({ data }) => tell(data) ?? null);
  return others.every((text) => text === first) ? first : null;
}

function heading() {
  const names = [...new Set(results.map((result) => result.name))];
  const [{ data }] = results;
  document.title = `${names.join(', ')} · finwait`;
  document.getElementById('title').textContent = names.join(', ');
  document.getElementById('about').textContent = several ? '' : data.scenario?.about ?? '';
  document.getElementById('meta').textContent = [
    several ? `${results.length} results` : data.started,
    shared((one) => (one.private_lab ? 'private lab' : 'on this host')),
    shared((one) => (one.environment?.kernel != null ? `Linux ${one.environment.kernel}` : null)),
    shared((one) => (one.finwait != null ? `finwait ${one.finwait}` : null)),
  ].filter((text) => text != null).join(' · ');
}

/* The reader's choice, or else what the system prefers. */
function themes() {
  const button = document.getElementById('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  let chosen = null;
  let printing = false;
  const paint = () => {
    const theme = printing ? 'light' : chosen ?? (dark.matches ? 'dark' : 'light');
    document.documentElement.dataset.theme = theme;
    button.textContent = theme === 'dark' ? 'light' : 'dark';
    tell('theme');
  };
  button.addEventListener('click', () => {
    chosen = button.textContent;
    paint();
  });
  dark.addEventListener('change', paint);
  addEventListener('beforeprint', () => { printing = true; paint(); fit(); });
  addEventListener('afterprint', () => { printing = false; paint(); fit(); });
  paint();
}

/* A canvas has the size that it was drawn in. */
function fit() {
  charts.forEach(({ graph }) => graph.resize());
}

function main() {
  const page = document.getElementById('page');
  const add = (...sections) => page.append(...sections.filter((part) => part != null));
  if (results.length === 0) {
    add(el('p', {}, 'There is no result in here.'));
    return;
  }
  heading();
  resultToggles();
  document.documentElement.dataset.theme = 'light';
  add(verdictSection(), expectationsSection());
  seriesSection(page);
  add(remarksSection());
  latencySection(page);
  add(statesSection(), packetsSection(), ownersSection(), numbersSection(), commandsSection(),
    settingsSection());
  themes();
}

main();

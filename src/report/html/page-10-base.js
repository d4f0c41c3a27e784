/* Elements, numbers as people read them, and what is told when something has changed. */

const SVG = 'http://www.w3.org/2000/svg';

/* Whatever comes from a result gets into the page as text, never as markup. */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child != null));
  return element;
}

const el = (tag, attributes = {}, ...children) =>
  fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

const ABSENT = '–';

function count(value) {
  if (value == null) return ABSENT;
  if (Math.abs(value) < 1) return String(Number(value.toPrecision(3)));
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}

function duration(seconds) {
  if (seconds == null) return ABSENT;
  if (seconds === 0) return '0 s';
  const size = Math.abs(seconds);
  const [unit, scale] =
    size < 1e-6 ? ['ns', 1e9] : size < 1e-3 ? ['µs', 1e6] : size < 1 ? ['ms', 1e3] : ['s', 1];
  return `${Number((seconds * scale).toPrecision(size >= 100 ? 4 : 3))}\u00a0${unit}`;
}

const QUANTITIES = {
  count,
  s: duration,
  bytes: (value) => `${count(value)} bytes`,
  '1/s': (value) => `${count(value)}/s`,
};

const seconds = (ns) => ns / 1e9;
const percent = (share) => `${Number((100 * share).toPrecision(3))} %`;
const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;

/* A colour of the style sheet, as the theme has it. */
const colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

const listeners = { results: [], theme: [] };
const on = (what, listener) => listeners[what].push(listener);
const tell = (what) => listeners[what].forEach((listener) => listener());

const section = (id, title, ...children) =>
  el('section', { id }, el('h2', {}, title), ...children);

/* A button that is pressed or not. */
function press(label, pressed, action) {
  const button = el('button', { type: 'button', 'aria-pressed': String(pressed) }, label);
  button.addEventListener('click', () => {
    pressed = !pressed;
    button.setAttribute('aria-pressed', String(pressed));
    action(pressed);
  });
  return button;
}

/* Rows of cells; a cell is a text, a node, or {text, class}. */
function table(head, rows, attributes = {}) {
  const cell = (tag, value) =>
    value != null && typeof value === 'object' && !(value instanceof Node)
      ? el(tag, { class: value.class }, value.text)
      : el(tag, {}, value ?? ABSENT);
  return el('div', { class: 'scroll' },
    el('table', attributes,
      el('thead', {}, el('tr', {}, head.map((value) => cell('th', value)))),
      el('tbody', {}, rows.map((row) => el('tr', {}, row.map((value) => cell('td', value)))))));
}

const right = (text) => ({ text, class: text === '0' || text === ABSENT ? 'n zero' : 'n' });

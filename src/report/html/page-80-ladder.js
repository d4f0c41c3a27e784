/* The packets of one connection, from end to end. */

const LADDER = { left: 250, right: 550, step: 30, top: 44, width: 800 };

function ladderRow(packet, before, y) {
  const [from, to] = packet.side === 'client' ? [LADDER.left, LADDER.right] : [LADDER.right, LADDER.left];
  const kind = packet.mark != null ? 'marked' : packet.flags.includes('RST') ? 'rst'
    : packet.flags.includes('FIN') ? 'fin' : 'plain';
  const state = (side, x, anchor) => (packet[side] !== before?.[side] && packet[side] != null
    ? draw('text', { x, y: y + 4, 'text-anchor': anchor }, packet[side].toUpperCase()) : null);
  const lean = from < to ? -1 : 1;
  const words = [packet.flags, packet.length > 0 ? plural(packet.length, 'byte') : null]
    .filter((word) => word).join(', ');
  return draw('g', { class: 'packet' },
    draw('text', { class: 'quiet', x: 70, y: y + 4, 'text-anchor': 'end' }, duration(seconds(packet.at))),
    state('client', LADDER.left - 12, 'end'),
    draw('path', { class: kind, d: `M${from} ${y}L${to} ${y}M${to + lean * 8} ${y - 4}L${to} ${y}L${to + lean * 8} ${y + 4}` }),
    draw('text', { x: (from + to) / 2, y: y - 6, 'text-anchor': 'middle' }, words),
    state('server', LADDER.right + 12, 'start'),
    packet.mark != null ? draw('text', { class: 'marked', x: LADDER.width - 8, y: y + 4, 'text-anchor': 'end' }, packet.mark) : null);
}

function ladderOf(capture, proxied) {
  const { seen, skipped } = capture;
  const gap = skipped > 0 ? Math.floor(seen.length / 2) : -1;
  const rowAt = (index) => LADDER.top + LADDER.step * (index + (gap >= 0 && index >= gap ? 1 : 0));
  const height = rowAt(seen.length);
  const rail = (x) => draw('line', { class: 'rail', x1: x, x2: x, y1: 24, y2: height - 10 });
  const title = (x, text) => draw('text', { x, y: 14, 'text-anchor': 'middle', 'font-weight': 600 }, text);
  return draw('svg', { class: 'ladder', viewBox: `0 0 ${LADDER.width} ${height}`, role: 'img',
    'aria-label': 'The packets of one connection in the order of time' },
    title(LADDER.left, 'client'), title(LADDER.right, proxied ? 'proxy' : 'server'),
    rail(LADDER.left), rail(LADDER.right),
    seen.map((packet, index) => ladderRow(packet, seen[index - 1], rowAt(index))),
    gap >= 0 ? draw('text', { class: 'quiet', x: (LADDER.left + LADDER.right) / 2,
      y: rowAt(gap) - LADDER.step + 4, 'text-anchor': 'middle' }, `… ${plural(skipped, 'packet')} later …`) : null);
}

function packetsOf({ data }) {
  const { capture } = data;
  if (capture == null) return null;
  const kept = `${plural(capture.packets, 'packet')} of ${plural(capture.connections, 'connection')} ` +
    (capture.file != null ? `are in ${capture.file}` : 'were captured') +
    (capture.otherwise > 0 ? `; ${count(capture.otherwise)} of them ended otherwise than was foreseen` : '');
  const missed = capture.dropped_kernel + capture.dropped_memory;
  const drawn = capture.seen == null ? null : `Connection ${capture.drawn}, from ${capture.client ?? '?'}` +
    `${(data.predicted ?? []).length === 0 ? '' : capture.as_foreseen ? ', as predicted' : ', otherwise than predicted'}` +
    ' (the states are derived from its packets):';
  return el('div', {}, el('p', {}, `${kept}.`),
    missed > 0 ? el('p', {}, `${plural(missed, 'packet')} more came than could be read or kept.`) : null,
    drawn != null ? [el('p', {}, drawn), ladderOf(capture, data.proxy != null)] : null);
}

function packetsSection() {
  const all = blocks(packetsOf);
  return all.length === 0 ? null : section('packets', 'Packets', all);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges by technique: now, usual, how many times that, and the last two days. */
import { $, ago, clean, dot, inOrder, isMain, label, make, number, paint, times, when } from './words.js';
import { change, chosen, state } from './state.js';
import { refill } from './hold.js';

const space = 'http://www.w3.org/2000/svg';
const QUIET = 1.5; /* times the usual: below it nothing is marked */
export let overview = { ranges: [], open: [], left_out: 0, loading: true, complete: 0 };
export let last = 0;
let opened = new Map(); /* open alerts by range and technique */
let unseen = 0; /* of all that are open */
let isAway = false; /* Redis does not answer */
const pair = (range, technique) => JSON.stringify([range, technique]);
const openEpisodes = (range, technique) => opened.get(pair(range, technique)) ?? 0;

export function take(value) {
	overview = value;
	opened = new Map(value.open.map((one) => [pair(one.range, one.technique), one.count]));
	overview.ranges.sort((a, b) => a.range.localeCompare(b.range, 'en', { numeric: true }));
	unseen = value.open.reduce((sum, one) => sum + one.unseen, 0);
	last = Math.max(0, ...value.ranges.map((range) => range.last_ms));
}

function sparkline(values) {
	const svg = document.createElementNS(space, 'svg');
	const top = Math.max(1e-9, ...values.filter((value) => value !== null));
	svg.setAttribute('viewBox', `0 0 ${values.length - 1} 20`);
	svg.setAttribute('preserveAspectRatio', 'none');
	svg.setAttribute('aria-hidden', 'true');
	let points = [];
	/* A gap is not a zero: the line is broken there. */
	for (const [i, value] of [...values, null].entries()) {
		if (value !== null) {
			points.push(`${i},${(19 - 18 * value / top).toFixed(2)}`);
			continue;
		}
		if (points.length > 0) {
			const line = document.createElementNS(space, 'polyline');
			line.setAttribute('points', points.join(' '));
			svg.append(line);
		}
		points = [];
	}
	return svg;
}

const ratioOf = (row) => row.now !== null && row.usual > 0 ? row.now / row.usual : null;

function tile(range, row) {
	const ratio = ratioOf(row);
	const open = openEpisodes(range.range, row.technique);
	const isChosen = state.range === range.range && chosen().includes(row.technique);
	const title = make('span', {}, dot(row.technique), make('span', { text: label(row.technique) }));
	if (open > 0)
		title.append(make('span', { kind: 'badge', text: open === 1 ? 'alert' : `${number(open)} alerts` }));
	const button = make('button', { type: 'button', kind: 'tile' + (isChosen ? ' chosen' : ''), 'aria-pressed': isChosen ? 'true' : null,
		on: { click: () => change(isChosen ? { range: '', techniques: '' } : { range: range.range, techniques: row.technique }) } },
	title, make('span', { kind: 'ratio' + (ratio >= QUIET ? ' up' : ''), text: ratio === null ? '' : times(ratio), title: 'times the usual' }),
	sparkline(row.spark), make('span', { kind: 'value', text: `${number(row.now)} now, ` +
		(row.usual === null ? 'usual unknown' : `${number(row.usual)} usual`) }));
	return paint(button, row.technique);
}

/* Plugins know more techniques than a range uses. */
const isShown = (range, row) => isMain(row.technique) || row.now > 0 || row.usual > 0 || row.spark.some((value) => value > 0) ||
	openEpisodes(range.range, row.technique) > 0;

function line(range) {
	const age = Date.now() - range.last_ms;
	const head = make('div', {}, make('div', { kind: 'name', text: range.range, title: clean(range.range) }),
		make('div', { kind: 'quiet', text: range.last_ms < 0 ? 'no usage yet' : age > 300e3 ? `until ${when(range.last_ms)}` : `${ago(age)} ago` }));
	const rows = range.techniques.filter((row) => isShown(range, row)).sort((a, b) => inOrder(a.technique, b.technique));
	return make('div', { kind: 'range' }, head, make('div', { kind: 'tiles' }, ...rows.map((row) => tile(range, row))));
}

/* Among equals by name: a place should not change with each minute. */
const orders = {
	'': (range) => Number(!range.techniques.some((row) => openEpisodes(range.range, row.technique) > 0)),
	ratio: (range) => -Math.max(0, ...range.techniques.filter((row) => row.technique !== 'all').map(ratioOf)),
	name: () => 0,
	last: (range) => -range.last_ms,
};

const listed = () => {
	const place = orders[state.ranges] ?? orders[''];
	return overview.ranges.filter((range) => !state.range || range.range === state.range).sort((a, b) => place(a) - place(b));
};

/* The range whose usage is drawn while none is chosen: the first of the list when all are known, and from then on the same, whatever rises
   to the top meanwhile. */
let kept = '';
export function rangeShown() {
	if (!overview.ranges.some((range) => range.range === kept))
		kept = '';
	const shown = state.range || kept || (listed()[0]?.range ?? '');
	if (!state.range && !overview.loading)
		kept = shown;
	return shown;
}

/* How many wait for somebody, also for those who look at another tab. */
function showUnseen() {
	document.title = (unseen > 0 ? `(${unseen}) ` : '') + 'surgetap';
	$('unseen').hidden = unseen === 0;
	$('unseen').textContent = `${number(unseen)} open, not seen to`;
}

export function setAway(value) {
	isAway = value;
	show();
}

export function show() {
	showUnseen();
	const ranges = listed();
	$('ranges-order').value = state.ranges;
	const isGone = state.range && ranges.length === 0 && !overview.loading;
	$('overview-note').textContent = `${state.metric} per minute, mean of the last hour; usual: median of this hour on earlier days` +
		(overview.loading && overview.ranges.length > 0 ? `; loading, the past of ${overview.complete} of ${overview.ranges.length} ranges is read` : '') +
		(overview.left_out > 0 ? `; ${number(overview.left_out)} further ranges are not shown; those with open alerts come first` : '');
	const lines = ranges.map(line);
	if (isGone)
		lines.push(make('p', { kind: 'empty', text: `There is no usage of the range ${state.range} in Redis (any more).` }),
			make('button', { type: 'button', text: 'All ranges', on: { click: () => change({ range: '' }) } }));
	else if (ranges.length === 0 && overview.loading)
		lines.push(make('p', { kind: 'empty', text: isAway ? 'Nothing is known yet: Redis does not answer.' : 'Loading: ranges are being looked for in Redis.' }));
	else if (ranges.length === 0)
		lines.push(make('p', { kind: 'empty', text: 'No usage yet. It appears here when a sensor closes its first minute.' }));
	else if (state.range)
		lines.push(make('button', { type: 'button', text: 'All ranges', on: { click: () => change({ range: '', techniques: '' }) } }));
	refill($('ranges'), ...lines);
	const select = $('range');
	const names = new Set(overview.ranges.map((range) => range.range));
	if (state.range)
		names.add(state.range);
	if ([...select.options].slice(1).map((option) => option.value).join('\n') !== [...names].join('\n'))
		select.replaceChildren(select.options[0], ...[...names].map((name) => make('option', { value: name, text: name })));
	select.value = state.range;
}

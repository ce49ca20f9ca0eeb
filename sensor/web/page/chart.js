/* SPDX-License-Identifier: Apache-2.0 */
/* Usage of one range over time; drag to zoom. */
import { $, colour, dot, inOrder, isMain, label, make, number, paint, when, zone } from './words.js';
import { change, chartWindow, chosen, state } from './state.js';
import { ask } from './net.js';
import { refill, whenFree } from './hold.js';
import { last, overview, rangeShown } from './overview.js';
import { episodes } from './alerts.js';

let plot = null, shown = null, request = null;

/* Those that the range uses in this window, and those that are asked for. */
function techniquesOf(series) {
	return Object.keys(series?.techniques ?? {}).filter((name) => isMain(name) || chosen().includes(name) ||
		series.techniques[name].values.some((value) => value > 0)).sort(inOrder);
}

function techniquesShown(series) {
	const names = techniquesOf(series);
	const some = chosen().filter((name) => names.includes(name));
	return some.length > 0 ? some : names.filter((name) => name !== 'all');
}

/* Vertical marks where alerts were raised. */
function drawMarks(u) {
	const names = techniquesShown(shown);
	for (const episode of episodes.values()) {
		if (episode.range !== rangeShown() || !names.includes(episode.technique))
			continue;
		const x = u.valToPos(episode.first_ms / 1000, 'x', true);
		if (!(x >= u.bbox.left && x <= u.bbox.left + u.bbox.width))
			continue;
		u.ctx.save();
		u.ctx.strokeStyle = u.ctx.fillStyle = colour(episode.technique);
		u.ctx.setLineDash([3, 3]);
		u.ctx.beginPath();
		u.ctx.moveTo(x, u.bbox.top);
		u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
		u.ctx.stroke();
		u.ctx.setLineDash([]);
		u.ctx.beginPath();
		u.ctx.moveTo(x - 5, u.bbox.top);
		u.ctx.lineTo(x + 5, u.bbox.top);
		u.ctx.lineTo(x, u.bbox.top + 8);
		u.ctx.fill();
		u.ctx.restore();
	}
}

function select(u) {
	if (u.select.width < 8)
		return;
	const from = u.posToVal(u.select.left, 'x'), to = u.posToVal(u.select.left + u.select.width, 'x');
	u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
	change({ from: String(Math.floor(from / 60) * 60e3), to: String(Math.max(Math.floor(from / 60) + 5, Math.ceil(to / 60)) * 60e3) });
}

/* Days as "03-24", hours as "06:00"; midnight shows its day. */
function labels(u, seconds, place, space, step) {
	return seconds.map((second) => {
		const text = when(second * 1000), hour = text.slice(11);
		return step >= 86400 || hour === '00:00' ? text.slice(5, 10) : hour;
	});
}

/* A window that begins before the first count shows from there on. */
function trim(series) {
	const columns = Object.values(series.techniques);
	const empty = series.times.findIndex((time, i) => columns.some((column) => column.values[i] !== null));
	const skip = state.from ? 0 : Math.max(0, empty);
	series.times.splice(0, skip);
	for (const column of columns) {
		column.values.splice(0, skip);
		column.usual.splice(0, skip);
	}
	return series;
}

function options(names, withUsual) {
	const ink = getComputedStyle(document.documentElement).getPropertyValue('--quiet').trim();
	const rule = getComputedStyle(document.documentElement).getPropertyValue('--rule').trim();
	const axis = { stroke: ink, grid: { stroke: rule, width: 1 }, ticks: { stroke: rule, width: 1 }, font: '12px system-ui, sans-serif' };
	const series = names.map((name) => ({ label: label(name), stroke: colour(name), width: 1.5, points: { show: false }, spanGaps: false, value: (u, value) => number(value) }));
	if (withUsual)
		series.push({ label: 'usual', stroke: ink, width: 1, dash: [5, 4], points: { show: false }, value: (u, value) => number(value) });
	return { width: $('plot').clientWidth, height: 242, cursor: { drag: { x: true, y: false, setScale: false } }, legend: { live: true },
		tzDate: (seconds) => zone === 'utc' ? uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : new Date(seconds * 1000),
		series: [{ label: 'time', value: (u, value) => value === null ? '\u2013' : when(value * 1000) }, ...series],
		axes: [{ ...axis, values: labels }, { ...axis, size: 56, values: (u, values) => values.map(number) }],
		scales: { y: { range: (u, low, high) => [0, high > 0 ? high * 1.08 : 1] } },
		hooks: { setSelect: [select], draw: [drawMarks] } };
}

function showTechniques() {
	const names = techniquesOf(shown);
	refill($('techniques'), ...names.map((name) => paint(make('button', { type: 'button', 'aria-pressed': String(techniquesShown(shown).includes(name)),
		on: { click: () => toggle(name) } }, dot(name), make('span', { text: label(name) })), name)));
}

function toggle(name) {
	const some = new Set(chosen());
	if (!some.delete(name))
		some.add(name);
	change({ techniques: [...some].join(',') });
}

/* Hosts of an hour are distinct hosts: not to be compared with those of minutes. */
const stepOf = ({ step_s, per }) => step_s === 60 ? 'Each minute' : per === 'minute' ? 'Mean of each hour' : step_s === 3600 ? 'Each hour' : `Mean of ${step_s / 3600} hours`;

function draw() {
	if (!shown)
		return;
	const names = techniquesShown(shown), withUsual = names.length === 1 && shown.techniques[names[0]].usual.length > 0;
	const data = [shown.times, ...names.map((name) => shown.techniques[name].values)];
	if (withUsual)
		data.push(shown.techniques[names[0]].usual);
	plot?.destroy();
	$('plot').replaceChildren();
	plot = new uPlot(options(names, withUsual), data, $('plot'));
	plot.over.addEventListener('dblclick', () => change({ from: '', to: '' }));
	$('chart-title').textContent = `Usage of ${rangeShown()}: ${state.metric} per ${shown.per}`;
	$('plot-note').textContent = `${stepOf(shown)}. Drag to zoom, double-click for the whole.`;
	$('chart-csv').hidden = false;
	showTechniques();
}

/* A span that is being dragged out is not taken from under the mouse. */
export const show = () => whenFree($('plot'), draw);

function showNone(text) {
	plot?.destroy();
	plot = shown = null;
	$('plot').replaceChildren(make('p', { kind: 'empty', text }));
	$('plot-note').textContent = '';
	$('chart-csv').hidden = true;
	showTechniques();
}

export async function load() {
	const range = rangeShown();
	if (!range || last <= 0) {
		if (!shown && !overview.loading)
			showNone('No usage yet.');
		return;
	}
	request?.abort();
	request = new AbortController();
	try {
		const query = new URLSearchParams({ range, metric: state.metric, ...chartWindow(last) });
		shown = trim(await ask('/api/series?' + query, { signal: request.signal }));
		show();
	} catch (error) {
		if (error.name === 'AbortError')
			return;
		if (error.status !== 404)
			throw error;
		showNone(`There is no usage of the range ${range} in Redis (any more).`);
	}
}

/* What is drawn, as a file. A name cannot break out of its cell: it holds what label() gives. */
export function save() {
	if (!shown)
		return;
	const names = techniquesShown(shown);
	const cell = (text) => '"' + (/^[=+\-@]/.test(text) ? "'" : '') + text.replaceAll('"', '""') + '"';
	const lines = [['time', ...names].map(cell).join(','), ...shown.times.map((time, i) =>
		[new Date(time * 1000).toISOString(), ...names.map((name) => shown.techniques[name].values[i] ?? '')].join(','))];
	const link = make('a', { href: URL.createObjectURL(new Blob([lines.join('\r\n') + '\r\n'], { type: 'text/csv' })), download: 'surgetap-usage.csv' });
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

new ResizeObserver(() => plot?.setSize({ width: $('plot').clientWidth, height: 242 })).observe($('plot'));

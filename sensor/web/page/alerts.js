/* SPDX-License-Identifier: Apache-2.0 */
/* The list of alerts: what a sensor said of one rise, from its opening to its close, is one line. */
import { $, dot, label, make, number, rise, times, when } from './words.js';
import { alertQuery, change, chosen, state } from './state.js';
import { ask } from './net.js';
import { refill } from './hold.js';
import { last } from './overview.js';

const PAGES = 16;    /* asked for in a row before the reader is asked whether to go on */
const KEPT = 5000;   /* episodes in the page's memory */
const WANTED = 40;   /* lines that a step should add */
const SORTED = 4800; /* places of a sorted list that the server shows */
export const episodes = new Map(); /* alert_id -> the newest of its entries, with ids, first_ms, isNew */
let next = null, generation = 0, isRead = false;
let sorted = null; /* the server's last answer, when it sorts */
let former = null; /* the lines on the screen, until a list that is asked for again has its first answer */
export let newest = '';

const parts = (id) => id.split('-').map(Number);
export function isNewer(a, b) {
	const [x, y] = parts(a), [u, v] = parts(b || '0-0');
	return x > u || (x === u && y > v);
}

function keep(entry, isNew) {
	if (!newest || isNewer(entry.id, newest))
		newest = entry.id;
	const known = episodes.get(entry.alert_id);
	const first = Math.min(known?.first_ms ?? Infinity, entry.first_ms ?? entry.time_ms ?? Infinity);
	const ids = (known?.ids ?? new Set()).add(entry.id);
	if (known && !isNewer(entry.id, known.id))
		known.first_ms = first;
	else
		episodes.set(entry.alert_id, { ...entry, ack: entry.ack ?? known?.ack, first_ms: first, ids, isNew });
	if (episodes.size > KEPT)
		episodes.delete(episodes.keys().next().value);
}

/* The parts of the filter that depend on what came later are ours; so are those of live entries. */
function isWanted(episode) {
	const query = alertQuery(last), some = chosen();
	if (state.state && !state.state.split(',').includes(episode.state))
		return false;
	if (state.acked && (state.acked === 'yes') !== Boolean(episode.ack))
		return false;
	if ((state.range && episode.range !== state.range) || (some.length > 0 && !some.includes(episode.technique)))
		return false;
	if (state.severity && String(episode.severity) !== state.severity)
		return false;
	return !(episode.time_ms < Number(query.get('from') ?? -Infinity) || episode.time_ms >= Number(query.get('to') ?? Infinity));
}

const severities = { 1: 'high', 2: 'medium', 3: 'low' };
export const severityName = (severity) => severities[severity] ?? number(severity);

/* The columns: how each is called as an order, what it compares, and whether the most comes first. */
const columns = [
	{ order: '', title: 'Latest', first: 'newest first', value: (episode) => parts(episode.id)[0], isDown: true },
	{ order: 'began', title: 'Began', value: (episode) => episode.first_ms, isDown: true },
	{ order: 'state', title: 'State', first: 'by state', value: (episode) => episode.state },
	{ order: 'technique', title: 'Technique', first: 'by technique', value: (episode) => episode.technique },
	{ order: 'range', title: 'Range', first: 'by range', value: (episode) => episode.range },
	{ order: 'ratio', title: 'Times', first: 'steepest first', value: (episode) => episode.ratio, isDown: true, isNumber: true },
	{ order: 'rise', title: 'Rise', value: (episode) => episode.rise_percent, isDown: true, isNumber: true },
	{ order: 'severity', title: 'Severity', first: 'most severe first', value: (episode) => episode.severity },
	{ order: 'acked', title: 'Seen to', first: 'not seen to first', value: (episode) => Number(Boolean(episode.ack)) }];
const column = () => columns.find((one) => one.order === state.order) ?? columns[0];
const isDown = () => Boolean(column().isDown) !== (state.dir === 'turned');

/* What is not known comes last, whichever way the others go; among equals the newest comes first. */
export function wanted() {
	const { value } = column(), sign = isDown() ? -1 : 1;
	const isUnknown = (x) => x === null || x === undefined;
	return [...episodes.values()].filter(isWanted).sort((a, b) => {
		const x = value(a), y = value(b);
		const order = isUnknown(x) || isUnknown(y) ? isUnknown(x) - isUnknown(y)
			: sign * (typeof x === 'string' ? x.localeCompare(y, 'en', { numeric: true }) : x - y);
		return order || (isNewer(a.id, b.id) ? -1 : 1);
	});
}

/* Choosing a column sorts by it; choosing it again turns the order. */
export function showColumns() {
	refill($('columns'), ...columns.map((one) => {
		const isChosen = one === column();
		return make('th', { scope: 'col', kind: one.isNumber ? 'number' : '', 'aria-sort': isChosen ? (isDown() ? 'descending' : 'ascending') : null },
			make('button', { type: 'button', 'data-id': one.order, text: one.title + (isChosen ? (isDown() ? ' \u2193' : ' \u2191') : ''),
				on: { click: () => change({ order: one.order, dir: isChosen && !state.dir ? 'turned' : '' }) } }));
	}));
	if ($('order').options.length === 0)
		$('order').append(...columns.filter((one) => one.first).map((one) => make('option', { value: one.order, text: one.first })));
	$('order').value = state.order;
}

function row(episode) {
	const isChosen = episode.ids.has(state.alert);
	return make('tr', { 'data-id': episode.id, 'aria-selected': String(isChosen), tabindex: '0', kind: episode.isNew ? 'new' : '',
		on: { click: () => change({ alert: episode.id }), keydown: (event) => event.key === 'Enter' && change({ alert: episode.id }) } },
	make('td', { text: when(episode.time_ms) }), make('td', { text: when(Number.isFinite(episode.first_ms) ? episode.first_ms : null) }),
	make('td', { kind: 'state-' + String(episode.state).replace(/[^a-z]/g, ''), text: episode.state ?? 'unknown' }),
	make('td', {}, dot(episode.technique), make('span', { text: label(episode.technique) })),
	make('td', { kind: 'name', text: episode.range }),
	make('td', { kind: 'number', text: times(episode.ratio) }), make('td', { kind: 'number', text: rise(episode.rise_percent) }),
	make('td', { kind: 'severity-' + Number(episode.severity), text: severityName(episode.severity) }),
	make('td', { text: episode.ack ? '\u2713 ' + (episode.ack.by || 'yes') : '', title: episode.ack?.comment ?? null }));
}

const isFiltered = () => ['range', 'techniques', 'state', 'severity', 'acked', 'q', 'from'].some((name) => state[name]) || state.span !== 'all';
const idTime = (id) => when(parts(id)[0]);
function noteOf(count) {
	if (former || (count === 0 && next === null))
		return !isRead ? 'loading' : isFiltered() ? 'No alert matches.' : 'No alerts yet.';
	if (sorted)
		return `${number(count)} of ${number(Math.max(count, sorted.total))}` + (sorted.since ? `, of the alerts since ${idTime(sorted.since)}: older ones are found by the newest first` : '') +
			(sorted.loading ? ', the past is still being read' : '');
	return next ? `${number(count)} shown, searched back to ${idTime(next)}` : `${number(count)} in all`;
}
/* The files hold what the filters say, whatever the list shows by now. */
export function showExports() {
	const query = alertQuery(last);
	if (state.state)
		query.set('state', state.state);
	for (const format of ['csv', 'ndjson'])
		$('export-' + format).href = `/api/export?${new URLSearchParams([...query, ['format', format]])}`;
}

/* What can be chosen is what is seen. */
export const lines = () => former ?? wanted();

export function show() {
	const rows = lines();
	refill($('rows'), ...rows.map(row));
	$('rows-note').textContent = noteOf(rows.length);
	$('more').hidden = next === null;
	showExports();
}

/* Goes back through the stream until enough lines were added, or asks whether to go on. */
async function walk(mine) {
	const before = wanted().length;
	for (let page = 0; page < PAGES; page++) {
		const query = alertQuery(last);
		query.set('limit', '100');
		if (next)
			query.set('before', next);
		const answer = await ask('/api/alerts?' + query);
		if (mine !== generation)
			return;
		former = null;
		for (const entry of answer.alerts)
			keep(entry, false);
		next = answer.next;
		show();
		if (!next || wanted().length - before >= WANTED)
			return;
	}
}

/* Any order but that of the stream is made by the server, which knows more alerts than the page. */
async function nextSorted(mine) {
	const query = alertQuery(last), offset = sorted?.end ?? 0;
	for (const [name, value] of [['sort', state.order || 'time'], ['dir', isDown() ? 'desc' : 'asc'], ['state', state.state], ['acked', state.acked], ['limit', 100], ['offset', offset]])
		query.set(name, value);
	const answer = await ask('/api/episodes?' + query);
	if (mine !== generation)
		return;
	former = null;
	for (const entry of answer.episodes)
		keep(entry, false);
	sorted = { ...answer, end: offset + answer.episodes.length };
	next = answer.episodes.length === 100 && sorted.end < Math.min(answer.total, SORTED) ? String(sorted.end) : null;
}

/* The server's index has no texts: a search goes through the records, and is sorted here. */
export const isSorted = () => (state.order !== '' || state.dir !== '') && !state.q;

export async function more() {
	const mine = generation;
	await (isSorted() ? nextSorted(mine) : walk(mine));
	if (mine !== generation)
		return;
	isRead = true;
	show();
}

export async function load() {
	generation++;
	if (isRead)
		former = wanted();
	episodes.clear();
	next = sorted = null;
	isRead = false;
	show();
	await more();
}

/* The stream may have begun anew, with smaller ids. */
export function forget() {
	newest = '';
}

/* An alert that came just now. Whether a search finds it only the server can tell. */
export function takeLive(entry) {
	if (newest && !isNewer(entry.id, newest))
		return;
	if (state.q)
		load();
	else
		keep(entry, true);
	newest = entry.id;
	show();
}

export function takeAck({ alert_id, ack }) {
	const episode = episodes.get(alert_id);
	if (episode)
		episode.ack = ack ?? undefined;
	show();
}

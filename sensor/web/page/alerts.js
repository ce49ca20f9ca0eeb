/* SPDX-License-Identifier: Apache-2.0 */
/* The list of alerts: what a sensor said of one rise, from its opening to its close, is one line. */
import { $, dot, label, make, number, rise, times, when } from './words.js';
import { alertQuery, change, chosen, state } from './state.js';
import { ask } from './net.js';
import { last } from './overview.js';

const PAGES = 16;    /* asked for in a row before the reader is asked whether to go on */
const KEPT = 5000;   /* episodes in the page's memory */
const WANTED = 40;   /* lines that a step should add */
export const episodes = new Map(); /* alert_id -> the newest of its entries, with ids, first_ms, isNew */
let next = null, generation = 0;
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
	const first = Math.min(known?.first_ms ?? Infinity, entry.time_ms ?? Infinity);
	const ids = (known?.ids ?? new Set()).add(entry.id);
	if (known && !isNewer(entry.id, known.id))
		known.first_ms = first;
	else
		episodes.set(entry.alert_id, { ...entry, ack: entry.ack ?? known?.ack, first_ms: first, ids, isNew });
	if (episodes.size > KEPT)
		episodes.delete(episodes.keys().next().value);
}

export function openEpisodes(range, technique) {
	let count = 0;
	for (const episode of episodes.values())
		count += episode.range === range && episode.technique === technique && (episode.state === 'open' || episode.state === 'update');
	return count;
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
/* What comes first; among equals the newest does. */
const orders = { acked: (episode) => Boolean(episode.ack), severity: (episode) => episode.severity ?? Infinity, ratio: (episode) => -(episode.ratio ?? 0) };
export function wanted() {
	const place = orders[state.order] ?? (() => 0);
	return [...episodes.values()].filter(isWanted).sort((a, b) => place(a) - place(b) || (isNewer(a.id, b.id) ? -1 : 1));
}

function row(episode) {
	const isChosen = episode.ids.has(state.alert);
	return make('tr', { 'data-id': episode.id, 'aria-selected': String(isChosen), tabindex: '0', kind: episode.isNew ? 'new' : '',
		on: { click: () => change({ alert: episode.id }), keydown: (event) => event.key === 'Enter' && change({ alert: episode.id }) } },
	make('td', { text: when(episode.time_ms) }),
	make('td', { kind: 'state-' + String(episode.state).replace(/[^a-z]/g, ''), text: episode.state ?? 'unknown' }),
	make('td', {}, dot(episode.technique), make('span', { text: label(episode.technique) })),
	make('td', { kind: 'name', text: episode.range }),
	make('td', { kind: 'number', text: times(episode.ratio) }), make('td', { kind: 'number', text: rise(episode.rise_percent) }),
	make('td', { kind: 'severity-' + Number(episode.severity), text: severityName(episode.severity) }),
	make('td', { text: episode.ack ? '\u2713 ' + (episode.ack.by || 'yes') : '', title: episode.ack?.comment ?? null }));
}

const idTime = (id) => when(parts(id)[0]);
export function show() {
	const rows = wanted();
	const focused = document.activeElement?.dataset?.id;
	$('rows').replaceChildren(...rows.map(row));
	if (focused)
		$('rows').querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
	$('rows-note').textContent = rows.length === 0 && next === null ? 'No alert matches.' : next ? `${rows.length} shown, searched back to ${idTime(next)}` : `${rows.length} in all`;
	$('more').hidden = next === null;
	const query = alertQuery(last);
	if (state.state)
		query.set('state', state.state);
	for (const format of ['csv', 'ndjson'])
		$('export-' + format).href = `/api/export?${new URLSearchParams([...query, ['format', format]])}`;
}

/* Goes back through the stream until enough lines were added, or asks whether to go on. */
export async function more() {
	const mine = generation, before = wanted().length;
	for (let page = 0; page < PAGES; page++) {
		const query = alertQuery(last);
		query.set('limit', '100');
		if (next)
			query.set('before', next);
		const answer = await ask('/api/alerts?' + query);
		if (mine !== generation)
			return;
		for (const entry of answer.alerts)
			keep(entry, false);
		next = answer.next;
		show();
		if (!next || wanted().length - before >= WANTED)
			return;
	}
}

export async function load() {
	generation++;
	episodes.clear();
	next = null;
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

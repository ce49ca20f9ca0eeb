/* SPDX-License-Identifier: Apache-2.0 */
/* Joins the parts of the page: what is asked when, what the keys do. */
import { $, make, parseWhen, setZone, when, zone } from './words.js';
import { change, chartWindow, onChange, state } from './state.js';
import { ask, listen } from './net.js';
import { refill } from './hold.js';
import * as overview from './overview.js';
import * as chart from './chart.js';
import * as alerts from './alerts.js';
import * as detail from './detail.js';
import * as health from './health.js';

const OVERVIEW_MS = 10000;
const LOADING_MS = 1000;
const SOON_MS = 1200;

function notice(text) {
	$('notice').hidden = !text;
	$('notice').textContent = text ?? '';
}

function lamp(kind, text) {
	$('link').className = kind;
	$('link-text').textContent = text;
}

const known = () => overview.last > 0 ? 'What is shown is what was known before; the page goes on by itself.' : 'The page fills by itself when it answers.';

/* Runs a question; trouble is told once, on the page, and goes away when one succeeds. */
async function attempt(question) {
	try {
		await question();
		notice(null);
		return true;
	} catch (error) {
		if (error.name === 'AbortError')
			return true;
		if (error.code === 'redis') {
			notice(`Redis cannot be reached: ${error.message}. ${known()}`);
			overview.setAway(true);
			lamp('gone', 'Redis is gone');
		} else {
			notice(error.message);
		}
		return false;
	}
}

let again, wasLoading = false;
/* While the server still reads the past, the page asks again soon. */
async function loadOverview() {
	const was = overview.last;
	overview.take(await ask('/api/overview?metric=' + encodeURIComponent(state.metric)));
	overview.show();
	showTime();
	const isLoading = overview.overview.loading;
	if ((overview.last !== was && (!state.from || was === 0)) || (wasLoading && !isLoading))
		await chart.load();
	clearTimeout(again);
	if (isLoading)
		again = setTimeout(() => attempt(loadOverview), LOADING_MS);
	wasLoading = isLoading;
}
/* Open alerts are counted by the server, which makes its overview once a second at most. */
let soon;
function loadSoon() {
	soon ??= setTimeout(() => {
		soon = undefined;
		attempt(loadOverview);
	}, SOON_MS);
}
const loadHealth = async () => health.show(await ask('/api/health'));

async function loadAll() {
	const first = await attempt(async () => {
		detail.setPivots((await ask('/api/settings')).pivots);
		await loadOverview();
		await chart.load();
		await alerts.load();
		overview.show();
		chart.show();
	});
	await attempt(loadHealth);
	return first;
}

/* Controls that are made of lists. */
function choices(id, values, name, extra) {
	refill($(id), ...Object.entries(values).map(([value, text]) => make('button', { type: 'button', text, 'data-value': value, 'aria-pressed': String(state[name] === value && !(extra && state.from)),
		on: { click: () => change({ [name]: value, ...extra }) } })));
}

function showTime() {
	if (!state.from)
		for (const id of ['from', 'to'])
			$(id).removeAttribute('aria-invalid');
	choices('span', { '1h': '1 h', '6h': '6 h', '24h': '24 h', '7d': '7 d', all: '4 w', '1y': '1 y' }, 'span', { from: '', to: '' });
	choices('metric', { hosts: 'hosts', flows: 'flows', bytes: 'bytes' }, 'metric');
	$('zone').textContent = zone === 'utc' ? 'UTC' : 'local';
	if (overview.last <= 0 && !state.from)
		return;
	const { from, to } = chartWindow(overview.last);
	for (const [id, value] of [['from', from], ['to', to]])
		if (document.activeElement !== $(id) && $(id).getAttribute('aria-invalid') !== 'true')
			$(id).value = when(value);
}

function showFilters() {
	for (const name of ['state', 'severity', 'acked'])
		$(name).value = state[name];
	/* On a narrow screen they are folded away: what acts out of sight is told. */
	alerts.showColumns();
	alerts.showExports();
	const set = ['range', 'state', 'severity', 'acked', 'order'].filter((name) => state[name]).length;
	const folder = document.querySelector('#filters .folder');
	folder.classList.toggle('set', set > 0);
	folder.textContent = 'Filter and order' + (set > 0 ? ` (${set})` : '');
	if (document.activeElement !== $('search'))
		$('search').value = state.q;
}

function isDark() {
	const kept = localStorage.getItem('theme');
	return kept ? kept === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}
function theme(dark) {
	document.documentElement.classList.toggle('dark', dark);
	$('theme').textContent = dark ? 'Light' : 'Dark';
}
function switchTheme() {
	localStorage.setItem('theme', isDark() ? 'light' : 'dark');
	theme(isDark());
	chart.show();
}
function switchZone() {
	setZone(zone === 'utc' ? 'local' : 'utc');
	showTime();
	overview.show();
	alerts.show();
	chart.show();
	detail.show(state.alert);
}

/* The line above or below the chosen one. */
function step(by) {
	const rows = alerts.lines();
	const at = rows.findIndex((row) => row.ids.has(state.alert));
	const row = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))];
	if (row)
		change({ alert: row.id });
	document.querySelector('#rows [aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
}

const keys = {
	'/': ['search', () => $('search').focus()],
	j: ['next alert', () => step(1)],
	k: ['previous alert', () => step(-1)],
	a: ['acknowledge', () => $('ack-comment')?.focus()],
	Escape: ['close the alert; the whole time', () => change(state.alert ? { alert: '' } : { from: '', to: '' })],
	u: ['UTC or local time', switchZone],
	d: ['dark or light', switchTheme],
	'?': ['these keys', () => $('keys').showModal()],
};

function listenToKeys() {
	for (const [key, [text]] of Object.entries(keys))
		$('key-list').append(make('dt', {}, make('kbd', { text: key })), make('dd', { text }));
	addEventListener('keydown', (event) => {
		const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
		if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]'))
			return;
		if (isTyping) {
			if (event.key === 'Escape')
				event.target.blur();
			return;
		}
		if (Object.hasOwn(keys, event.key)) {
			event.preventDefault();
			keys[event.key][1]();
		}
	});
}

function listenToControls() {
	for (const folder of document.querySelectorAll('.folder'))
		folder.addEventListener('click', () => folder.setAttribute('aria-expanded', String($(folder.getAttribute('aria-controls')).classList.toggle('unfolded'))));
	for (const name of ['range', 'state', 'severity', 'acked'])
		$(name).addEventListener('change', () => change({ [name]: $(name).value }));
	$('order').addEventListener('change', () => change({ order: $('order').value, dir: '' }));
	$('ranges-order').addEventListener('change', () => change({ ranges: $('ranges-order').value }));
	let pause;
	$('search').addEventListener('input', () => {
		clearTimeout(pause);
		pause = setTimeout(() => change({ q: $('search').value.trim() }), 250);
	});
	$('filters').addEventListener('submit', (event) => event.preventDefault());
	/* A time is taken when it is whole: with Enter, or when another control is gone to. */
	for (const id of ['from', 'to'])
		$(id).addEventListener('change', () => {
			const from = parseWhen($('from').value), to = parseWhen($('to').value);
			const fault = Number.isNaN(id === 'from' ? from : to) ? 'This is no time like 2026-03-24 18:00.' : from < to ? '' : 'The end must be later than the begin.';
			$(id).setAttribute('aria-invalid', String(fault !== ''));
			notice(fault || null);
			if (!fault && !Number.isNaN(from + to))
				change({ from: String(from), to: String(to) });
		});
	$('unseen').addEventListener('click', () => change({ state: 'open,update', acked: 'no', range: '', techniques: '', severity: '', q: '', from: '', to: '', span: 'all' }));
	$('zone').addEventListener('click', switchZone);
	$('theme').addEventListener('click', switchTheme);
	$('help').addEventListener('click', () => $('keys').showModal());
	$('more').addEventListener('click', () => attempt(alerts.more));
	$('chart-csv').addEventListener('click', chart.save);
}

const asks = { alerts: ['range', 'techniques', 'severity', 'q', 'from', 'to', 'span', 'order', 'dir'], chart: ['range', 'span', 'from', 'to', 'metric'] };
onChange(async (changed) => {
	const any = (names) => names.some((name) => changed.has(name));
	showTime();
	showFilters();
	if (changed.has('alert'))
		detail.show(state.alert);
	if (changed.has('alert'))
		alerts.show();
	overview.show();
	await attempt(async () => {
		if (changed.has('metric'))
			await loadOverview();
		if (any(asks.chart))
			await chart.load();
		else if (changed.has('techniques'))
			chart.show();
		if (any(asks.alerts) || (alerts.isSorted() && any(['state', 'acked'])))
			await alerts.load();
		else if (any(['state', 'acked']))
			await alerts.more();
	});
	overview.show();
	if (any(asks.alerts))
		chart.show();
});

const handlers = {
	open: () => lamp('live', 'live'),
	lost: () => lamp('gone', 'no connection, trying again'),
	alert: (entry) => {
		alerts.takeLive(entry);
		chart.show();
		loadSoon();
	},
	ack: (value) => {
		alerts.takeAck(value);
		if (state.alert && alerts.episodes.get(value.alert_id)?.ids.has(state.alert))
			detail.show(state.alert);
	},
	redis: ({ connected }) => {
		if (connected) {
			lamp('live', 'live');
			overview.setAway(false);
			loadAll();
		} else {
			lamp('gone', 'Redis is gone');
			notice('Redis cannot be reached. ' + known());
			overview.setAway(true);
		}
	},
	usage: () => attempt(loadOverview),
	reload: () => {
		alerts.forget();
		loadAll();
	},
};

async function start() {
	theme(isDark());
	/* Paper is white: what is drawn has to be drawn anew. */
	matchMedia('print').addEventListener('change', (event) => {
		theme(!event.matches && isDark());
		chart.show();
	});
	listenToControls();
	listenToKeys();
	showTime();
	showFilters();
	await loadAll();
	if (state.alert)
		detail.show(state.alert);
	listen(alerts.newest || '0-0', handlers);
	setInterval(() => attempt(async () => {
		await loadOverview();
		await loadHealth();
	}), OVERVIEW_MS);
}
start();

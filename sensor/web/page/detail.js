/* SPDX-License-Identifier: Apache-2.0 */
/* One alert: what, why, who, the flows, where to look further, and who has seen to it. */
import { $, clean, dot, each, label, lasting, make, number, parseTime, rise, span, times, when } from './words.js';
import { change, state } from './state.js';
import { ask, tell } from './net.js';
import { severityName } from './alerts.js';

const SHOWN = 5; /* of each list; the record holds all */
const SCHEMA = 'surgetap.alert/1';
export let pivots = [];
export const setPivots = (value) => { pivots = value; };

const list = (value) => Array.isArray(value) ? value : [];
function terms(pairs) {
	const all = make('dl');
	for (const [name, value] of pairs)
		if (value !== null && value !== undefined && value !== '')
			all.append(make('dt', { text: name }), make('dd', { text: value, kind: 'name' }));
	return all;
}
const part = (title, ...children) => make('div', {}, make('h3', { text: title }), ...children);

function copier(text, name = 'Copy') {
	return make('button', { type: 'button', text: name, on: { click: async (event) => {
		const button = event.currentTarget;
		await navigator.clipboard?.writeText(text).then(() => { button.textContent = 'Copied'; }, () => { button.textContent = 'Select and copy'; });
	} } });
}

/* A template's places are filled with values that cannot leave their place in the address. */
function pivotLink(pivot, values) {
	const href = pivot.url.replace(/\{(\w+)\}/g, (all, name) => encodeURIComponent(values[name] ?? ''));
	return /^https?:\/\//.test(href) ? make('a', { href, text: pivot.name, rel: 'noopener noreferrer', target: '_blank' }) : null;
}

function flow(example, context) {
	const values = { ...example, start: Math.floor(parseTime(context.window?.start) / 1000), end: Math.floor(parseTime(context.window?.end) / 1000) };
	return make('li', {}, make('div', { text: `${example.src_ip ?? '?'}:${example.src_port ?? '?'} \u2192 ${example.dest_ip ?? '?'}:${example.dest_port ?? '?'} ${example.proto ?? ''} ${example.app_proto ?? ''}` }),
		make('div', { kind: 'quiet', text: example.reason ?? '' }),
		make('div', { kind: 'links' }, make('span', { kind: 'id', text: example.community_id ?? '' }),
			example.community_id ? copier(example.community_id) : null, ...pivots.map((pivot) => pivotLink(pivot, values))));
}

function what(alert, context) {
	const metric = context.metric ?? alert.metric;
	const { expected, observed } = context;
	return part('What', terms([
		['rise', `${times(alert.ratio)}, ${rise(alert.rise_percent)}`],
		['observed', observed?.[metric] === undefined ? null : observation(observed, metric, alert.scale_seconds)],
		['expected', expected?.[metric] === undefined ? null : expectation(expected, metric, alert.scale_seconds)],
		['window', context.window ? `${when(parseTime(context.window.start))} to ${when(parseTime(context.window.end))}` : null],
		['scale', alert.scale_seconds ? span(alert.scale_seconds) : null], ['severity', severityName(alert.severity)],
		['state', alert.state + (context.reason ? ': ' + context.reason : '')], ['sensor', alert.sensor]]));
}

/* Hosts are counted in each bucket anew, flows in the whole window. */
const count = (counts, metric, scale) => `${number(counts[metric])} ${metric}` + (metric === 'hosts' ? ' ' + each(scale) : '');
function observation(observed, metric, scale) {
	const isMore = metric === 'hosts' && observed.distinct_hosts;
	return count(observed, metric, scale) + (isMore ? `, ${number(observed.distinct_hosts)} different ones in the whole window` : '');
}

/* How each method of the detector comes to what it expects. */
const grounds = { absolute: 'from its own past', share: 'from its share of the range\u2019s traffic', local: 'from the hours before' };
function expectation(expected, metric, scale) {
	const ground = grounds[expected.method];
	return count(expected, metric, scale) + (ground ? ', judged ' + ground : '');
}

/* Was it agreed upon? How many of the hosts that were active began, and how close together. */
function moved(moves) {
	if (!Number.isFinite(moves?.moved_hosts) || !Number.isFinite(moves.active_hosts))
		return null;
	const together = Number.isFinite(moves.half_within_seconds) ? `, half of them within ${lasting(moves.half_within_seconds)}` : '';
	const chance = Number.isFinite(moves.p_value) ? (moves.p_value < 0.001 ? ': together, not by chance (p < 0.001)' : ` (p = ${number(moves.p_value)} for moves without a plan)`) : '';
	return `${number(moves.moved_hosts)} of ${number(moves.active_hosts)} active hosts took it up${together}${chance}`;
}

/* Did everybody's use rise? What hosts outside the watched ranges did in the same window. */
const rests = { own: 'the rest of the tap did not rise with it', shared: 'the rest of the tap rose as well' };
function others(control) {
	if (!Number.isFinite(control?.ratio))
		return null;
	const between = Number.isFinite(control.ratio_low) && Number.isFinite(control.ratio_high) ? ` (${number(control.ratio_low)} to ${number(control.ratio_high)})` : '';
	const rest = control.verdict === 'own' && control.ratio_low > 1 ? 'the rest of the tap rose less' : rests[control.verdict] ?? 'whether the rest of the tap rose with it is not sure';
	return `${rest}: ${times(control.ratio)}${between} among ${number(control.hosts)} other hosts`;
}

function why(alert, context) {
	const share = context.share;
	return part('Why we think so', terms([
		['score', `${number(alert.score)}: odds of ${context.odds >= 1e6 ? 'more than a million' : number(context.odds)} to 1 against chance`],
		['share', share ? `${number(100 * share.observed)} % of the range, ${number(100 * share.expected)} % expected` : null],
		['who moved', moved(context.coordination)],
		['the others', others(context.control)],
		['coverage', context.coverage === undefined ? null : number(100 * context.coverage) + ' % seen'],
		['learning', context.learning ? 'yes: little history yet' : null],
		['lists', context.lists ? Object.entries(context.lists).map(([name, value]) => `${name}: ${value}`).join('; ') : null]]));
}

function who(context) {
	const hosts = list(context.top_hosts).slice(0, SHOWN).map((host) => make('li', { text: `${host.ip} \u00b7 ${number(host.flows)} flows` }));
	const peers = list(context.top_peers).slice(0, SHOWN).map((peer) =>
		make('li', { text: [peer.ip, peer.as_org, peer.asn ? 'AS' + peer.asn : '', peer.country, peer.network, `${number(peer.flows)} flows`].filter(Boolean).join(' \u00b7 ') }));
	return [part('Who', hosts.length > 0 ? make('ul', {}, ...hosts) : make('p', { kind: 'quiet', text: 'no hosts recorded' })),
		part('Where to', peers.length > 0 ? make('ul', {}, ...peers) : make('p', { kind: 'quiet', text: 'no peers recorded' }))];
}

const ACKED = 200; /* at once */
/* A network that goes dark raises one alert for each technique: one comment may do for all. */
async function othersOf(alert) {
	const query = new URLSearchParams({ range: alert.range ?? '', acked: 'no', sort: 'time', dir: 'desc', limit: ACKED });
	const answer = await ask('/api/episodes?' + query);
	return answer.episodes.map((episode) => episode.alert_id).filter((id) => id !== alert.alert_id);
}

async function send(alert, wish, note, withOthers) {
	try {
		for (const id of [alert.alert_id, ...(withOthers ? await othersOf(alert) : [])])
			await tell('/api/ack', { alert_id: id, ...wish });
		if (wish.by)
			localStorage.setItem('by', wish.by);
		show(state.alert);
	} catch (error) {
		note.textContent = 'Not kept: ' + error.message;
	}
}

function ack(alert) {
	const note = make('p', { role: 'alert' });
	if (alert.ack)
		return part('Seen to', terms([['by', alert.ack.by], ['when', when(alert.ack.time_ms)], ['comment', alert.ack.comment]]),
			make('button', { type: 'button', text: 'Withdraw', on: { click: () => send(alert, { withdraw: true }, note) } }), note);
	const comment = make('textarea', { rows: 2, maxlength: 500, 'aria-label': 'Comment', placeholder: 'comment', id: 'ack-comment' });
	const by = make('input', { maxlength: 16, 'aria-label': 'Your name', placeholder: 'your name', id: 'ack-by', value: localStorage.getItem('by') ?? '' });
	const others = make('input', { type: 'checkbox', id: 'ack-others' });
	return part('Seen to', make('form', { kind: 'ack', on: { submit: (event) => {
		event.preventDefault();
		send(alert, { comment: comment.value, by: by.value }, note, others.checked);
	} } }, comment, make('div', {}, by, make('button', { text: 'Acknowledge', id: 'ack-send' })),
	make('label', {}, others, make('span', { text: 'and all others of this range that are not seen to' })), note));
}

function body({ alert, eve, text }) {
	const context = eve?.alert?.context ?? {};
	const raw = eve ? JSON.stringify(eve, null, 2) : text ?? '';
	const parts = [];
	if (context.schema !== SCHEMA)
		parts.push(make('p', { kind: 'quiet', id: 'schema-note', text: eve ? `This record is of the schema ${context.schema ?? 'unknown'}, this page knows ${SCHEMA}: not all of it may be shown.` : 'The record of this alert cannot be read.' }));
	parts.push(what(alert, context), ack(alert), why(alert, context), ...who(context));
	const flows = list(context.example_flows).slice(0, SHOWN).map((example) => flow(example, context));
	parts.push(part('Example flows', flows.length > 0 ? make('ul', {}, ...flows) : make('p', { kind: 'quiet', text: 'none recorded' })));
	const record = make('pre');
	record.textContent = raw.slice(0, 100000).split('\n').map(clean).join('\n');
	parts.push(make('details', {}, make('summary', { text: 'Record' }), copier(raw), record));
	return parts;
}

export async function show(id) {
	const pane = $('detail');
	const isOpen = Boolean(id);
	pane.hidden = !isOpen;
	document.querySelector('.split').classList.toggle('open', isOpen);
	if (!isOpen)
		return;
	const close = make('button', { type: 'button', text: 'Close', title: 'Close (Esc)', on: { click: () => change({ alert: '' }) } });
	if (pane.dataset.id !== id) {
		pane.replaceChildren(make('header', {}, make('h2', { text: 'Alert' }), close), make('p', { kind: 'empty', text: 'loading' }));
		if (matchMedia('(max-width: 900px)').matches) /* it stands in the place of the list */
			$('alerts').scrollIntoView();
	}
	pane.dataset.id = id;
	try {
		const detail = await ask('/api/alert?id=' + encodeURIComponent(id));
		if (state.alert !== id)
			return;
		const title = make('h2', {}, dot(detail.alert.technique), make('span', { kind: 'name', text: detail.eve?.alert?.signature ?? `${label(detail.alert.technique)} from ${detail.alert.range}` }));
		pane.replaceChildren(make('header', {}, title, make('div', { kind: 'links' }, copier(location.href, 'Copy link'), close)), ...body(detail));
	} catch (error) {
		pane.replaceChildren(make('header', {}, make('h2', { text: 'Alert' }), close), make('p', { kind: 'empty', text: error.status === 404 || error.status === 400 ? 'This alert is no longer in the stream.' : 'It cannot be shown: ' + error.message }));
	}
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What is looked at. The address of the page holds all of it, so that a link shows the same. */

const initial = { range: '', techniques: '', span: 'all', from: '', to: '', metric: 'hosts', state: '', severity: '', acked: '', order: '', dir: '', ranges: '', q: '', alert: '' };
export const state = { ...initial };
const listeners = [];

function read() {
	const query = new URLSearchParams(location.search);
	for (const name of Object.keys(initial))
		state[name] = query.get(name) ?? initial[name];
}

/* `listener` is called with the set of names that changed. */
export const onChange = (listener) => listeners.push(listener);

function tell(changed) {
	for (const listener of listeners)
		listener(changed);
}

/* Changes some of it. Going to another alert is a step that the browser's back button undoes. */
export function change(values) {
	const changed = new Set(Object.keys(values).filter((name) => state[name] !== values[name]));
	if (changed.size === 0)
		return;
	Object.assign(state, values);
	const query = new URLSearchParams();
	for (const name of Object.keys(initial))
		if (state[name] !== initial[name])
			query.set(name, state[name]);
	const text = query.toString();
	history[changed.has('alert') ? 'pushState' : 'replaceState'](null, '', text ? '?' + text : location.pathname);
	tell(changed);
}

addEventListener('popstate', () => {
	read();
	tell(new Set(Object.keys(initial)));
});
read();

export const chosen = () => state.techniques ? state.techniques.split(',') : [];
export const spans = { '1h': 3600e3, '6h': 6 * 3600e3, '24h': 86400e3, '7d': 7 * 86400e3, all: 28 * 86400e3, '1y': 365 * 86400e3 };

/* The window of the chart. Spans end with the newest minute there is: a replay lies in the past. */
export function chartWindow(last) {
	if (state.from && state.to)
		return { from: Number(state.from), to: Number(state.to) };
	const to = last + 60e3;
	return { from: Math.max(0, to - (spans[state.span] ?? spans.all)), to };
}

/* The filter of the alerts as a query. */
export function alertQuery(last) {
	const query = new URLSearchParams();
	for (const [name, value] of [['range', state.range], ['technique', state.techniques], ['severity', state.severity], ['q', state.q]])
		if (value)
			query.set(name, value);
	if (state.from && state.to) {
		query.set('from', state.from);
		query.set('to', state.to);
	} else if (state.span !== 'all' && spans[state.span] && last > 0) {
		query.set('from', last + 60e3 - spans[state.span]);
	}
	return query;
}

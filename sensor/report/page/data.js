/* SPDX-License-Identifier: Apache-2.0 */
/* The embedded data, and words for it. Names may hold anything: they reach the page as text only. */
'use strict';
const report = (() => {
	const overview = JSON.parse(document.getElementById('overview').textContent);
	const cache = new Map();

	/* Ranges are unpacked and parsed when they are looked at: load() first, then range(). */
	async function load(number) {
		if (cache.has(number))
			return;
		const packed = Uint8Array.from(atob(document.getElementById('range-' + number).textContent), (c) => c.charCodeAt(0));
		const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
		const columns = await new Response(stream).json();
		cache.clear();
		cache.set(number, { ...overview.ranges[number], ...columns });
	}
	const range = (number) => cache.get(number);

	const context = (alert) => alert.alert.context;
	const alertsOf = (name) => overview.alerts.filter((alert) => context(alert).range === name);
	const changesOf = (name) => overview.changes.filter((change) => change.range === name);
	const seconds = (text) => Date.parse(String(text).replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) / 1000;

	const colours = ['opsec', 'vpn', 'tor', 'tls', 'vps', 'proxy', 'coin', 'mining', 'social-western', 'social-chinese'];
	function colour(technique) {
		let place = colours.indexOf(technique);
		if (place < 0)
			place = 5 + Math.max(0, overview.techniques.filter((t) => !colours.includes(t)).indexOf(technique)) % 5;
		return getComputedStyle(document.documentElement).getPropertyValue('--c' + place).trim();
	}

	const names = { vpn: 'VPN', tor: 'Tor', tls: 'TLS', vps: 'rented servers', opsec: 'VPN, Tor, TLS or rented servers',
		'social-western': 'Western social networks', 'social-chinese': 'Chinese social networks', coin: 'coin nodes', mining: 'mining', proxy: 'proxies' };
	const uses = { vpn: 'VPN use', tor: 'Tor use', tls: 'TLS use', vps: 'Use of rented servers', opsec: 'Use of VPN, Tor, TLS or rented servers' };
	const useOf = (technique) => Object.hasOwn(uses, technique) ? uses[technique] : 'Use of ' + label(technique);
	const label = (technique) => Object.hasOwn(names, technique) ? names[technique] : technique;

	/* 1234.5 -> "1,234", 0.0123 -> "0.012" */
	function number(value, digits = 3) {
		if (value === null || value === undefined || !Number.isFinite(value))
			return '\u2013';
		return value.toLocaleString('en', Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 }
			: { maximumSignificantDigits: digits });
	}
	const percent = (value) => value === null || value === undefined ? '\u2013' : number(100 * value, 2) + ' %';
	/* A number without separators, of three digits. */
	const plain = (value) => String(Number(value.toPrecision(3)));
	const rise = (ratio) => (ratio >= 1 ? '+' : '') + plain(100 * (ratio - 1)) + ' %';

	const time = (second) => new Date(second * 1000).toISOString().slice(0, 16).replace('T', ' ');
	const day = (second) => new Date(second * 1000).toISOString().slice(0, 10);
	function duration(second) {
		for (const [unit, word] of [[86400, 'd'], [3600, 'h'], [60, 'min']])
			if (second >= 2 * unit || (second >= unit && unit !== 3600))
				return number(second / unit >= 10 ? Math.round(second / unit) : second / unit, 2 + (second / unit >= 100)) + ' ' + word;
		return number(second) + ' s';
	}

	/* "13 hosts a minute": what a count belongs to. */
	const each = (second) => ({ 60: 'a minute', 3600: 'an hour', 86400: 'a day', 604800: 'a week' })[second] || 'in ' + duration(second);

	/* An element with text and children; what stands in `text` is never markup. */
	function make(tag, { text, kind, ...attributes } = {}, ...children) {
		const element = document.createElement(tag);
		if (text !== undefined)
			element.textContent = text;
		if (kind)
			element.className = kind;
		for (const [name, value] of Object.entries(attributes))
			element.setAttribute(name, value);
		element.append(...children);
		return element;
	}

	return { overview, load, range, context, alertsOf, changesOf, seconds, colour, label, useOf, number, percent, plain, rise, time, day,
		duration, each, make };
})();

/* SPDX-License-Identifier: Apache-2.0 */
/* Words, numbers, times and elements. Names come from traffic: they become text, never markup. */

/* Control characters, and those that turn or hide the direction of writing. */
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
export const clean = (text) => String(text ?? '').replace(unsafe, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));

/* An element: {text, kind (its class), on (listeners), attributes...}, children. */
export function make(tag, { text, kind, on = {}, ...attributes } = {}, ...children) {
	const element = document.createElement(tag);
	if (text !== undefined)
		element.textContent = clean(text);
	if (kind)
		element.className = kind;
	for (const [name, value] of Object.entries(attributes))
		if (value !== null && value !== undefined && value !== false)
			element.setAttribute(name, value === true ? '' : value);
	for (const [name, listener] of Object.entries(on))
		element.addEventListener(name, listener);
	element.append(...children.filter((child) => child !== null && child !== undefined));
	return element;
}

export const $ = (id) => document.getElementById(id);

/* In the order in which they are shown; a technique's place is the number of its colour. */
const order = ['opsec', 'vpn', 'tor', 'tls', 'vps', 'proxy', 'coin', 'mining', 'social-western', 'social-chinese'];
const MAIN = 5; /* the first ones are shown though nothing uses them */
export const isMain = (technique) => order.indexOf(technique) >= 0 && order.indexOf(technique) < MAIN || technique === 'all';
/* For sorting: known ones first, then others by name, all traffic last. */
export function inOrder(a, b) {
	const place = (name) => name === 'all' ? 1e3 : order.includes(name) ? order.indexOf(name) : 1e2;
	return place(a) - place(b) || (a < b ? -1 : a > b ? 1 : 0);
}
/* The number of a technique's colour: its own, or one of those behind the main ones for strangers. */
export function accent(technique) {
	const place = order.indexOf(technique);
	if (place >= 0 || technique === 'all')
		return Math.max(0, place);
	let sum = 0;
	for (const c of String(technique))
		sum = (sum * 31 + c.codePointAt(0)) % 9973;
	return MAIN + sum % (order.length - MAIN);
}
export const colour = (technique) =>
	getComputedStyle(document.documentElement).getPropertyValue(technique === 'all' ? '--quiet' : '--c' + accent(technique)).trim();
export function paint(element, technique) {
	element.style.setProperty('--colour', technique === 'all' ? 'var(--quiet)' : `var(--c${accent(technique)})`);
	return element;
}
export const dot = (technique) => paint(make('span', { kind: 'dot' }), technique);

const names = { vpn: 'VPN', tor: 'Tor', tls: 'TLS', vps: 'rented servers', opsec: 'any of the four', all: 'all traffic',
	'social-western': 'Western social', 'social-chinese': 'Chinese social', coin: 'coin nodes', mining: 'mining', proxy: 'proxies' };
export const label = (technique) => Object.hasOwn(names, technique) ? names[technique] : technique;

export function number(value) {
	if (value === null || value === undefined || !Number.isFinite(value))
		return '\u2013';
	return value.toLocaleString('en', Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
}
export const times = (ratio) => number(ratio) + '\u00d7';
export const rise = (percent) => Number.isFinite(percent) ? (percent >= 0 ? '+' : '\u2212') + number(Math.abs(percent)) + ' %' : '\u2013';

export let zone = localStorage.getItem('zone') === 'local' ? 'local' : 'utc';
export function setZone(value) {
	zone = value;
	localStorage.setItem('zone', value);
}
const pad = (value) => String(value).padStart(2, '0');
/* Milliseconds as "2026-03-24 00:05", in the zone that was chosen. */
export function when(ms) {
	const date = new Date(ms === null || ms === undefined ? NaN : Number(ms));
	if (Number.isNaN(date.getTime()))
		return '\u2013';
	if (zone === 'utc')
		return date.toISOString().slice(0, 16).replace('T', ' ');
	return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${pad(date.getHours())}:${pad(date.getMinutes())}`;
}
/* What when() wrote, or a day, with seconds or an offset if need be, into milliseconds; NaN. */
export function parseWhen(text) {
	const parts = text.trim().match(/^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:?\d\d)?)?$/);
	return parts ? parseTime(`${parts[1]}T${parts[2] ?? '00:00'}${parts[3] ?? (zone === 'utc' ? 'Z' : '')}`) : NaN;
}
/* The record writes its offset without a colon. */
export const parseTime = (text) => Date.parse(String(text).replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));

export const ago = (ms) => lasting(Math.max(0, Math.round(ms / 1000)));
export function lasting(seconds) {
	for (const [unit, word] of [[86400, 'd'], [3600, 'h'], [60, 'min']])
		if (seconds >= 2 * unit)
			return Math.floor(seconds / unit) + ' ' + word;
	return seconds + ' s';
}
/* "13 hosts a minute": what a count belongs to. */
export const each = (seconds) => ({ 60: 'a minute', 3600: 'an hour', 86400: 'a day', 604800: 'a week' })[seconds] ?? '';
export const span = (seconds) => ({ 60: '1 min', 3600: '1 h', 86400: '1 d', 604800: '7 d' })[seconds] ?? number(seconds) + ' s';

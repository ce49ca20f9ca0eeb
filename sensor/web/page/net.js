/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the server, and what it tells by itself. */
import { $ } from './words.js';

export class Trouble extends Error {
	constructor(status, code, message) {
		super(message);
		this.status = status;
		this.code = code;
	}
}

let waiting = null;
/* Shows the login and waits for the right token; all who ask meanwhile wait for the same one. */
function login() {
	waiting ??= new Promise((done) => {
		const form = $('login-form');
		$('login').showModal();
		form.onsubmit = async (event) => {
			event.preventDefault();
			const answer = await fetch('/api/login', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ token: $('token').value }) });
			$('login-note').textContent = answer.ok ? '' : 'This is not the token.';
			if (!answer.ok)
				return;
			$('token').value = '';
			$('login').close();
			waiting = null;
			done();
		};
	});
	return waiting;
}

export async function ask(path, options = {}) {
	let answer;
	try {
		answer = await fetch(path, options);
	} catch (error) {
		if (error.name === 'AbortError')
			throw error;
		throw new Trouble(0, 'server', 'the dashboard\u2019s server does not answer');
	}
	if (answer.status === 401) {
		await login();
		return ask(path, options);
	}
	const value = await answer.json().catch(() => ({}));
	if (!answer.ok)
		throw new Trouble(answer.status, value.error, value.message);
	return value;
}

export const tell = (path, value) =>
	ask(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(value) });

let source = null;
/* Listens from behind the entry `since` on. The browser comes again by itself, and says what it saw
 * last; only when the server refuses it is up to us. */
export function listen(since, handlers) {
	let last = since;
	function open() {
		source?.close();
		source = new EventSource('/api/events' + (last ? '?since=' + encodeURIComponent(last) : ''));
		source.onopen = () => handlers.open();
		source.onerror = () => {
			handlers.lost();
			if (source.readyState === EventSource.CLOSED)
				setTimeout(open, 3000);
		};
		for (const name of ['alert', 'ack', 'redis', 'usage', 'reload'])
			source.addEventListener(name, (event) => {
				last = event.lastEventId || last;
				handlers[name](JSON.parse(event.data));
			});
	}
	open();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The page as a whole: which range, which view, which colours. */
'use strict';
(() => {
	const { overview, make } = report;
	const at = (id) => document.getElementById(id);
	const system = matchMedia('(prefers-color-scheme: dark)');
	let current = 0, initial = 0; /* numbers of ranges */
	let wanted = 0; /* is loading, or is shown */

	function drawTimeline() {
		report.charts.draw(report.range(current), at('metric').value, at('view').value === 'share');
	}
	const drawHeat = () => report.heat.draw(report.range(current), at('heat-technique').value, at('metric').value);

	function setColours() {
		const wish = at('theme').value;
		document.documentElement.classList.toggle('dark', wish === 'dark' || (wish === 'auto' && system.matches));
		document.documentElement.style.colorScheme = document.documentElement.classList.contains('dark') ? 'dark' : 'light';
	}

	function fillTechniques(range) {
		const used = overview.techniques.filter((technique) => range.columns[technique]);
		at('heat-technique').replaceChildren(...used.map((technique) => make('option', { value: technique, text: report.label(technique) })));
		const first = report.alertsOf(range.name).map(report.context).find((a) => a.state === 'open' && a.technique !== 'opsec');
		if (first && used.includes(first.technique))
			at('heat-technique').value = first.technique;
	}

	function redraw() {
		if (!report.range(current))
			return; /* still loading */
		report.tables.draw(report.range(current));
		drawTimeline();
		drawHeat();
	}

	/* Another range. Of two that are wanted at once the later one is shown. */
	async function draw(number) {
		wanted = number;
		try {
			await report.load(number);
		} catch (error) { /* of before 2023, or a file that was cut */
			at('headlines').replaceChildren(make('li', { text: typeof DecompressionStream === 'undefined'
				? 'This browser is too old to unpack the counts of this page: it lacks DecompressionStream.'
				: 'The counts of this range cannot be unpacked: the file is damaged.' }));
			return;
		}
		if (wanted !== number)
			return;
		current = number;
		const range = report.range(current);
		at('range').value = String(current);
		fillTechniques(range);
		redraw();
		document.title = (overview.title || 'surgetap report') + ': ' + range.name;
		at('main').dataset.state = 'drawn';
	}

	const placeOf = (name) => name ? overview.ranges.findIndex((range) => range.name === name) : initial;
	function addressed() {
		try {
			return placeOf(decodeURIComponent((location.hash.match(/^#range=(.*)$/) || [])[1] || ''));
		} catch (error) { /* no address of ours */
			return -1;
		}
	}
	function followAddress() {
		if (location.hash !== '' && !location.hash.startsWith('#range='))
			return; /* a place in the page, of the same range */
		const place = addressed();
		if (place >= 0 && place !== wanted)
			draw(place);
	}

	const counted = (count, noun) => (count === 1 ? 'one ' : report.number(count) + ' ') + noun + (count === 1 ? '' : 's');

	function start() {
		at('title').textContent = overview.title || 'surgetap report';
		setColours();
		if (overview.ranges.length === 0) {
			at('span').textContent = 'Nothing was counted.';
			at('main').hidden = at('range').parentElement.hidden = true;
			at('main').dataset.state = 'drawn';
			return;
		}
		const first = Math.min(...overview.ranges.map((range) => range.first_s));
		const last = Math.max(...overview.ranges.map((range) => range.first_s + range.slots * overview.slot_s));
		at('span').textContent = report.time(first) + ' to ' + report.time(last) + ' UTC, ' +
			counted(overview.ranges.length, 'range') + ', ' + counted(overview.changes.length, 'jump');
		at('range').replaceChildren(...overview.ranges.map((range, i) => make('option', { value: String(i), text: range.name })));
		const most = overview.changes.length ? overview.ranges.findIndex((range) => range.name === overview.changes[0].range) : 0;
		initial = Math.max(0, most);
		report.tables.drawRanges();
		draw(addressed() >= 0 ? addressed() : initial);
	}

	at('range').addEventListener('change', () => { location.hash = 'range=' + encodeURIComponent(overview.ranges[Number(at('range').value)].name); });
	addEventListener('hashchange', followAddress);
	at('metric').addEventListener('change', () => { drawTimeline(); drawHeat(); });
	at('view').addEventListener('change', drawTimeline);
	at('heat-technique').addEventListener('change', drawHeat);
	for (const [target, event] of [[at('theme'), 'change'], [system, 'change']])
		target.addEventListener(event, () => { setColours(); redraw(); });
	at('zoom-in').addEventListener('click', () => report.charts.zoom(0.5));
	at('zoom-out').addEventListener('click', () => report.charts.zoom(2));
	at('earlier').addEventListener('click', () => report.charts.zoom(1, -0.25));
	at('later').addEventListener('click', () => report.charts.zoom(1, 0.25));
	at('whole').addEventListener('click', () => report.charts.showWhole());
	at('print').addEventListener('click', () => print());
	addEventListener('beforeprint', () => { /* paper is white, and narrow */
		document.documentElement.classList.remove('dark');
		redraw();
		report.charts.resize(680);
	});
	addEventListener('afterprint', () => { setColours(); redraw(); });
	let width = innerWidth;
	addEventListener('resize', () => {
		if (innerWidth !== width)
			report.charts.resize();
		width = innerWidth;
	});
	start();
})();

/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline: a chart for each technique, all with the same window of time. */
'use strict';
report.charts = (() => {
	const { make, number, percent } = report;
	const box = document.getElementById('charts');
	let charts = [], whole = [0, 1], shown = [0, 1], episodes = [];

	function columnOf(range, technique, metric, share) {
		const column = range.columns[technique] || {}, all = (range.columns.all || {})[metric] || [];
		const empty = range.seen.map((seen) => seen > 0 ? 0 : null);
		const scale = (values) => !values ? null : !share ? values
			: values.map((value, i) => value === null || !all[i] ? null : value / all[i]);
		return [scale(column[metric] || empty), scale(column[metric + '_low']), scale(column[metric + '_high'])];
	}

	/* Dates in full, hours where the window is short. */
	function timeTicks(u, ticks) {
		const step = ticks.length > 1 ? ticks[1] - ticks[0] : 86400;
		return ticks.map((tick, i) => {
			const text = report.time(tick), isNewDay = i === 0 || report.day(tick) !== report.day(ticks[i - 1]);
			return step >= 86400 ? text.slice(0, 10) : text.slice(11) + (isNewDay ? '\n' + text.slice(0, 10) : '');
		});
	}

	function drawEpisodes(technique) {
		return (u) => {
			const { ctx } = u, style = getComputedStyle(document.documentElement);
			ctx.save();
			ctx.fillStyle = style.getPropertyValue('--alert');
			for (const episode of episodes.filter((e) => e.technique === technique)) {
				const left = u.valToPos(episode.start, 'x', true), right = u.valToPos(episode.end, 'x', true);
				const from = Math.max(left, u.bbox.left), to = Math.min(right, u.bbox.left + u.bbox.width);
				if (to <= from && !(left >= u.bbox.left && left <= u.bbox.left + u.bbox.width))
					continue;
				ctx.fillRect(from, u.bbox.top, Math.max(to - from, 3 * devicePixelRatio), 4 * devicePixelRatio);
				ctx.globalAlpha = 0.07;
				ctx.fillRect(from, u.bbox.top, Math.max(to - from, 3 * devicePixelRatio), u.bbox.height);
				ctx.globalAlpha = 1;
			}
			ctx.restore();
		};
	}

	/* A line needs two ends: an hour that was seen with none beside it is a dot. */
	function lonely(chart, series) {
		const known = (i) => chart.data[series][i] !== null && chart.data[series][i] !== undefined;
		return chart.data[0].flatMap((time, i) => (known(i) && !known(i - 1) && !known(i + 1) ? [i] : []));
	}

	function options(technique, share, width, output) {
		const style = getComputedStyle(document.documentElement), ink = style.getPropertyValue('--quiet').trim();
		const rule = { stroke: style.getPropertyValue('--rule').trim(), width: 1 }, colour = report.colour(technique);
		const format = share ? percent : number;
		return {
			width, height: 165, padding: [6, 40, 0, 0], tzDate: (second) => uPlot.tzDate(new Date(second * 1000), 'Etc/UTC'),
			scales: { y: { range: (u, low, high) => [0, Math.max(high || 0, share ? 0.01 : 1) * 1.08] } },
			cursor: { sync: { key: 'time' }, drag: { x: true, y: false }, points: { size: 6 } },
			axes: [{ stroke: ink, grid: rule, ticks: rule, values: timeTicks, space: 90, size: 50 }, { stroke: ink, grid: rule, ticks: rule, size: 56,
				values: (u, ticks) => ticks.map((tick) => format(tick)) }],
			series: [{}, { stroke: colour, width: 1.5, points: { show: false, filter: lonely, size: 6, fill: colour } },
				{ stroke: 'transparent', points: { show: false } }, { stroke: 'transparent', points: { show: false } }],
			bands: [{ series: [3, 2], fill: colour + '38' }],
			hooks: {
				draw: [drawEpisodes(technique)],
				setCursor: [(u) => {
					const i = u.cursor.idx, at = i === null || i === undefined ? null : u.data[1][i];
					const high = i === null || i === undefined ? null : u.data[3][i];
					output.textContent = at === null || at === undefined ? ''
						: report.time(u.data[0][i]) + ': ' + format(at) +
							(high === null || high === undefined ? '' : ', expected ' + format(u.data[2][i]) + ' to ' + format(high));
				}],
				setSelect: [(u) => {
					if (u.select.width > 4)
						show(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
					u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
				}],
			},
		};
	}

	function show(from, to) {
		const least = 2 * report.overview.slot_s, length = Math.min(Math.max(to - from, least), whole[1] - whole[0]);
		const middle = (from + to) / 2, start = Math.min(Math.max(middle - length / 2, whole[0]), whole[1] - length);
		shown = [start, start + length];
		for (const chart of charts)
			chart.setScale('x', { min: shown[0], max: shown[1] });
		document.getElementById('window').textContent =
			report.time(shown[0]) + ' to ' + report.time(shown[1]) + ' UTC (' + report.duration(length) + ')';
	}

	function zoom(factor, move = 0) {
		const length = shown[1] - shown[0], middle = (shown[0] + shown[1]) / 2 + move * length;
		show(middle - length * factor / 2, middle + length * factor / 2);
	}
	const showWhole = () => show(whole[0], whole[1]);
	const keys = { '+': () => zoom(0.5), '=': () => zoom(0.5), '-': () => zoom(2), 0: showWhole,
		ArrowLeft: () => zoom(1, -0.25), ArrowRight: () => zoom(1, 0.25) };

	function findEpisodes(range) {
		const alerts = report.alertsOf(range.name).map(report.context), end = range.first_s + range.slots * report.overview.slot_s;
		episodes = alerts.filter((a) => a.state === 'open').map((open) => {
			const close = alerts.find((a) => a.state === 'close' && a.alert_id === open.alert_id);
			return { technique: open.technique, start: report.seconds(open.window.start),
				end: close ? report.seconds(close.window.end) : end };
		});
	}

	function draw(range, metric, share) {
		const times = range.seen.map((seen, i) => range.first_s + i * report.overview.slot_s);
		const keep = charts.length > 0 && whole[0] === times[0] ? shown : null;
		whole = [times[0], times[times.length - 1] + report.overview.slot_s];
		findEpisodes(range);
		charts.forEach((chart) => chart.destroy());
		charts = [];
		box.replaceChildren();
		for (const technique of report.overview.techniques.filter((t) => range.columns[t])) {
			const output = make('output'), dot = make('span', { kind: 'dot' }), title = make('h3', {}, dot, report.label(technique), output);
			const frame = make('div', { kind: 'chart', tabindex: '0', role: 'img', 'aria-label': 'Timeline of ' + report.label(technique) +
				': + and - zoom, arrows move, 0 shows the whole' }, title);
			dot.style.setProperty('--colour', report.colour(technique));
			box.append(frame);
			const [values, low, high] = columnOf(range, technique, metric, share), none = values.map(() => null);
			charts.push(new uPlot(options(technique, share, frame.clientWidth, output), [times, values, low || none, high || none], frame));
			frame.addEventListener('keydown', (event) => {
				if (Object.hasOwn(keys, event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
					keys[event.key]();
					event.preventDefault();
				}
			});
			frame.addEventListener('dblclick', showWhole);
		}
		if (charts.length === 0)
			box.append(make('p', { text: 'No use of any technique was counted.' }));
		show(...(keep || whole));
	}

	/* To the width of the page, or a given one. */
	const resize = (width) => charts.forEach((chart) =>
		chart.setSize({ width: width || chart.root.parentElement.clientWidth, height: chart.height }));
	return { draw, zoom, showWhole, resize, window: () => shown };
})();

/* SPDX-License-Identifier: Apache-2.0 */
/* The pattern of life: the mean of each hour of the week, before and since the onset of the first alert. */
'use strict';
report.heat = (() => {
	const { make, number } = report;
	const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

	/* Means by weekday and hour of the slots in [from, to). */
	function means(range, technique, metric, from, to) {
		const sums = days.map(() => Array.from({ length: 24 }, () => [0, 0]));
		const values = (range.columns[technique] || {})[metric] || [];
		range.seen.forEach((seen, i) => {
			const second = range.first_s + i * report.overview.slot_s, date = new Date(second * 1000);
			const value = values.length ? values[i] : 0;
			if (!(seen > 0) || value === null || second < from || second >= to)
				return;
			const cell = sums[(date.getUTCDay() + 6) % 7][date.getUTCHours()];
			cell[0] += value;
			cell[1]++;
		});
		return sums.map((hours) => hours.map(([sum, count]) => count ? sum / count : null));
	}

	function map(title, table, most, colour) {
		const head = make('tr', {}, make('th', { scope: 'col', 'aria-label': 'day' }));
		for (let hour = 0; hour < 24; hour++)
			head.append(make('th', { scope: 'col', text: hour % 3 ? '' : String(hour), 'aria-label': hour + ' h' }));
		const body = make('tbody');
		table.forEach((hours, day) => {
			const row = make('tr', {}, make('th', { scope: 'row', text: days[day] }));
			hours.forEach((value, hour) => {
				const cell = make('td', { title: days[day] + ' ' + hour + ':00, ' + (value === null ? 'not seen' : number(value)) });
				if (value === null)
					cell.className = 'none';
				else
					cell.style.background = 'color-mix(in srgb, ' + colour + ' ' + Math.round(4 + 96 * Math.sqrt(value / most)) + '%, transparent)';
				row.append(cell);
			});
			body.append(row);
		});
		return make('div', { kind: 'map' }, make('h3', { text: title }), make('table', {}, make('thead', {}, head), body));
	}

	function draw(range, technique, metric) {
		const box = document.getElementById('heat'), end = range.first_s + range.slots * report.overview.slot_s;
		const changes = report.changesOf(range.name).filter((change) => change.technique === technique);
		const onset = changes.length ? Math.min(...changes.map((change) => report.seconds(change.start))) : end;
		const first = changes.find((change) => report.seconds(change.start) === onset);
		const closed = first && first.end ? report.seconds(first.end) : end;
		const until = Math.max(onset + report.overview.slot_s, closed - closed % report.overview.slot_s);
		const tables = [means(range, technique, metric, range.first_s, onset), means(range, technique, metric, onset, until)];
		const most = Math.max(...tables.flat(2).map((value) => value || 0)) || 1, colour = report.colour(technique);
		const unit = metric === 'hosts' ? 'hosts' : 'flows';
		const maps = [map(first ? 'Before ' + report.time(onset) : 'All of the time', tables[0], most, colour)];
		if (first)
			maps.push(map(report.time(onset) + ' to ' + report.time(until), tables[1], most, colour));
		box.replaceChildren(make('div', { kind: 'maps' }, ...maps), make('p', { kind: 'quiet', text: 'Mean ' + unit +
			' of each hour of the week, UTC; the strongest is ' + number(most) + '. Hatched: not seen.' }));
	}
	return { draw };
})();

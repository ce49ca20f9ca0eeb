/* SPDX-License-Identifier: Apache-2.0 */
/* Headlines and tables. */
'use strict';
report.tables = (() => {
	const { make, number, percent, plain, rise, context, label } = report;
	const fill = (id, ...children) => document.getElementById(id).replaceChildren(...children);

	/* columns: [head, kind]; rows: arrays of text or elements */
	function table(columns, rows, none) {
		if (rows.length === 0)
			return make('p', { kind: 'quiet', text: none });
		const head = make('tr', {}, ...columns.map(([text, kind]) => make('th', { text, kind: kind === 'number' ? kind : '', scope: 'col' })));
		const body = rows.map((row) => make('tr', {}, ...row.map((cell, i) =>
			cell instanceof Element ? make('td', { kind: columns[i][1] }, cell) : make('td', { text: cell, kind: columns[i][1] }))));
		return make('table', {}, make('thead', {}, head), make('tbody', {}, ...body));
	}

	function interval(row) {
		return bounds(row) + (row.low !== null && row.few_days ? ', wide: too few days to tell how much days differ' : '');
	}

	function bounds(row) {
		if (row.low === null && row.high === null)
			return '';
		if (row.high === null)
			return ' (95 % CI from ' + rise(row.low) + ')';
		return ' (95 % CI ' + plain(100 * (row.low - 1)) + '..' + plain(100 * (row.high - 1)) + ')';
	}

	/* "VPN use by star-kp rose 13-fold (+1200 %) on 2026-03-24 within 50 min" */
	function headline(alerts, open) {
		const start = report.seconds(open.window.start), end = report.seconds(open.window.end);
		const close = alerts.find((a) => a.state === 'close' && a.alert_id === open.alert_id);
		const top = alerts.filter((a) => a.alert_id === open.alert_id && a.state !== 'close').reduce((a, b) => b.ratio > a.ratio ? b : a, open);
		const change = report.changesOf(open.range).find((c) => c.alert_id === open.alert_id);
		const dot = make('span', { kind: 'dot' }), metric = open.metric === 'flows' ? 'flows' : 'hosts';
		const unit = metric === 'hosts' ? 'hosts ' + report.each(top.scale_seconds) : metric;
		dot.style.setProperty('--colour', report.colour(open.technique));
		const title = report.useOf(open.technique) + ' by ' + open.range + ' rose ' + number(top.ratio, top.ratio < 10 ? 2 : 3) + '-fold (' +
			rise(1 + top.rise_percent / 100) + ') on ' + report.day(start) + ' within ' + report.duration(end - start);
		const parts = [number(top.observed[metric]) + ' ' + unit + ' where ' + number(top.expected[metric]) + ' were expected; ' +
			percent(top.share.observed) + ' of all ' + metric + ' instead of ' + percent(top.share.expected)];
		parts.push(...moves(open.coordination), ...others(open.control));
		if (change && change[metric].ratio !== null)
			parts.push('over the whole episode ' + number(change[metric].ratio) + ' times as before, ' + rise(change[metric].ratio) + interval(change[metric]));
		parts.push(close ? 'ended ' + report.time(report.seconds(close.window.end)) + ' (' + (close.reason || 'closed') + ')'
			: 'still under way at the end');
		if (open.learning)
			parts.push('the baseline was still young');
		return make('li', {}, dot, make('strong', { text: title }), make('p', { kind: 'quiet', text: parts.join('; ') + '.' }));
	}

	/* "67 of 294 active hosts took it up, half of them within 4 min" */
	function moves(moved) {
		if (!moved || !Number.isFinite(moved.moved_hosts) || !Number.isFinite(moved.active_hosts))
			return [];
		return [number(moved.moved_hosts) + ' of ' + number(moved.active_hosts) + ' active hosts took it up' +
			(Number.isFinite(moved.half_within_seconds) ? ', half of them within ' + report.duration(moved.half_within_seconds) : '') +
			(moved.p_value < 0.001 ? ' (together, not by chance: p < 0.001)' : '')];
	}

	/* What hosts outside the watched ranges did in the same window. */
	const rests = { own: 'the rest of the tap did not rise with it', shared: 'the rest of the tap rose as well' };
	function others(control) {
		if (!control || !Number.isFinite(control.ratio))
			return [];
		const rest = control.verdict === 'own' && control.ratio_low > 1 ? 'the rest of the tap rose less'
			: rests[control.verdict] || 'whether the rest of the tap rose with it is not sure';
		return [rest + ' (' + plain(control.ratio) + '-fold among ' + number(control.hosts) + ' other hosts)'];
	}

	/* First uses and slow rises, in the words of the alert. */
	function remark(record) {
		const dot = make('span', { kind: 'dot' });
		dot.style.setProperty('--colour', report.colour(context(record).technique));
		return make('li', {}, dot, make('strong', { text: record.alert.signature }),
			make('p', { kind: 'quiet', text: 'Told on ' + report.time(report.seconds(record.timestamp)) + ' UTC.' }));
	}

	function drawHeadlines(range, records) {
		const alerts = records.map(context);
		const opens = alerts.filter((a) => a.state === 'open').sort((a, b) => report.seconds(a.window.start) - report.seconds(b.window.start));
		const items = opens.map((open) => headline(alerts, open));
		items.push(...records.filter((record) => ['notice', 'trend'].includes(context(record).state)).slice(0, 20).map(remark));
		if (items.length === 0)
			items.push(make('li', {}, make('p', { text: report.overview.alerts.length > 0
				? 'No jump was told of this range.' : 'No jump was told: there is no alert among what this page was made of.' })));
		document.getElementById('name').textContent = 'in ' + range.name;
		fill('headlines', ...items);
	}

	function drawChanges(range) {
		const rows = report.changesOf(range.name).flatMap((change) => ['hosts', 'flows'].map((metric) => {
			const row = change[metric];
			return [label(change.technique), metric, number(row.before), number(row.after), row.ratio === null ? 'new' : number(row.ratio) + '\u00d7',
				(row.ratio === null ? '' : rise(row.ratio)) + interval(row), percent(row.share_before), percent(row.share_after)];
		}));
		fill('changes', table([['Technique'], ['Count'], ['Before', 'number'], ['After', 'number'], ['Ratio', 'number'], ['Change'],
			['Share before', 'number'], ['Share after', 'number']], rows, 'Nothing to compare: there was no alert.'));
	}

	/* Adds flows up by a key; entries: [key, flows, note] */
	function ranking(title, entries, none) {
		const sums = new Map();
		for (const [key, flows, note] of entries) {
			const sum = sums.get(key) || [0, note];
			sum[0] += flows;
			sums.set(key, sum);
		}
		const rows = [...sums].sort((a, b) => b[1][0] - a[1][0]).slice(0, 10), most = rows.length ? rows[0][1][0] : 1;
		return make('div', {}, make('h3', { text: title }), table([['Name', 'name'], ['Flows', 'number']], rows.map(([key, [flows, note]]) => {
			const bar = make('span', { kind: 'bar' });
			bar.style.width = 100 * flows / most + '%';
			return [make('div', {}, key, ...(note ? [make('span', { kind: 'quiet', text: ' ' + note })] : []), bar), number(flows)];
		}), none));
	}

	/* The last word on each alert tells of the whole episode; the composite repeats the flows of the others. */
	function lastWords(alerts) {
		const last = new Map(alerts.filter((a) => (a.top_hosts || a.top_peers || []).length > 0).map((a) => [a.alert_id, a])), all = [...last.values()];
		const single = all.filter((a) => a.technique !== 'opsec');
		return single.length ? single : all;
	}

	function drawWho(records) {
		const alerts = lastWords(records);
		const hosts = alerts.flatMap((a) => a.top_hosts || []), peers = alerts.flatMap((a) => a.top_peers || []);
		const placed = peers.filter((peer) => peer.asn), countries = peers.filter((peer) => peer.country);
		fill('who', make('div', { kind: 'columns' },
			ranking('Hosts', hosts.map((h) => [h.ip, h.flows]), 'No alert names a host.'),
			ranking('Peers', peers.map((p) => [p.ip, p.flows, p.as_org]), 'No alert names a peer.'),
			ranking('Networks', placed.map((p) => ['AS' + p.asn, p.flows, p.as_org]), 'No ASN database was given, or no alert was raised.'),
			ranking('Countries', countries.map((p) => [p.country, p.flows]), 'No country database was given, or no alert was raised.')),
			make('p', { kind: 'quiet', text: 'Flows in the samples of the last event of each alert, summed over techniques: a flow that uses two counts for both.' }));
	}

	function drawEvidence(alerts) {
		const seen = new Set(), rows = [];
		const end = (ip, port) => ip + (port ? (String(ip).includes(':') ? ' ' : ':') + port : '');
		for (const alert of alerts)
			for (const flow of alert.example_flows || []) {
				const key = alert.technique + ' ' + flow.community_id;
				if (seen.has(key) || rows.length >= 200)
					continue;
				seen.add(key);
				rows.push([label(alert.technique), flow.community_id, end(flow.src_ip, flow.src_port), end(flow.dest_ip, flow.dest_port),
					flow.proto, flow.app_proto, flow.reason]);
			}
		fill('evidence', table([['Technique'], ['Community ID', 'id'], ['From'], ['To'], ['Over'], ['Protocol', 'name'], ['Why', 'name']], rows,
			'There is no alert, hence no evidence.'));
	}

	function drawAlerts(records) {
		const rows = records.slice(0, 500).map((record) => {
			const a = context(record);
			return [report.time(report.seconds(record.timestamp)), a.state + (a.reason ? ': ' + a.reason : ''), record.alert.signature,
				number(a.observed[a.metric]) + ' ' + a.metric, number(a.expected[a.metric]),
				report.duration(report.seconds(a.window.end) - report.seconds(a.window.start)), number(a.score), String(record.alert.severity)];
		});
		fill('alerts', table([['Raised (UTC)'], ['State'], ['What', 'name'], ['Observed', 'number'], ['Expected', 'number'],
			['Within', 'number'], ['Score', 'number'], ['Severity', 'number']], rows, 'No alert was raised.'));
	}

	function drawMethod(range, alerts) {
		const { overview } = report, length = range.slots * overview.slot_s, gaps = range.seen.filter((seen) => !(seen > 0)).length;
		const lists = new Map(alerts.flatMap((a) => Object.entries(a.lists || {})));
		const prefixes = (alerts.find((a) => a.prefixes) || { prefixes: [] }).prefixes.join(', ');
		const facts = [
			...(overview.source ? [['Source', overview.source]] : []),
			['Span', report.time(range.first_s) + ' to ' + report.time(range.first_s + length) + ' UTC'],
			['Coverage', percent(range.seen_s / length) + ' of the time was seen' + (gaps ? '; ' + number(gaps) + ' of ' + number(range.slots) + ' hours not at all' : '')],
			['Prefixes', prefixes || 'not told without an alert'],
			['Counts', 'Distinct hosts' + (overview.bucket_s === 3600 ? ' in an hour' : ' in a bucket of ' + report.duration(overview.bucket_s) + ', mean of each hour') +
				', and flows first recognised in it. Guesses (port or address alone) are left out.'],
			['Expected', 'The larger of two baselines: the level of this hour of the week, and the share of the range\u2019s traffic. A jump is told by a mixture of likelihood ratios; score is the natural logarithm of the odds.'],
			['Change', 'Mantel-Haenszel rate ratio over like hours; 95 % interval by quasi-Poisson dispersion and the variance between days (DerSimonian-Laird); with fewer than five days, levels are taken to go on wandering as they do within a day.'],
			['Lists', lists.size ? [...lists].map(([name, state]) => name + ': ' + state).join('; ') : 'no list was used by an alert'],
			['Made by', 'surgetap ' + overview.version + (overview.alerts_left_out ? '; ' + number(overview.alerts_left_out) + ' alerts are left out' : '')],
		];
		fill('method', make('dl', {}, ...facts.flatMap(([name, text]) => [make('dt', { text: name }), make('dd', { text })])));
	}

	function drawRanges() {
		const rows = report.overview.ranges.map((range, i) => {
			const opens = report.alertsOf(range.name).filter((a) => context(a).state === 'open').map(context);
			const top = opens.reduce((a, b) => a && a.ratio >= b.ratio ? a : b, null);
			return [make('a', { href: '#range=' + encodeURIComponent(range.name), text: range.name, 'data-range': i }), String(opens.length),
				top ? label(top.technique) + ' ' + number(top.ratio) + '\u00d7 (' + rise(top.ratio) + ')' : '\u2013',
				top ? report.time(report.seconds(top.window.start)) : '\u2013'];
		}).sort((a, b) => Number(b[1]) - Number(a[1]));
		fill('ranges', table([['Range', 'name'], ['Jumps', 'number'], ['Largest'], ['Since (UTC)']], rows, ''));
		document.getElementById('overview-section').hidden = rows.length < 2;
	}

	function draw(range) {
		const records = report.alertsOf(range.name), alerts = records.map(context);
		drawHeadlines(range, records);
		drawChanges(range);
		drawWho(alerts);
		drawEvidence(alerts);
		drawAlerts(records);
		drawMethod(range, alerts);
	}
	return { draw, drawRanges };
})();

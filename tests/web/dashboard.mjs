// SPDX-License-Identifier: Apache-2.0
// One check of the dashboard's page in a real browser: node dashboard.mjs CASE. Redis is at $SOCKET, the page at $PAGE.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { launch } from './browser.mjs';

const here = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const cli = (...words) => execFileSync('redis-cli', ['-s', process.env.SOCKET, ...words], { encoding: 'utf8' }).trim();
const seed = (...words) => execFileSync('redis-cli', ['-s', process.env.SOCKET, '--pipe'], { input: execFileSync('python3', [join(here, 'seed.py'), ...words], { maxBuffer: 1 << 26 }) });

const browser = await launch();
const faults = [];

async function open(query = '', options = {}) {
	const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, acceptDownloads: true, timezoneId: 'Asia/Seoul', ...options });
	const page = await context.newPage();
	page.setDefaultTimeout(20000);
	page.on('console', (message) => ['error', 'warning'].includes(message.type()) && faults.push(message.text()));
	page.on('pageerror', (error) => faults.push(String(error)));
	page.on('dialog', (dialog) => { faults.push('a script of the traffic ran'); dialog.dismiss(); });
	await page.goto(process.env.PAGE + '/' + query);
	return page;
}
const ready = async (page) => {
	await page.waitForSelector('#link.live');
	await page.waitForSelector('#plot canvas');
	await page.waitForSelector('#rows tr', { state: 'attached' });
	return page;
};
const rows = (page) => page.locator('#rows tr');
const chosenTime = async (page) => [await page.inputValue('#from'), await page.inputValue('#to')];

const cases = {
	async loads() {
		const page = await ready(await open());
		assert.deepEqual(await page.locator('.range > div > .name').allInnerTexts(), ['star-jv', 'café']); /* the one with an alert first */
		assert.match(await page.locator('.range', { hasText: 'star-jv' }).locator('.tile', { hasText: 'Tor' }).innerText(), /13×[^]*26 now, 2 usual/);
		assert.match(await page.locator('#chart-title').innerText(), /star-jv/); /* and the one that is drawn */
		assert.match(await page.locator('#health').innerText(), /tap-1[^]*drops 7[^]*tap-gone/);
	},
	async hostile() {
		const page = await ready(await open());
		const row = rows(page).filter({ hasText: '<script>' });
		assert.match(await row.innerText(), /<img src=x onerror=alert\(1\)>(\\xe2\\x80\\xae|\\u202e)gnp\.exe(\\x07|\\u0007)/);
		await row.click();
		await page.waitForSelector('#detail li');
		assert.match(await page.locator('#detail').innerText(), /<script>document\.title="owned"/);
		await page.locator('#detail summary').click();
		assert.match(await page.locator('#detail pre').innerText(), /as_org/);
		assert.doesNotMatch(await page.locator('#detail').innerText(), /[\u202e\u0007]/);
		assert.equal(await page.locator('main script, main img, #detail img').count(), 0);
		assert.match(await page.title(), /^\(\d+\) surgetap$/);
	},
	async live() {
		const page = await ready(await open());
		const begin = Date.now();
		seed('alert', '*', 'live-range');
		await rows(page).filter({ hasText: 'live-range' }).waitFor({ timeout: 2000 });
		console.log(`# shown ${Date.now() - begin} ms after the start of redis-cli`);
	},
	async zoom() {
		const page = await ready(await open());
		const before = await chosenTime(page), box = await page.locator('.u-over').boundingBox();
		await page.mouse.move(box.x + box.width * .5, box.y + 50);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width * .6, box.y + 60, { steps: 4 });
		await page.mouse.up();
		await page.waitForFunction(() => location.search.includes('from='));
		const zoomed = await chosenTime(page);
		assert.ok(zoomed[0] > before[0] && zoomed[1] < before[1], `${before} ${zoomed}`);
		await page.waitForFunction(() => document.getElementById('plot-note').textContent.startsWith('Each minute'));
		await page.locator('.u-over').dblclick({ position: { x: 20, y: 20 } });
		await page.waitForFunction(() => !location.search.includes('from='));
		assert.deepEqual(await chosenTime(page), before);
	},
	async steady() { /* the chart is drawn anew with each alert */
		const page = await ready(await open());
		const spanOf = async () => {
			const [from, to] = (await chosenTime(page)).map((text) => Date.parse(text.replace(' ', 'T') + 'Z'));
			return to - from;
		};
		const comes = async (name) => {
			seed('alert', '*', name);
			await rows(page).filter({ hasText: name }).waitFor();
		};
		await page.locator('#techniques button', { hasText: 'Tor' }).focus();
		const box = await page.evaluate(() => document.querySelector('.u-over').getBoundingClientRect().toJSON());
		await comes('while-focused');
		assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Tor');
		await page.mouse.move(box.x + box.width * .5, box.y + 50);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width * .55, box.y + 60, { steps: 4 });
		await comes('while-dragged');
		await page.mouse.move(box.x + box.width * .6, box.y + 60, { steps: 4 });
		await page.mouse.up();
		await page.waitForFunction(() => location.search.includes('from='));
		assert.ok(await spanOf() > 11 * 3600e3, 'the drag ended with the update'); /* a tenth of five days */
	},
	async filter() {
		const page = await ready(await open());
		await page.locator('.range', { hasText: 'star-jv' }).locator('.tile', { hasText: 'Tor' }).click();
		await page.waitForFunction(() => [...document.querySelectorAll('#rows tr')].every((row) => row.innerText.includes('star-jv') && row.innerText.includes('Tor')));
		assert.match(await page.locator('#chart-title').innerText(), /star-jv/);
		await page.goto(process.env.PAGE + '/');
		await ready(page);
		await page.fill('#search', '00000000000000000000000000000009');
		await page.waitForFunction(() => document.querySelectorAll('#rows tr').length === 1);
		await page.fill('#search', 'nowhere in any record');
		await page.waitForFunction(() => document.getElementById('rows-note').textContent === 'No alert matches.');
		await page.fill('#search', '');
		await page.selectOption('#state', 'open,update');
		await page.waitForFunction(() => [...document.querySelectorAll('#rows .state-close')].length === 0);
	},
	async detail() {
		const page = await ready(await open());
		await rows(page).filter({ hasText: 'star-jv' }).first().click();
		const text = page.locator('#detail');
		await text.getByText('Example flows').waitFor();
		for (const wanted of [/13×, \+1,200 %/, /26 hosts/, /2 hosts an hour, judged from its share of the range.s traffic/, /38 of 41 active hosts took it up, half of them within 21 min: together/,
			/the rest of the tap did not rise with it: 1\.03× \(0\.4 to 2\.2\) among 57 other hosts/, /175\.45\.176\.7/, /AS60729/, /1:wCb3OG7yAFWelaUydu0D\+125CLM=/])
			assert.match(await text.innerText(), wanted);
		assert.equal(await text.getByText('Arkime').first().getAttribute('href'), 'https://arkime.example/?q=1%3AwCb3OG7yAFWelaUydu0D%2B125CLM%3D&at=1774461600');
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		await text.getByText('Copy', { exact: true }).first().click();
		await text.getByText('Copied').first().waitFor();
		assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '1:wCb3OG7yAFWelaUydu0D+125CLM=');
	},
	async schema() {
		const page = await ready(await open('?alert=1002-0'));
		assert.match(await page.locator('#schema-note').innerText(), /surgetap\.alert\/9/);
		await page.goto(process.env.PAGE + '/?alert=1003-0');
		assert.match(await page.locator('#schema-note').innerText(), /cannot be read/);
		await page.goto(process.env.PAGE + '/?alert=77777-0&range=nobody');
		await page.getByText('This alert is no longer in the stream.').waitFor();
		await page.getByText('There is no usage of the range nobody').first().waitFor();
		faults.splice(0); /* the browser tells of the 404 that was asked for */
	},
	async acknowledge() {
		const page = await ready(await open()), other = await ready(await open());
		await rows(page).filter({ hasText: 'star-jv' }).first().click();
		await page.fill('#ack-comment', 'seen <b>it</b>');
		await page.fill('#ack-by', 'shift-2');
		await page.click('#ack-send');
		await page.getByText('seen <b>it</b>').waitFor();
		await rows(other).getByText('✓ shift-2').waitFor();
		const kept = Object.values(JSON.parse(cli('--json', 'hgetall', 'surgetap:acks'))).map((text) => JSON.parse(text));
		assert.deepEqual(kept.map((ack) => [ack.by, ack.comment]), [['shift-2', 'seen <b>it</b>']]);
		await page.getByText('Withdraw').click();
		await page.locator('#ack-comment').waitFor();
		assert.equal(cli('hlen', 'surgetap:acks'), '0');
	},
	async export() {
		const page = await ready(await open('?range=star-jv'));
		const [file] = await Promise.all([page.waitForEvent('download'), page.click('#export-csv')]);
		const lines = readFileSync(await file.path(), 'utf8').trim().split('\r\n');
		assert.equal(lines.length, 3);
		assert.ok(lines.slice(1).every((line) => line.includes('"star-jv"')));
		const page2 = await ready(await open('?range=star-jv&techniques=tor'));
		const [usage] = await Promise.all([page2.waitForEvent('download'), page2.click('#chart-csv')]);
		assert.match(readFileSync(await usage.path(), 'utf8'), /^"time","tor"\r\n2026-03-[^]*,26\r\n$/);
	},
	async ndjson() {
		const page = await ready(await open('?range=star-jv'));
		const [file] = await Promise.all([page.waitForEvent('download'), page.click('#export-ndjson')]);
		assert.equal(file.suggestedFilename(), 'surgetap-alerts.ndjson');
		const records = readFileSync(await file.path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
		assert.deepEqual(records.map((record) => record.alert.context.range), ['star-jv', 'star-jv']);
		let answer;
		const isAnswered = new Promise((resolve) => { answer = resolve; });
		await page.route('**/api/alerts?*', async (route) => { await isAnswered; await route.continue(); });
		await page.selectOption('#state', 'close'); /* the link follows the filter, and waits for no answer */
		const [none] = await Promise.all([page.waitForEvent('download'), page.click('#export-ndjson')]);
		assert.equal(readFileSync(await none.path(), 'utf8'), '');
		answer();
		/* A name from traffic is no formula, no second cell and no script in a table either. */
		const all = await ready(await open());
		const [csv] = await Promise.all([all.waitForEvent('download'), all.click('#export-csv')]);
		const line = readFileSync(await csv.path(), 'utf8').split('\r\n').find((text) => text.includes('onerror'));
		assert.match(line, /"<script>document\.title=""owned""<\/script>/);
	},
	async picker() {
		const page = await ready(await open());
		const type = async (id, text) => {
			await page.focus(id);
			await page.keyboard.press('Control+a');
			await page.keyboard.type(text);
		};
		const from = (ms) => page.waitForFunction((wanted) => new URLSearchParams(location.search).get('from') === String(wanted), ms);
		const to = (ms) => page.waitForFunction((wanted) => new URLSearchParams(location.search).get('to') === String(wanted), ms);
		await type('#from', '2026-03-25 18:0'); /* half a time acts on nothing */
		assert.equal(new URL(page.url()).search, '');
		await page.keyboard.type('0');
		await page.keyboard.press('Enter');
		await from(Date.UTC(2026, 2, 25, 18));
		await page.waitForFunction(() => document.getElementById('plot-note').textContent.startsWith('Each minute'));
		const before = page.url();
		await type('#to', '2026-03-25 17:00');
		await page.keyboard.press('Tab');
		await page.getByText('The end must be later than the begin.').waitFor();
		await type('#to', 'soon');
		await page.keyboard.press('Tab');
		await page.getByText('This is no time like').waitFor();
		assert.equal(await page.getAttribute('#to', 'aria-invalid'), 'true');
		assert.equal(page.url(), before);
		await type('#to', '2026-03-25T20:00');
		await page.keyboard.press('Enter');
		await to(Date.UTC(2026, 2, 25, 20));
		assert.equal(await page.isVisible('#notice'), false);
		await page.click('#zone'); /* what is typed is of the zone that is shown */
		await type('#to', '2026-03-26 06:00');
		await page.keyboard.press('Enter');
		await to(Date.UTC(2026, 2, 25, 21));
		await type('#to', '2026-03-25 22:30:00Z'); /* unless it names another */
		await page.keyboard.press('Enter');
		await to(Date.UTC(2026, 2, 25, 22, 30));
		await page.locator('#span').getByText('24 h').click();
		await page.waitForFunction(() => !location.search.includes('from='));
	},
	async year() {
		seed('hours', 'star-jv', '365');
		const page = await ready(await open('?range=star-jv&techniques=tor'));
		await page.locator('#span').getByText('1 y').click();
		await page.waitForFunction(() => document.getElementById('plot-note').textContent.startsWith('Mean of 6 hours'));
		assert.match(await page.locator('#chart-title').innerText(), /hosts per hour$/);
		await page.waitForFunction(() => location.search.includes('span=1y'));
		const [usage] = await Promise.all([page.waitForEvent('download'), page.click('#chart-csv')]);
		assert.equal(readFileSync(await usage.path(), 'utf8').trim().split('\r\n').length, 1461);
		await page.locator('#span').getByText('24 h').click();
		await page.waitForFunction(() => document.getElementById('chart-title').textContent.endsWith('hosts per minute'));
		cli('del', 'surgetap:usage-hour:star-jv');
	},
	async several() {
		const entries = [['dark-1', 'tor'], ['dark-2', 'vpn'], ['dark-3', 'opsec']].map(([id, technique]) =>
			cli('xadd', 'surgetap:alerts', '*', 'alert_id', id, 'state', 'open', 'range', 'gone-dark', 'technique', technique, 'severity', '1', 'ratio', '9', 'time_ms', '1774461600000', 'eve', '{}'));
		const page = await ready(await open());
		await page.waitForFunction(() => /^\((\d+)\)/.test(document.title));
		const waiting = async () => Number((await page.title()).match(/\d+/)[0]), before = await waiting();
		await page.click('#unseen');
		await page.waitForFunction(() => [...document.querySelectorAll('#rows td:nth-child(3)')].every((cell) => cell.innerText !== 'close'));
		await rows(page).filter({ hasText: 'gone-dark' }).first().click();
		await page.fill('#ack-comment', 'a planned move');
		await page.check('#ack-others');
		await page.click('#ack-send');
		await page.waitForFunction(() => ![...document.querySelectorAll('#rows tr')].some((row) => row.innerText.includes('gone-dark')));
		const kept = JSON.parse(cli('--json', 'hgetall', 'surgetap:acks'));
		assert.deepEqual(Object.keys(kept).sort(), ['dark-1', 'dark-2', 'dark-3']);
		await page.waitForFunction((count) => Number(document.title.match(/\d+/)[0]) === count, before - 3);
		cli('del', 'surgetap:acks');
		cli('xdel', 'surgetap:alerts', ...entries);
	},
	async paper() {
		const page = await ready(await open('?alert=1004-0', { colorScheme: 'dark' }));
		await page.waitForSelector('#detail li');
		await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
		await page.waitForFunction(() => getComputedStyle(document.documentElement).backgroundColor === 'rgb(255, 255, 255)');
		for (const gone of ['#tools', '#filters', '#chart-csv', '.ack', '#detail header button', '#ranges-order'])
			assert.equal(await page.locator(gone).first().isVisible(), false, gone + ' is printed');
		assert.ok(await page.getByText('1:wCb3OG7yAFWelaUydu0D+125CLM=').first().isVisible());
		assert.equal(await page.evaluate(() => getComputedStyle(document.getElementById('ranges')).maxHeight), 'none');
		await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
		await page.waitForFunction(() => document.documentElement.classList.contains('dark'));
	},
	async absent() { /* Redis was never there */
		const page = await open();
		await page.waitForSelector('#notice:not([hidden])');
		assert.match(await page.locator('#notice').innerText(), /Redis cannot be reached.*The page fills by itself/);
		await page.getByText('Nothing is known yet: Redis does not answer.').waitFor();
		faults.splice(0); /* the browser tells of each 503 */
	},
	async link() {
		const page = await ready(await open('?range=star-jv&techniques=tor&metric=flows&from=1774440000000&to=1774483200000&state=open%2Cupdate&alert=1004-0'));
		assert.equal(await page.inputValue('#from'), '2026-03-25 12:00');
		assert.equal(await page.inputValue('#state'), 'open,update');
		await page.locator('#metric [aria-pressed="true"]', { hasText: 'flows' }).waitFor();
		await page.locator('#detail').getByText('Example flows').waitFor();
		await page.click('#zone');
		assert.equal(await page.inputValue('#from'), '2026-03-25 21:00');
		await page.locator('#detail').getByText('2026-03-26 03:00').first().waitFor();
	},
	async keyboard() {
		const page = await ready(await open());
		/* A list that is being read again is still there for the keys. */
		let answer;
		const isAnswered = new Promise((resolve) => { answer = resolve; });
		await page.route('**/api/alerts?*', async (route) => { await isAnswered; await route.continue(); });
		await Promise.all([page.waitForRequest('**/api/alerts?*'), page.selectOption('#severity', '2')]);
		await page.evaluate(() => document.activeElement.blur());
		await page.keyboard.press('j');
		await page.waitForSelector('#detail:not([hidden]) li');
		await page.keyboard.press('Escape');
		await page.waitForSelector('#detail', { state: 'hidden' });
		answer();
		await page.selectOption('#severity', '');
		await page.evaluate(() => document.activeElement.blur());
		await page.keyboard.press('j');
		await page.waitForSelector('#detail:not([hidden]) li');
		const first = new URL(page.url()).searchParams.get('alert');
		await page.keyboard.press('j');
		await page.waitForFunction((id) => new URLSearchParams(location.search).get('alert') !== id, first);
		await page.keyboard.press('k');
		await page.waitForFunction((id) => new URLSearchParams(location.search).get('alert') === id, first);
		await page.keyboard.press('Escape');
		await page.waitForSelector('#detail', { state: 'hidden' });
		await page.keyboard.press('/');
		await page.keyboard.type('jd');
		assert.equal(await page.inputValue('#search'), 'jd');
		await page.keyboard.press('Escape');
		await page.keyboard.press('?');
		await page.waitForSelector('#keys[open]');
	},
	async dark() {
		const page = await ready(await open('', { colorScheme: 'dark' }));
		const paper = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
		assert.equal(await paper(), 'rgb(18, 23, 29)');
		await page.keyboard.press('d');
		assert.equal(await paper(), 'rgb(246, 247, 249)');
		await page.reload();
		await ready(page);
		assert.equal(await paper(), 'rgb(246, 247, 249)');
	},
	async narrow() {
		for (const width of [390, 768, 1440]) {
			const page = await ready(await open('', { viewport: { width, height: 844 } }));
			assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} px scroll sideways`);
			if (process.env.PICTURES)
				await page.screenshot({ path: join(process.env.PICTURES, `dashboard-${width}.png`), fullPage: true });
		}
	},
	async folded() {
		const page = await ready(await open('?state=close', { viewport: { width: 390, height: 844 } }));
		assert.ok(await page.evaluate(() => document.querySelector('.range').getBoundingClientRect().y) < 844 / 3, 'the ranges begin low');
		assert.equal(await page.isVisible('#from') || await page.isVisible('#severity'), false);
		const folder = page.locator('#filters .folder');
		assert.equal(await folder.innerText(), 'Filter and order (1)');
		await folder.focus();
		await page.keyboard.press('Enter');
		assert.equal(await folder.getAttribute('aria-expanded'), 'true');
		await page.selectOption('#state', '');
		assert.equal(await folder.innerText(), 'Filter and order');
		await page.locator('#tools .folder').click();
		await page.waitForSelector('#from', { state: 'visible' });
	},
	async order() {
		cli('xadd', 'surgetap:alerts', '*', 'alert_id', 'mild', 'state', 'open', 'range', 'mild', 'technique', 'tor', 'severity', '3', 'ratio', '99', 'time_ms', '1774461600000', 'eve', '{}');
		cli('hset', 'surgetap:acks', 'mild', '{"by":"me","comment":"","time_ms":1}');
		const page = await ready(await open()), first = () => rows(page).first().innerText();
		assert.match(await first(), /mild/);
		for (const [order, isFirst] of [['severity', false], ['ratio', true], ['acked', false], ['', true]]) {
			await page.selectOption('#order', order);
			await page.waitForFunction((wanted) => document.querySelector('#rows tr').innerText.includes('mild') === wanted, isFirst);
		}
		await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
		await rows(page).first().click();
		await page.getByText('Copy link').click();
		assert.match(await page.evaluate(() => navigator.clipboard.readText()), /\/\?alert=\d+-\d+$/);
		cli('hdel', 'surgetap:acks', 'mild');
	},
	async columns() {
		const page = await ready(await open()), column = (name) => page.getByRole('columnheader', { name });
		const isSorted = (name, way) => page.waitForFunction(([title, wanted]) => [...document.querySelectorAll('#columns th')].every((th) => th.getAttribute('aria-sort') === (th.innerText.startsWith(title) ? wanted : null)), [name, way]);
		const settled = () => page.waitForFunction(() => / of /.test(document.getElementById('rows-note').textContent));
		const cells = (place) => page.locator(`#rows td:nth-child(${place})`).allInnerTexts();
		await isSorted('Latest', 'descending');
		await column('Range').locator('button').focus();
		await page.keyboard.press('Enter');
		await isSorted('Range', 'ascending');
		await settled();
		const up = await cells(5);
		assert.deepEqual(up, [...up].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })));
		assert.equal(up.filter((name) => name.startsWith('range-0')).length > 90, true); /* not those of the newest hundred */
		assert.equal(await page.evaluate(() => document.activeElement.dataset.id), 'range');
		await page.keyboard.press('Enter');
		await isSorted('Range', 'descending');
		await page.waitForFunction(() => document.querySelector('#rows td:nth-child(5)').innerText.startsWith('star-jv'));
		const other = await ready(await open(new URL(page.url()).search)); /* the link holds the order */
		await other.waitForFunction(() => document.querySelector('#columns th[aria-sort="descending"]')?.innerText.startsWith('Range'));
		await other.waitForFunction(() => document.querySelector('#rows td:nth-child(5)').innerText.startsWith('star-jv'));
		const before = await rows(page).count();
		await page.click('#more');
		await page.waitForFunction((count) => document.querySelectorAll('#rows tr').length >= count + 100, before);
		await page.selectOption('#state', 'open,update');
		await page.waitForFunction(() => [...document.querySelectorAll('#rows td:nth-child(3)')].every((cell) => cell.innerText !== 'close'));
		await column('Latest').locator('button').click();
		await isSorted('Latest', 'descending');
		assert.doesNotMatch(page.url(), /order|dir/);
	},
	async ranges() {
		const page = await ready(await open()), names = () => page.locator('.range > div > .name').allInnerTexts();
		assert.deepEqual(await names(), ['star-jv', 'café']);
		await page.selectOption('#ranges-order', 'name');
		await page.waitForFunction(() => document.querySelector('.range .name').innerText === 'café');
		assert.match(page.url(), /ranges=name/);
		await page.selectOption('#ranges-order', 'ratio');
		await page.waitForFunction(() => document.querySelector('.range .name').innerText === 'star-jv');
		/* How many are open is told whatever the list shows. */
		await page.selectOption('#state', 'close');
		await page.fill('#search', 'nowhere in any record');
		await page.getByText('No alert matches.').waitFor();
		assert.match(await page.locator('.range', { hasText: 'star-jv' }).locator('.tile', { hasText: 'Tor' }).innerText(), /alert/);
	},
	async away() {
		const page = await ready(await open());
		execFileSync('bash', ['-c', 'source "$LIB"; stop redis']);
		await page.waitForSelector('#notice:not([hidden])');
		assert.match(await page.locator('#notice').innerText(), /Redis cannot be reached/);
		assert.equal(await page.locator('.range').count(), 2);
		execFileSync('bash', ['-c', 'source "$LIB"; start_redis; seed usage; seed alerts 10'], { stdio: 'ignore' });
		await page.waitForSelector('#notice', { state: 'hidden' });
		await page.waitForSelector('#link.live');
		seed('alert', '*', 'after-the-restart');
		await rows(page).filter({ hasText: 'after-the-restart' }).waitFor();
		faults.splice(0); /* the browser tells of each 503 */
	},
	async empty() {
		const page = await open();
		await page.getByText('No usage yet. It appears here').waitFor();
		await page.getByText('No alerts yet.').waitFor();
		await page.locator('#plot').getByText('No usage yet.').waitFor();
		await page.getByText('No sensor has reported').waitFor();
	},
	async login() {
		const page = await open();
		await page.fill('#token', 'not the token of it');
		await page.keyboard.press('Enter');
		await page.getByText('This is not the token.').waitFor();
		await page.fill('#token', 'a token of enough length');
		await page.keyboard.press('Enter');
		await ready(page);
		faults.splice(0); /* the browser tells of each 401 */
	},
};

try {
	await cases[process.argv[2]]();
	assert.deepEqual(faults, []);
} finally {
	await browser.close();
}

// SPDX-License-Identifier: Apache-2.0
// node report.mjs CASE FILE.html: opens the report in headless Chromium and checks one thing; exits with 1 and says why.
import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { launch } from './browser.mjs';

const [name, file] = process.argv.slice(2);
const address = pathToFileURL(file).href;
const browser = await launch();

// Opens the page; whatever it logs, asks for or refuses is kept.
async function open(options = {}) {
	const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options });
	page.problems = [];
	page.on('console', (message) => page.problems.push(message.text()));
	page.on('pageerror', (error) => page.problems.push(error.message));
	page.on('dialog', (dialog) => { page.problems.push('dialog ' + dialog.message()); dialog.dismiss(); });
	page.on('request', (request) => { if (request.url().split('#')[0] !== address) page.problems.push('asked for ' + request.url()); });
	await page.addInitScript(() => addEventListener('securitypolicyviolation', (event) => console.log('refused ' + event.violatedDirective)));
	await page.goto(address);
	await page.waitForFunction(() => document.getElementById('main').dataset.state === 'drawn');
	return page;
}

const shown = (page) => page.textContent('#window');
const paper = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
const changed = (page, before) => page.waitForFunction((text) => document.getElementById('window').textContent !== text, before);

const cases = {
	async opens() {
		const page = await open();
		assert.equal(await page.locator('.uplot canvas').count(), 2);
		assert.match(await page.textContent('#headlines'), /VPN use by .* rose 13-fold \(\+1200 %\) on 2026-03-13 within 60 min/);
		assert.match(await page.textContent('#headlines'), /38 of 41 active hosts took it up, half of them within 21 min \(together, not by chance/);
		assert.match(await page.textContent('#headlines'), /hosts an hour where .* were expected/);
		assert.match(await page.textContent('#headlines'), /the rest of the tap rose as well \(2\.5-fold among 57 other hosts\)/);
		assert.match(await page.textContent('#headlines'), /95 % CI \d+\.\.\d+/);
		assert.match(await page.textContent('#evidence'), /1:wCb3OG7yAFWelaUydu0D\+125CLM=/);
		assert.equal(await page.textContent('#who tbody td.number'), '3'); /* once, however many events tell of it */
		assert.doesNotMatch(await page.textContent('#changes'), /too few days/);
		assert.match(await page.textContent('#alerts'), /26 hosts/);
		assert.match(await page.textContent('#method'), /tor_relays: valid-after 2026-03-01/);
		assert.deepEqual(page.problems, []);
	},
	async policy() { // the file was given a script of its own: it must not run
		const page = await open();
		assert.equal(await page.evaluate(() => window.planted), undefined);
		assert.deepEqual(page.problems.filter((text) => text.startsWith('refused')), ['refused script-src-elem']);
	},
	async hostile() {
		const page = await open();
		const text = await page.textContent('header') + await page.textContent('main');
		for (const part of ['<img src=x onerror=alert(1)>', '</script><script>alert(2)</script>', '<b>org</b>', '"><svg onload=alert(3)>'])
			assert.ok(text.includes(part), part + ' is not shown as text');
		assert.equal(await page.locator('img, svg, b, iframe').count(), 0);
		assert.equal(await page.evaluate(() => /[\u202a-\u202e\u2066-\u2069]/.test(document.body.textContent)), false);
		assert.deepEqual(page.problems, []);
	},
	async zoom() {
		const page = await open(), whole = await shown(page), over = page.locator('.u-over').first();
		const box = await over.boundingBox();
		await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
		await page.mouse.down();
		await page.mouse.move(box.x + box.width * 0.75, box.y + 40, { steps: 5 });
		await page.mouse.up();
		await changed(page, whole);
		assert.match(await shown(page), /\((2\.9\d*|3(\.0\d*)?) d\)/);
		await over.dblclick();
		await page.waitForFunction((text) => document.getElementById('window').textContent === text, whole);
		assert.deepEqual(page.problems, []);
	},
	async keyboard() {
		const page = await open(), whole = await shown(page);
		await page.keyboard.press('Tab');
		assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
		await page.selectOption('#range', { label: 'quiet' });
		await page.waitForFunction(() => document.getElementById('name').textContent === 'in quiet');
		await page.locator('.skip').focus();
		await page.keyboard.press('Enter');
		/* Behind the list of ranges, however long it is, and still at the same range. */
		assert.equal(await page.evaluate(() => document.activeElement.id), 'happened');
		await page.waitForFunction(() => location.hash === '#happened');
		assert.equal(await page.textContent('#name'), 'in quiet');
		const seen = new Set();
		for (let i = 0; i < 40; i++) {
			await page.keyboard.press('Tab');
			seen.add(await page.evaluate(() => document.activeElement.id || document.activeElement.className));
			if (await page.evaluate(() => document.activeElement.className === 'chart'))
				break;
		}
		for (const id of ['metric', 'view', 'zoom-in', 'zoom-out', 'earlier', 'later', 'whole', 'chart'])
			assert.ok(seen.has(id), id + ' is not reached');
		await page.keyboard.press('+');
		await changed(page, whole);
		const half = await shown(page);
		await page.keyboard.press('ArrowRight');
		await changed(page, half);
		await page.keyboard.press('0');
		await page.waitForFunction((text) => document.getElementById('window').textContent === text, whole);
		assert.deepEqual(page.problems, []);
	},
	async colours() {
		const light = await paper(await open({ colorScheme: 'light' }));
		const page = await open({ colorScheme: 'dark' }), dark = await paper(page);
		assert.notEqual(dark, light);
		await page.selectOption('#theme', 'light');
		assert.equal(await paper(page), light);
		await page.selectOption('#theme', 'auto');
		assert.equal(await paper(page), dark);
		await page.emulateMedia({ colorScheme: 'light' });
		await page.waitForFunction(() => !document.documentElement.classList.contains('dark'));
		assert.deepEqual(page.problems, []);
	},
	async views() {
		const page = await open();
		const most = () => page.evaluate(() => document.querySelector('#heat p').textContent);
		const hosts = await most();
		await page.selectOption('#metric', 'flows');
		assert.notEqual(await most(), hosts);
		await page.selectOption('#view', 'share');
		await page.locator('.u-over').last().hover();
		assert.match(await page.locator('.chart output').last().textContent(), / %/);
		await page.selectOption('#range', { label: 'quiet' });
		await page.waitForFunction(() => document.getElementById('headlines').textContent.includes('No jump was told'));
		await page.goBack();
		await page.waitForFunction(() => document.getElementById('headlines').textContent.includes('13-fold'));
		assert.deepEqual(page.problems, []);
	},
	async narrow() {
		const page = await open({ viewport: { width: 390, height: 800 } });
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page scrolls sideways');
		await page.setViewportSize({ width: 800, height: 800 });
		await page.waitForFunction(() => document.querySelector('.uplot').clientWidth > 600);
		assert.deepEqual(page.problems, []);
	},
	async few_days() {
		const page = await open();
		assert.match(await page.textContent('#changes'), /95 % CI .*wide: too few days to tell how much days differ/);
		assert.deepEqual(page.problems, []);
	},
	async print() {
		const page = await open({ colorScheme: 'dark' });
		await page.emulateMedia({ media: 'print' });
		assert.equal(await page.locator('#print').isVisible(), false);
		assert.equal(await paper(page), 'rgb(255, 255, 255)');
		assert.equal(await page.evaluate(() => getComputedStyle(document.querySelector('.scroll')).overflowX), 'visible');
	},
	async one_bucket() {
		const page = await open();
		assert.match(await page.textContent('#headlines'), /no alert among what this page was made of/);
		await page.waitForSelector('.uplot canvas');
		const drawn = await page.evaluate(() => {
			const canvas = document.querySelector('.uplot canvas'), dot = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
			dot.fillStyle = getComputedStyle(document.querySelector('.dot')).backgroundColor;
			dot.fillRect(0, 0, 1, 1);
			const wanted = dot.getImageData(0, 0, 1, 1).data.slice(0, 3).join();
			const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
			let count = 0;
			for (let i = 0; i < data.length; i += 4)
				count += data.slice(i, i + 3).join() === wanted && data[i + 3] === 255;
			return count;
		});
		assert.ok(drawn > 4, drawn + ' pixels of the only bucket');
		assert.deepEqual(page.problems, []);
	},
	async empty() {
		const page = await open();
		assert.equal(await page.locator('#range').isVisible(), false);
		assert.match(await page.textContent('header'), /Nothing was counted/);
		assert.deepEqual(page.problems, []);
	},
};

try {
	await cases[name]();
} catch (error) {
	console.error(error.message);
	process.exitCode = 1;
} finally {
	await browser.close();
}

// SPDX-License-Identifier: Apache-2.0
// node pictures.mjs FOLDER REPORT.html DASHBOARD-URL ALERT: screenshots of both pages.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from './browser.mjs';

const [folder, report, dashboard, alert] = process.argv.slice(2);
const browser = await launch();

// Waits for `ready`, then takes what fits the window, and the whole page beside it.
async function take(name, address, ready, width, colorScheme) {
	const page = await browser.newPage({ viewport: { width, height: width > 500 ? 1000 : 844 }, colorScheme });
	await page.goto(address);
	for (const selector of ready)
		await page.waitForSelector(selector);
	await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
	const stem = join(folder, `${name}-${width}-${colorScheme}`);
	await page.screenshot({ path: stem + '.png' });
	await page.screenshot({ path: stem + '-whole.png', fullPage: true });
	await page.close();
}

for (const width of [1440, 390])
	for (const colours of ['light', 'dark']) {
		await take('report', pathToFileURL(report).href, ['.uplot canvas', '#headlines li'], width, colours);
		await take('dashboard', dashboard, ['#link.live', '#plot canvas', '#rows tr'], width, colours);
		await take('alert', `${dashboard}/?alert=${alert}`, ['#link.live', '#plot canvas', '#detail li'], width, colours);
	}
await browser.close();

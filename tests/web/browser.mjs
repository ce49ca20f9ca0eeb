// SPDX-License-Identifier: Apache-2.0
// A headless Chromium ($CHROMIUM) for the tests of pages, with playwright-core out of $NODE_MODULES; it talks to nobody but the page.
import { createRequire } from 'node:module';

const { chromium } = createRequire(process.env.NODE_MODULES + '/')('playwright-core');

export const launch = () => chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true,
	args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

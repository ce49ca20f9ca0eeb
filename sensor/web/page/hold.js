/* SPDX-License-Identifier: Apache-2.0 */
/* The page changes by itself: what the mouse holds stays until it is let go, and what has the keyboard keeps it. */

let held = null; /* what the mouse was pressed on */
const late = new Map(); /* element -> what is to be done with it once it is free */

addEventListener('pointerdown', (event) => { held = event.target; }, true);
function letGo() {
	const actions = [...late.values()];
	held = null;
	late.clear();
	for (const action of actions)
		action();
}
/* Behind the click, which is told after the pointer is up. */
for (const name of ['pointerup', 'pointercancel'])
	addEventListener(name, () => setTimeout(letGo), true);

/* Of several actions that wait for the same element the last one is done. */
export function whenFree(element, action) {
	if (held && element.contains(held))
		late.set(element, action);
	else
		action();
}

const reached = (parent) => [...parent.querySelectorAll('button, [tabindex]')];

/* The keyboard stays with the child of the same `data-id`, without one with that in the same place. */
export function refill(parent, ...children) {
	whenFree(parent, () => {
		const focused = parent.contains(document.activeElement) ? document.activeElement : null;
		const place = reached(parent).indexOf(focused), id = focused?.dataset.id;
		parent.replaceChildren(...children);
		const next = id === undefined ? reached(parent)[place] : parent.querySelector(`[data-id="${CSS.escape(id)}"]`);
		if (focused)
			next?.focus({ preventScroll: true });
	});
}

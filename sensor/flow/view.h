/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FLOW_VIEW_H
#define FLOW_VIEW_H
/* What plugins may know of a flow, brought up to date. */
#include "flow/findings.h"

/* Fills the view from the flow, and from what is known of it; names are the classifier's, texts of
 * the handshake those of the verdict, pointers to both stay valid as long as these. The samples,
 * the state of the hello and ECH are left as they are. */
void view_fill(struct surgetap_flow *view, const struct flow *flow,
	const struct classifier *classifier, const struct findings *findings);

#endif

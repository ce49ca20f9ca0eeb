/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/view.h"

void view_fill(struct surgetap_flow *view, const struct flow *flow,
	const struct classifier *classifier, const struct findings *findings)
{
	const struct verdict *verdict = &findings->verdict;
	view->size = sizeof *view;
	view->ip_version = flow->key.ip_version;
	view->transport = flow->key.transport;
	view->answered = flow->answered;
	view->complete = flow->complete;
	view->client = flow_client(flow);
	view->server = flow_server(flow);
	view->place = findings->place;
	view->start_us = flow->start_us;
	view->last_us = flow->last_us;
	view->packets_to_server = flow->packets[0];
	view->packets_to_client = flow->packets[1];
	view->bytes_to_server = flow->bytes[0];
	view->bytes_to_client = flow->bytes[1];
	view->protocol = classifier_protocol_name(classifier, verdict->protocol_id);
	view->master = classifier_protocol_name(classifier, verdict->master_id);
	view->category = classifier_category_name(classifier, verdict->category_id);
	view->confidence = verdict->confidence;
	view->risk = verdict->risk;
	view->sni = verdict->sni;
	view->alpn = verdict->alpn;
	view->tls_version = verdict->tls_version;
	view->ja3 = verdict->ja3;
	view->ja4 = verdict->ja4;
	view->tls_self_signed = verdict->tls_self_signed;
}

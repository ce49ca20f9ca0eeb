/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ALERT_SUMMARY_H
#define ALERT_SUMMARY_H
/* An alert in a dozen flat texts, for readers that do not want to parse its EVE record. */
#include "alert/alert.h"

#define SUMMARY_FIELDS 15
#define SUMMARY_VALUE_SIZE 330

struct summary {
	struct {
		const char *name; /* static text */
		char value[SUMMARY_VALUE_SIZE];
	} fields[SUMMARY_FIELDS];
};

/* Numbers are rounded as in the EVE record; names are cleaned by base/text.h. `sensor` is the name
 * of the sensor. */
void summary_make(const struct alert *alert, const char *sensor, struct summary *ret_summary);

#endif

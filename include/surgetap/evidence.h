/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SURGETAP_EVIDENCE_H
#define SURGETAP_EVIDENCE_H
/*
 * Reporting made short, for plugins that report one technique, the first of their list. All inline:
 * a plugin still depends on nothing but the ABI. During callbacks with `call` only.
 */
#include <surgetap/plugin.h>

#include <stdio.h>

#define SURGETAP_REASON_SIZE 96 /* the longest reason and its NUL */

/* Reports the plugin's first technique. `reason` is copied; see struct surgetap_evidence. */
static inline void surgetap_report(const struct surgetap_call *call, enum surgetap_grade grade,
	enum surgetap_kind kind, uint8_t confidence_percent, const char *reason)
{
	const struct surgetap_evidence evidence = {
		0, (uint8_t)grade, (uint8_t)kind, confidence_percent, reason};

	call->host->report(call, &evidence);
}

/* The best grade that nDPI's word alone can earn. */
static inline enum surgetap_grade surgetap_grade_of(enum surgetap_confidence confidence)
{
	switch (confidence) {
	case SURGETAP_CONFIDENCE_DPI:
		return SURGETAP_GRADE_DPI;
	case SURGETAP_CONFIDENCE_CACHE:
		return SURGETAP_GRADE_CACHE;
	case SURGETAP_CONFIDENCE_GUESS:
		return SURGETAP_GRADE_GUESS;
	default:
		return SURGETAP_GRADE_NONE;
	}
}

/*
 * Reports that nDPI called the flow `name`: with the grade of its confidence, but none better than
 * `best`, and with `confidence_percent` where it parsed payload. What nDPI remembers of the hosts
 * is worth 80 percent, what it guesses 30. Reports nothing where nDPI knows nothing.
 */
static inline void surgetap_report_verdict(const struct surgetap_call *call,
	enum surgetap_grade best, enum surgetap_kind kind, uint8_t confidence_percent,
	const char *name)
{
	enum surgetap_grade grade = surgetap_grade_of(call->flow->confidence);
	char reason[SURGETAP_REASON_SIZE];

	if (grade == SURGETAP_GRADE_NONE)
		return;
	if (grade != SURGETAP_GRADE_DPI)
		confidence_percent = grade == SURGETAP_GRADE_CACHE ? 80 : 30;
	snprintf(reason, sizeof reason, "nDPI: %s", name);
	surgetap_report(call, grade < best ? grade : best, kind, confidence_percent, reason);
}

#endif

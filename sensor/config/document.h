/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H
/*
 * A configuration file as texts: which settings it names, and their values as written. The schema
 * is made from the table of settings, so a new setting needs no word here. What a text means is
 * decided by setting_assign, which serves the command line in the same way. document.c is the only
 * file that knows libcyaml.
 */
#include "config/setting.h"

struct document;

/* What is wrong with the shape of a document, and with which key. */
struct document_fault {
	char message[SETTING_REASON_SIZE];
	char key[64];   /* empty: the document as a whole */
	bool is_in_key; /* the key is wrong, not its value */
	size_t entry;   /* of a list, from 0 */
};

/* Reads `length` bytes of YAML. Returns 0, -ENOMEM, or -EINVAL with the fault: a key that is no
 * setting or comes twice, a list where one value belongs or the other way round, an alias. */
int document_new(const char *text, size_t length, struct document **ret_document,
	struct document_fault *ret_fault);

void document_free(struct document *document);

/* Number of values that the document gives to settings[number]; 0 when it does not name it. */
size_t document_count(const struct document *document, size_t number);

/* Value `entry` (from 0, below document_count) of settings[number]; the document's. */
const char *document_text(const struct document *document, size_t number, size_t entry);

/* The version string of libcyaml found at run time. */
const char *document_library_version(void);

#endif

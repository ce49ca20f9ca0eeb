/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H
/*
 * The values of a configuration file as texts. The schema is made from the table of settings, so a
 * new setting needs no word here. Whether the file has the right shape is decided by shape_check,
 * what a text means by setting_assign, which serves the command line in the same way. document.c is
 * the only file that knows libcyaml.
 */
#include "config/setting.h"

struct document;

/* Reads those settings of `length` bytes of YAML that are wanted, by number; they must be usable,
 * as shape_check says. Returns 0, -ENOMEM, or -EINVAL when libcyaml refuses the rest of the file,
 * as it does for an alias below a key that is not wanted. */
int document_new(const char *text, size_t length, const bool is_wanted[SETTING_COUNT_MAX],
	struct document **ret_document);

void document_free(struct document *document);

/* The values that the document gives to settings[number]; none when it does not name it. The
 * document's. */
struct config_list document_values(const struct document *document, size_t number);

/* The version string of libcyaml found at run time. */
const char *document_library_version(void);

#endif

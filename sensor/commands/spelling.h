/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_SPELLING_H
#define COMMANDS_SPELLING_H
/* Options that were mistyped. getopt, below argp, tells that it does not know them, and no more. */
#include <argp.h>
#include <stdbool.h>

/* Looks at the words of the command line as argp would, argv[0] not. Returns true, after logging
 * it with the option that may have been meant, when one is a long option that neither `argp` nor
 * its children know. */
bool spelling_tell_unknown(const struct argp *argp, int argc, char **argv);

#endif

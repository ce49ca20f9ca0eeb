/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMPOSE_COMPLAINT_H
#define COMPOSE_COMPLAINT_H
/* One line about what went wrong, carried from where it is known to main(), which prints it. */

#define COMPLAINT_SIZE 512

struct complaint {
	char text[COMPLAINT_SIZE]; /* without a line feed; cut when longer */
};

/* Fills `complaint` as printf does and returns -`error`, so that failing is one statement. */
int complain(struct complaint *complaint, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_CHECK_H
#define CONFIG_CHECK_H
/* Checks of single values for the table of settings. Each returns 0, or -EINVAL after writing why.
 */
#include "config/setting.h"

/* "CIDR" or "CIDR=NAME", NAME as in check_name. */
int check_watch(const char *text, char ret_reason[SETTING_REASON_SIZE]);

/* True when the address of a CIDR that check_watch accepts has bits beyond its prefix, as
 * in 10.1.2.3/8: most likely a slip. Then ret_taken is the prefix that is watched. */
#define CHECK_PREFIX_SIZE 64
bool check_has_host_bits(const char *text, char ret_taken[CHECK_PREFIX_SIZE]);

/* A URL that publisher_check_url accepts. */
int check_url(const char *text, char ret_reason[SETTING_REASON_SIZE]);

/* One of the bucket lengths 60, 3600, 86400, 604800. */
int check_scale(const char *text, char ret_reason[SETTING_REASON_SIZE]);

/* 1..CHECK_NAME_MAX bytes of UTF-8 without control characters. */
#define CHECK_NAME_MAX 63
int check_name(const char *text, char ret_reason[SETTING_REASON_SIZE]);

/* An expression that libpcap understands. */
int check_filter(const char *text, char ret_reason[SETTING_REASON_SIZE]);

/* ADDR:PORT on this machine, as in listen_parse and loopback_is_address. */
int check_metrics(const char *text, char ret_reason[SETTING_REASON_SIZE]);

/* A period that period_parse takes. */
int check_window(const char *text, char ret_reason[SETTING_REASON_SIZE]);

/* "NAME.OPTION=VALUE" with nothing empty but VALUE. */
int check_plugin_option(const char *text, char ret_reason[SETTING_REASON_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "report/report.h"
#include "report/report_data.h"
#include "report/sha256.h"

/* FIPS 180-4's examples, and lengths around the border of a block, by another program. */
static void hashes_are_those_of_the_standard(void **state)
{
	static const struct {
		const char *text;
		size_t repeat;
		const char *hash;
	} table[] = {
		{"", 1, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
		{"abc", 1, "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
			"JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE="},
		{"a", 55, "n0OQ+NMMLdkuyfCVtl4rmumwqSWlJY4kHJ8ekQ9zQxg="},
		{"a", 56, "s1Q5pKxvCUi21vnjxq8PX1kM4g8b3nCQ73lwaG7Gc4o="},
		{"a", 64, "/+BU/nrgy23GXDr5th1SCfQ5hR20PQulmXM33xVGaOs="},
		{"a", 1000000, "zcduXJkU+5KBocfihNc+Z/GAmkiklyAOBG05zMcRLNA="},
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		size_t length = strlen(table[i].text), size = length * table[i].repeat;
		char hash[SHA256_BASE64_SIZE], *bytes = malloc(size + 1);
		assert_non_null(bytes);
		for (size_t k = 0; k < table[i].repeat; k++)
			memcpy(bytes + k * length, table[i].text, length);
		assert_string_equal(sha256_base64(bytes, size, hash), table[i].hash);
		free(bytes);
	}
}

/* The page as text from the heap. */
static char *write_page(const struct report *report, const char *title)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	assert_non_null(file);
	assert_int_equal(report_write(report, title, file), 0);
	fclose(file);
	return text;
}

static size_t count(const char *text, const char *part)
{
	size_t found = 0;
	for (; (text = strstr(text, part)); text++)
		found++;
	return found;
}

static struct report *make_report(const char *range, const char *technique)
{
	struct book_count counts[] = {{technique, 4, 2}, {"all", 9, 5}};
	struct report *report;
	assert_int_equal(report_new(&report), 0);
	for (int64_t hour = 0; hour < 48; hour++) {
		struct book_bucket bucket = {range, hour * 3600, 3600, 1, counts, 2};
		assert_int_equal(book_put(report_book(report), &bucket), 0);
	}
	return report;
}

static void names_cannot_end_the_script_that_holds_them(void **state)
{
	struct report *plain = make_report("a", "vpn");
	struct report *hostile = make_report("</script><!--<script>&", "</script>");
	(void)state;
	char *page = write_page(plain, NULL), *attacked = write_page(hostile, "</title></script>");
	assert_int_equal(count(attacked, "</script"), count(page, "</script"));
	assert_int_equal(count(attacked, "<script"), count(page, "<script"));
	assert_int_equal(count(attacked, "<!--"), count(page, "<!--"));
	assert_non_null(
		strstr(attacked, "\\u003c/script\\u003e\\u003c!--\\u003cscript\\u003e\\u0026"));
	free(page);
	free(attacked);
	report_free(plain);
	report_free(hostile);
}

static void policy_allows_what_the_page_carries_and_no_more(void **state)
{
	struct report *report = make_report("a", "vpn");
	char *page = write_page(report, NULL), *at = page, hash[SHA256_BASE64_SIZE];
	size_t elements = 0;
	(void)state;
	for (; (at = strstr(at, "<script>")); elements++) {
		char *begin = at + strlen("<script>"), *end = strstr(begin, "</script>");
		assert_non_null(end);
		assert_non_null(strstr(page, sha256_base64(begin, (size_t)(end - begin), hash)));
		at = end;
	}
	for (at = page; (at = strstr(at, "<style>")); elements++) {
		char *begin = at + strlen("<style>"), *end = strstr(begin, "</style>");
		assert_non_null(end);
		assert_non_null(strstr(page, sha256_base64(begin, (size_t)(end - begin), hash)));
		at = end;
	}
	assert_int_equal(elements, count(page, "'sha256-"));
	assert_true(elements >= 7);
	assert_non_null(strstr(page, "default-src 'none'"));
	assert_null(strstr(page, "unsafe-inline"));
	assert_true(strstr(page, "Content-Security-Policy") < strstr(page, "<style>"));
	free(page);
	report_free(report);
}

static void no_asset_could_end_its_own_element(void **state)
{
	(void)state;
	for (const struct asset *asset = assets; asset->name; asset++) {
		const char *text = (const char *)asset->bytes;
		if (strstr(asset->name, ".js"))
			assert_null(strstr(text, "</script"));
		if (strstr(asset->name, ".css"))
			assert_null(strstr(text, "</style"));
	}
}

static void alerts_beyond_the_limit_are_counted(void **state)
{
	char line[128];
	struct report *report = make_report("a", "vpn");
	(void)state;
	for (int i = 0; i < REPORT_ALERTS_MAX; i++) {
		snprintf(line, sizeof line,
			"{\"alert\":{\"context\":{\"schema\":\"surgetap.alert/"
			"1\",\"alert_id\":\"%d\"}}}",
			i);
		assert_int_equal(report_add_alert(report, line), 0);
	}
	assert_int_equal(report_add_alert(report, line), -ENOSPC);
	assert_int_equal(report_add_alert(report, "{}"), -EINVAL);
	assert_int_equal(report_add_alert(report, "{\"alert\":7}"), -EINVAL);
	assert_int_equal(report_add_alert(report, ""), -EINVAL);
	char *page = write_page(report, NULL);
	assert_non_null(strstr(page, "\"alerts_left_out\":1"));
	free(page);
	report_free(report);
}

static void hours_not_seen_are_null_and_no_zero(void **state)
{
	struct book_count counts[] = {{"vpn", 4, 2}};
	struct book *book;
	char *text = NULL;
	size_t size = 0;
	(void)state;
	assert_int_equal(book_new(3600, &book), 0);
	for (int64_t hour = 0; hour < 4; hour += 3) {
		struct book_bucket bucket = {"a", hour * 3600, 3600, 1, counts, 1};
		assert_int_equal(book_put(book, &bucket), 0);
	}
	FILE *file = open_memstream(&text, &size);
	assert_int_equal(report_data_write_range(book, book_range(book, 0), file), 0);
	fclose(file);
	assert_non_null(strstr(text, "\"seen\":[3600,0,0,3600]"));
	assert_non_null(strstr(text, "\"hosts\":[2,null,null,2]"));
	assert_non_null(strstr(text, "\"flows\":[4,null,null,4]"));
	json_t *parsed = json_loads(text, 0, NULL);
	assert_non_null(parsed);
	json_decref(parsed);
	free(text);
	book_free(book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_those_of_the_standard),
		cmocka_unit_test(names_cannot_end_the_script_that_holds_them),
		cmocka_unit_test(policy_allows_what_the_page_carries_and_no_more),
		cmocka_unit_test(no_asset_could_end_its_own_element),
		cmocka_unit_test(alerts_beyond_the_limit_are_counted),
		cmocka_unit_test(hours_not_seen_are_null_and_no_zero),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

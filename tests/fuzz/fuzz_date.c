/*
 * fuzz_date.c - dates of XML, mail and HTTP: a date that is read, printed and
 * read again is the same second.
 */
#include "base/tim.h"
#include "fuzz.h"

static void
again(int64_t t)
{
	char text[TIM_TEXT];
	int64_t u;

	FUZZ_CHECK(t != TIM_NONE);
	if (tim_text(t, text) == NULL)
		return;
	FUZZ_CHECK(strlen(text) == 20);
	if (!tim_iso(text, &u)) {
		/* years before 1601 are printed but not read */
		FUZZ_CHECK(strncmp(text, "1601", 4) < 0);
		return;
	}
	FUZZ_CHECK(u <= t && t - u < 1000);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size), text[TIM_TEXT];
	int64_t t;

	if (tim_iso(s, &t)) {
		FUZZ_CHECK(
		    tim_text(t, text) != NULL || strstr(s, "9999") != NULL);
		again(t);
	}
	if (tim_mail(s, &t))
		again(t);
	if (tim_http(s, &t))
		again(t);
	if (size >= sizeof(t)) {
		memcpy(&t, data, sizeof(t));
		if (tim_text(t, text) != NULL)
			again(t);
	}
	free(s);
	return 0;
}

/*
 * backoff.c - how long to wait after a failure.
 */
#include "base/tim.h"
#include "sync/backoff.h"

#define HOUR INT64_C(3600000)

int64_t
backoff_login(enum err_kind kind, int64_t tries)
{
	static const int64_t wait[] = { HOUR / 4, HOUR, 4 * HOUR, 24 * HOUR };
	int64_t i = tries - 1 + (kind != ERR_UNKNOWN);

	return wait[i < 0 ? 0 : i > 3 ? 3 : i];
}

int64_t
backoff_token(enum err_kind kind, int64_t tries)
{
	int64_t wait = backoff_login(kind, tries);

	return wait < HOUR ? wait : HOUR;
}

int64_t
backoff_item(int64_t tries, int64_t retry_ms)
{
	int64_t wait = (int64_t)15 * 60 * 1000;

	if (tries + 1 >= BACKOFF_TRIES)
		return TIM_NONE;
	while (tries-- > 0 && wait < (int64_t)24 * 3600 * 1000)
		wait *= 2;
	return tim_now() + (wait > retry_ms ? wait : retry_ms);
}

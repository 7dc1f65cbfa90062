/*
 * fuzz_permit.c - a list of mailboxes is read, or refused with a line; what was
 * read can be written and read again, and so it can after a word more.
 */
#include "core/permit.h"
#include "fuzz.h"

#define NOW INT64_C(1795162560000)

static void
write_permits(const struct permit_list *p, struct buf *out)
{
	buf_init(out, 2 * PERMIT_MAX);
	FUZZ_CHECK(permit_format(p, out) == 0);
}

/* The same words, and written the same, when it is read again. */
static void
check_again(const struct permit_list *p)
{
	struct permit_list again = { 0 };
	struct err err = ERR_INIT;
	struct buf first, second;
	size_t i;

	write_permits(p, &first);
	FUZZ_CHECK(permit_parse(&again, buf_str(&first), first.len, &err) == 0);
	FUZZ_CHECK(again.known && again.n == p->n);
	for (i = 0; i < p->n; i++) {
		const struct permit *is = permit_find(&again, p->v[i].address);

		FUZZ_CHECK(is == &again.v[i]);
		FUZZ_CHECK(is->approved == p->v[i].approved);
		FUZZ_CHECK(is->disabled == p->v[i].disabled);
		FUZZ_CHECK(is->approved || is->disabled);
	}
	write_permits(&again, &second);
	FUZZ_CHECK(second.len == first.len &&
		   memcmp(first.data, second.data, first.len) == 0);
	buf_free(&first);
	buf_free(&second);
	permit_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char who[] = "m@x.y";
	struct permit_list p = { 0 };
	struct err err = ERR_INIT;
	char *s = fuzz_string(data, size);
	int rc = permit_parse(&p, s, size, &err);
	const struct permit *is;
	bool off;

	fuzz_err(rc, &err);
	FUZZ_CHECK(p.known == (rc == 0 && size > 0));
	if (p.known) {
		check_again(&p);
		is = permit_find(&p, who);
		off = is != NULL && is->disabled;
		permit_note(&p, &(struct permit){ who, true, false, NOW });
		FUZZ_CHECK(permit_of(&p, who, true) ==
			   (off ? PERMIT_OFF : PERMIT_READ));
		check_again(&p);
		permit_set(&p, who, false, false, NOW);
		FUZZ_CHECK(permit_of(&p, who, true) == PERMIT_WAITS);
		check_again(&p);
	}
	permit_free(&p);
	free(s);
	return 0;
}

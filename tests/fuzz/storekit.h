/*
 * storekit.h - what the fuzz targets of the store share.
 * Included once by each: everything in it is static.
 */
#ifndef FUZZ_STOREKIT_H
#define FUZZ_STOREKIT_H

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "fmt/htmltext.h"
#include "fuzz.h"
#include "store/people.h"
#include "store/store.h"

/* The attachment's content is stored. */
static void
store_content(struct store *st, struct attachment *a, const char *text)
{
	struct err e = ERR_INIT;
	struct store_blob *b = store_blob_begin(st, 100);
	struct stream *s = store_blob_stream(b);

	FUZZ_CHECK(s->write(s, text, strlen(text), &e) == 0);
	FUZZ_CHECK(store_blob_end(b, a->sha256, &a->size, &e) == 0);
	a->stored = true;
	a->state = "full";
}

/* They are in use; the directory is made once. */
static void
use_people(struct store *st, const struct party *v, size_t n)
{
	static struct party_list list;
	static struct party_dir *dir;
	size_t i;

	for (i = 0; dir == NULL && i < n; i++)
		party_list_add(
		    &list, v[i].crm_type, v[i].crm_id, v[i].address, NULL);
	if (dir == NULL)
		dir = party_dir_build(&list);
	store_people_use(st, dir);
}

/* What email_body shows as the text: of mail that has only HTML, its text. */
static void
shown_text(const struct message *m, struct buf *out)
{
	buf_init(out, 10000);
	if (m->text != NULL || m->html == NULL)
		buf_adds(out, str_nn(m->text));
	else
		html_text(out, m->html, m->html_len);
}

static void
write_file(const char *path, const char *s, size_t n)
{
	FILE *f = fopen(path, "we");

	FUZZ_CHECK(f != NULL);
	FUZZ_CHECK(fwrite(s, 1, n, f) == n);
	fclose(f);
}

#endif

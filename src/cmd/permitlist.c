/*
 * permitlist.c - what an administrator has said about mailboxes, as a file of
 * state_dir.
 * 1. Table mailbox is believed only while there is no file.
 * 2. A file that was not read under the lock is not replaced.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/address.h"
#include "base/log.h"
#include "base/str.h"
#include "base/tim.h"
#include "cmd/permitlist.h"
#include "store/health.h"

static int
fail_list(const struct conf *conf, const char *why, struct err *err)
{
	err_set(err, ERR_CONFIG,
	    "%s/mailboxes: %s: it says which mailboxes are approved and which "
	    "disabled, so nothing is read without it; see that exsync's user "
	    "may read it, restore it from a backup of state_dir, or remove it: "
	    "then exsync takes over once what table mailbox says, so look at "
	    "that first",
	    conf->state_dir, why);
	return err_code(err, CAUSE_OTHER, "mailboxes", SCOPE_ALL);
}

/*
 * A row whose address is none, as nobody but exsync should have written it, is
 * that of no mailbox. One that was given up was not disabled by a person.
 */
static int
take_over(struct permit_list *list, struct store *st, struct err *err)
{
	struct store_boxes boxes;
	int64_t now = tim_now();
	char *address;
	size_t i;

	if (store_box_states(st, &boxes, err) == -1)
		return -1;
	for (i = 0; i < boxes.n; i++) {
		const struct store_box *b = &boxes.v[i];

		address = address_normalise(str_nn(b->address));
		if (address != NULL && str_eq(address, b->address))
			permit_set(list, address, !str_eq(b->state, "waiting"),
			    str_eq(b->state, "disabled") && !b->off, now);
		free(address);
	}
	store_box_free(&boxes);
	return 0;
}

/*
 * The list could not be read: may there be one? Not where there is no
 * directory that could hold it.
 */
static bool
may_have_list(const struct permitlist *l)
{
	struct stat s;

	if (l->dir.path == NULL)
		return false;
	if (l->dir.fd != -1)
		return true;
	return stat(l->dir.path, &s) == 0 ? S_ISDIR(s.st_mode)
					  : errno == EACCES;
}

/* *none: it cannot be read, since there is no directory that could hold it. */
static int
read_list(struct permitlist *l, bool *none, struct err *err)
{
	struct err why = ERR_INIT;
	struct buf text;
	int rc = 0;

	*none = false;
	buf_init(&text, STATEDIR_MAILBOXES + 4096);
	if (statedir_read(&l->dir, KEEP_MAILBOXES, &text) == -1) {
		*none = !may_have_list(l);
		rc = fail_list(l->conf, l->dir.why, err);
	} else if (permit_parse(&l->list, buf_str(&text), text.len, &why) == -1)
		rc = fail_list(l->conf, why.msg, err);
	buf_free(&text);
	return rc;
}

static void
begin_list(struct permitlist *l, const struct conf *conf)
{
	memset(l, 0, sizeof(*l));
	l->conf = conf;
	statedir_init(&l->dir, conf->state_dir, false);
}

int
permitlist_open(struct permitlist *l, const struct conf *conf, struct store *st,
    struct err *err)
{
	bool none;

	begin_list(l, conf);
	if (read_list(l, &none, err) == -1)
		return -1;
	return l->list.known ? 0 : take_over(&l->list, st, err);
}

int
permitlist_save(struct permitlist *l, struct err *err)
{
	struct buf text;
	int rc = 0;

	/* what the other process writes, or has written, would be lost */
	if (l->dir.late) {
		err_set(err, ERR_CONFIG,
		    "%s; nothing was changed: run it again then", l->dir.why);
		return err_code(err, CAUSE_OTHER, "mailboxes", SCOPE_ALL);
	}
	buf_init(&text, STATEDIR_MAILBOXES);
	if (permit_format(&l->list, &text) == -1 ||
	    statedir_write(&l->dir, KEEP_MAILBOXES, &text) == -1) {
		err_set(err, ERR_CONFIG,
		    "%s/mailboxes: %s: which mailboxes are approved and "
		    "disabled must be kept where the CRM cannot write: see "
		    "that exsync's user may write state_dir",
		    l->conf->state_dir, text.over ? "is full" : l->dir.why);
		rc = err_code(err, CAUSE_OTHER, "mailboxes", SCOPE_ALL);
	}
	buf_free(&text);
	return rc;
}

void
permitlist_close(struct permitlist *l)
{
	statedir_free(&l->dir);
	if (l->dir.fd > 0)
		close(l->dir.fd);
	permit_free(&l->list);
}

static bool
wants_approval(const struct conf *conf)
{
	size_t i;

	for (i = 0; i < conf->nprofile; i++) {
		if (conf->profile[i].approval == CONF_APPROVAL_MANUAL)
			return true;
	}
	return false;
}

/* Without state_dir nobody may be approved; the rest goes on. */
static int
do_without(const struct conf *conf, struct err *err)
{
	if (wants_approval(conf))
		return -1;
	log_warning("%s", err->msg);
	err_clear(err);
	return 0;
}

int
permitlist_load(const struct conf *conf, struct store *st, bool make,
    struct permit_list *out, struct err *err)
{
	struct permitlist l;
	bool none;
	int rc;

	begin_list(&l, conf);
	rc = read_list(&l, &none, err);
	if (rc == -1 && none)
		rc = do_without(conf, err);
	if (rc == 0 && !l.list.known) {
		rc = take_over(&l.list, st, err);
		if (rc == 0 && make && !none && permitlist_save(&l, err) == -1)
			rc = do_without(conf, err);
	}
	*out = l.list;
	memset(&l.list, 0, sizeof(l.list));
	permitlist_close(&l);
	return rc;
}

int
permitlist_note(const struct conf *conf, struct store *st,
    const struct permit *v, size_t n, struct err *err)
{
	struct permitlist l;
	size_t i;
	int rc = permitlist_open(&l, conf, st, err);

	for (i = 0; rc == 0 && i < n; i++)
		permit_note(&l.list, &v[i]);
	if (rc == 0)
		rc = permitlist_save(&l, err);
	permitlist_close(&l);
	return rc;
}

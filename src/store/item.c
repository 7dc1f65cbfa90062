/*
 * item.c - stores one item: its decision, its failure and its mail.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/content.h"
#include "store/copy.h"
#include "store/email.h"
#include "store/failure.h"
#include "store/item.h"
#include "store/reconsider.h"

#define REMOVE 1024 /* how many bytes removing an item counts as handled */

static bool
is_kept(const struct store_item *it)
{
	return it->message != NULL && it->decision != NULL &&
	       verdict_keeps(it->decision->verdict);
}

/* Was it gone when its content was asked for? */
static bool
has_vanished(const struct store_item *it)
{
	return it->decision == NULL && it->fault == NULL &&
	       str_eq(it->rule, "gone");
}

/* Is it in doubt? The server lists it, but cannot return it. */
static bool
is_doubtful(const struct store_item *it)
{
	return it->decision == NULL && it->fault != NULL &&
	       it->fault->kind == ERR_GONE;
}

/* Strings of a row of decision that describe_item allocated. */
struct item_texts {
	char *message_id, *parties;
};

/* Fills in the row of decision that says what became of the item. */
static void
describe_item(struct store *st, const char *mailbox,
    const struct store_item *it, struct decision_row *l,
    struct item_texts *made)
{
	memset(l, 0, sizeof(*l));
	memset(made, 0, sizeof(*made));
	l->mailbox = mailbox;
	l->item = it->item_id;
	l->folder = it->folder;
	l->change_key = it->change_key;
	if (failure_mail(it) != NULL)
		l->message_id = made->message_id =
		    content_mid_shown(failure_mail(it)->message_id);
	l->state = it->fault != NULL  ? DECISION_FAILED
		   : has_vanished(it) ? DECISION_GONE
				      : DECISION_THERE;
	if (it->decision != NULL) {
		l->verdict = verdict_name(it->decision->verdict);
		l->rule = it->decision->rule;
		if (!is_kept(it) && it->message != NULL)
			l->parties = made->parties =
			    decision_parties(st, it->message);
	} else if (it->fault != NULL && !is_doubtful(it)) {
		l->verdict = DECISION_NONE;
		if (failure_mail(it) != NULL)
			l->parties = made->parties =
			    decision_parties(st, failure_mail(it));
		l->rule = it->fault->code[0] != '\0' ? it->fault->code : NULL;
	} else {
		l->verdict = verdict_name(str_eq(it->rule, MATCH_RETENTION)
					      ? VERDICT_EXPIRED
					      : VERDICT_SKIP);
		l->rule = it->rule;
	}
}

/*
 * The mail was stored before and would not be kept now: its copy stays, but may
 * have moved or come back.
 */
static int
follow_copy(struct store *st, const struct store_item *it,
    const struct decision_row *l, int64_t email, struct store_count *count,
    struct err *err)
{
	struct copy c = { .email = email,
		.mailbox = l->mailbox,
		.item_id = l->item,
		.folder = l->folder,
		.is_read = -1 };
	struct copy_marks marks = { NULL, NULL, NULL };
	int rc;

	if (it->message != NULL) {
		c.is_read = it->message->is_read;
		copy_marks_of(it->message, &marks);
		c.marks = &marks;
	}
	rc = copy_back(st, &c, count, err);
	copy_marks_free(&marks);
	return rc;
}

/* The mail was stored before, and the mailbox's owner wants it kept out now. */
static int
withdraw_copy(struct store *st, const struct decision_row *l, int64_t email,
    struct store_count *count, struct err *err)
{
	struct copy c = { .email = email,
		.mailbox = l->mailbox,
		.item_id = l->item,
		.folder = l->folder,
		.is_read = -1 };

	return copy_gone(st, &c, count, err);
}

/* Sets l->email to the mail that the item is a copy of, if any. */
static int
become_email(struct store *st, const struct store_item *it,
    struct decision_row *l, int64_t known, struct store_count *count,
    struct err *err)
{
	struct email_in in;
	int rc = 0;

	l->email = known;
	if (is_kept(it)) {
		in.mailbox = l->mailbox;
		in.item_id = l->item;
		in.folder = l->folder;
		in.m = it->message;
		in.d = it->decision;
		in.poorer = it->fault != NULL;
		rc = email_put(st, &in, known, &l->email, count, err);
	} else if (known != 0 && it->decision != NULL &&
		   it->decision->owners_word)
		rc = withdraw_copy(st, l, known, count, err);
	else if (known != 0)
		rc = follow_copy(st, it, l, known, count, err);
	if (rc == 0 && it->fault != NULL) {
		count->failed += !is_doubtful(it);
		rc = failure_put(st, l, it, err);
	} else if (rc == 0 && !is_kept(it))
		count->skipped++;
	return rc;
}

int
item_remove(struct store *st, const char *mailbox, const char *item,
    const struct decision_old *old, struct store_count *count, struct err *err)
{
	struct copy c = { .email = old->email,
		.mailbox = mailbox,
		.item_id = item,
		.folder = old->folder,
		.is_read = -1 };

	st->txn.handled += REMOVE;
	count->left += old->state != DECISION_GONE;
	if (old->state == DECISION_FAILED &&
	    failure_delete(st, mailbox, item, err) == -1)
		return -1;
	if (old->state == DECISION_MOVING &&
	    failure_moved(st, mailbox, item, err) == -1)
		return -1;
	if (old->state != DECISION_GONE &&
	    (decision_set_gone(st, mailbox, item, err) == -1 ||
		anew_delete(st, mailbox, item, err) == -1))
		return -1;
	if (old->email == 0)
		return 0;
	return copy_gone(st, &c, count, err);
}

/*
 * For an item that was never seen: inserts the row of decision first, with the
 * number that a new mail would get. *known: there is such a row already, and
 * nothing was done.
 */
static int
put_new_item(struct store *st, const struct store_item *it,
    struct decision_row *l, bool *known, struct store_count *count,
    struct err *err)
{
	int64_t guess = 0;
	int r;

	*known = false;
	if (is_kept(it) && email_next(st, &guess, err) == -1)
		return -1;
	l->email = guess;
	if ((r = decision_insert(st, l, err)) == -1)
		return -1;
	if (r == 0) {
		*known = true;
		return 0;
	}
	count->entered += l->state != DECISION_GONE;
	if (become_email(st, it, l, 0, count, err) == -1)
		return -1;
	return l->email == guess
		   ? 0
		   : decision_set_email(st, l->mailbox, l->item, l->email, err);
}

static int
put_known_item(struct store *st, const struct store_item *it,
    struct decision_row *l, struct store_count *count, struct err *err)
{
	struct decision_old old;

	if (decision_get(st, l->mailbox, l->item, &old, err) == -1)
		return -1;
	/* the earlier decision stays readable */
	if (has_vanished(it))
		return item_remove(st, l->mailbox, l->item, &old, count, err);
	/* of one that failed it is still asked why it was to be decided anew */
	if ((it->fault == NULL || is_kept(it)) &&
	    anew_delete(st, l->mailbox, l->item, err) == -1)
		return -1;
	count->entered += old.state == DECISION_GONE || old.folder != l->folder;
	if (is_doubtful(it)) {
		l->email = old.email;
		if (failure_put(st, l, it, err) == -1)
			return -1;
		return decision_set_doubt(st, l, err);
	}
	if (become_email(st, it, l, old.email, count, err) == -1)
		return -1;
	if ((old.state == DECISION_FAILED || old.state == DECISION_MOVING) &&
	    it->fault == NULL &&
	    failure_delete(st, l->mailbox, l->item, err) == -1)
		return -1;
	return decision_set(st, l, err);
}

int
item_put(struct store *st, const char *mailbox, const struct store_item *it,
    struct store_count *count, struct err *err)
{
	struct decision_row l;
	struct item_texts made;
	bool known;
	int rc;

	describe_item(st, mailbox, it, &l, &made);
	rc = put_new_item(st, it, &l, &known, count, err);
	if (rc == 0 && known)
		rc = put_known_item(st, it, &l, count, err);
	free(made.message_id);
	free(made.parties);
	return rc;
}

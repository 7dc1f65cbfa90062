/*
 * item.c - life of an item.
 * 1. A number names one item in one folder for ever.
 */
#include "world/item.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "world/folder.h"
#include "world/gen.h"
#include "world/kept.h"
#include "world/mailcopy.h"
#include "world/mapi.h"
#include "world/mime.h"

struct item *
item_new(struct folder *f, struct mail *mail, int64_t received)
{
	struct item *it = sb_xmalloc(sizeof(*it));

	it->num = world_new_item_num(it);
	it->search_key = it->num;
	it->folder = f;
	it->mail = mail;
	it->received = it->created = it->modified = received;
	return it;
}

void
item_settle(struct item *it)
{
	folder_insert(it->folder, it);
}

struct item *
item_deliver(struct folder *f, struct mail *mail, int64_t received)
{
	struct item *it = item_new(f, mail, received);

	item_settle(it);
	return it;
}

void
item_free(struct item *it)
{
	if (it == NULL)
		return;
	mime_free(it->mail);
	free(it->class);
	free(it->categories);
	free(it);
}

void
item_delete(struct item *it)
{
	folder_take_out(it->folder, it);
	world.items[it->num] = NULL;
	item_free(it);
}

/* Not in another mailbox, nor in the archive, which is like one. */
static bool
item_stays_itself(const struct folder *from, const struct folder *to)
{
	const struct folder *archive =
	    folder_of_role(to->mailbox, ROLE_ARCHIVE_ROOT);

	return from->mailbox == to->mailbox &&
	       (archive == NULL ||
		   folder_below(from, archive) == folder_below(to, archive));
}

struct item *
item_move(struct item *it, struct folder *to)
{
	struct item *n = sb_xmalloc(sizeof(*n));

	*n = *it;
	n->num = world_new_item_num(n);
	if (item_stays_itself(it->folder, to))
		world_keep_first(n->num, it->num);
	n->version = n->version + 1;
	n->update_seq = n->read_seq = 0;
	n->modified = world_now();
	it->mail = NULL;
	it->class = NULL;
	it->categories = NULL;
	item_delete(it);
	folder_insert(to, n);
	return n;
}

void
item_dispose(struct item *it, struct folder *to)
{
	if (to != NULL)
		item_move(it, to);
	else
		item_delete(it);
}

struct item *
item_copy(struct item *it, struct folder *to)
{
	struct item *n = item_new(to, NULL, it->received);

	if (it->mail != NULL)
		n->mail = mailcopy(it->mail);
	n->gen = it->gen;
	n->gen_n = it->gen_n;
	n->search_key = it->search_key;
	n->class = it->class != NULL ? sb_xstrdup(it->class) : NULL;
	n->categories =
	    it->categories != NULL ? sb_xstrdup(it->categories) : NULL;
	n->ex = it->ex;
	n->read = it->read;
	n->sent = it->sent;
	n->draft = it->draft;
	item_settle(n);
	return n;
}

void
item_set_read(struct item *it, bool read)
{
	if (it->read == read)
		return;
	it->read = read;
	if (read)
		it->folder->unread--;
	else
		it->folder->unread++;
	it->version++;
	it->modified = world_now();
	folder_changed(it->folder, it, true);
}

void
item_touch(struct item *it)
{
	it->version++;
	it->modified = world_now();
	folder_changed(it->folder, it, false);
}

static bool
same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

static bool
same_bytes(const void *a, size_t alen, const void *b, size_t blen)
{
	return a != NULL && b != NULL && alen == blen &&
	       memcmp(a, b, alen) == 0;
}

static bool
same_att(const struct att *a, const struct att *b)
{
	if (a->kind != b->kind || a->is_inline != b->is_inline ||
	    !same_text(a->name, b->name) || !same_text(a->type, b->type) ||
	    !same_text(a->cid, b->cid) || !same_text(a->location, b->location))
		return false;
	if (a->kind == ATT_ITEM)
		return same_bytes(a->item->raw, a->item->raw_len, b->item->raw,
		    b->item->raw_len);
	if (a->kind == ATT_REF)
		return same_text(a->url, b->url);
	return same_bytes(a->data, a->len, b->data, b->len);
}

/*
 * An attachment has its number as long as it lies in the item; nobody can
 * write into one. What is new, or another, gets a number of its own.
 */
static void
keep_atts(const struct mail *old, struct mail *m, int64_t now)
{
	bool *used = sb_xmalloc(sizeof(*used) * (size_t)(old->n_att + 1));
	int i, k;

	m->next_att = old->next_att;
	for (i = 0; i < m->n_att; i++) {
		struct att *a = &m->att[i];

		for (k = 0; k < old->n_att; k++)
			if (!used[k] && same_att(&old->att[k], a))
				break;
		if (k < old->n_att) {
			used[k] = true;
			a->num = old->att[k].num;
			a->since = old->att[k].since;
		} else {
			a->num = m->next_att++;
			a->since = now;
		}
	}
	free(used);
}

void
item_edit(struct item *it, struct mail *mail)
{
	struct mail tmp = { 0 };

	keep_atts(item_mail(it, &tmp, 0), mail, world_now());
	if (it->mail != NULL)
		kept_copy(mail, it->mail);
	arena_free(&tmp.a);
	mime_free(it->mail);
	it->mail = mail;
	item_touch(it);
}

void
item_set_flag(struct item *it, enum flag flag)
{
	char number[2] = { (char)('0' + flag), 0 };

	kept_one(it->mail, KEPT_FLAG, flag != FLAG_NONE ? number : NULL);
	item_touch(it);
}

void
item_set_verb(struct item *it, const char *verb)
{
	static const struct mapi last_verb = { .tag = 0x1081,
		.type = MAPI_INTEGER };

	mapi_keep(it->mail, &last_verb, &verb, verb != NULL);
	item_touch(it);
}

void
item_set_categories(struct item *it, const char *names)
{
	free(it->categories);
	it->categories =
	    names != NULL && *names != 0 ? sb_xstrdup(names) : NULL;
	item_touch(it);
}

const struct mail *
item_mail_coded(const struct item *it, struct mail *tmp, unsigned want,
    const struct gen_coding *coding)
{
	if (it->mail != NULL)
		return it->mail;
	gen_make(it->gen, it->gen_n, want, coding, tmp);
	return tmp;
}

const struct mail *
item_mail(const struct item *it, struct mail *tmp, unsigned want)
{
	return item_mail_coded(it, tmp, want, NULL);
}

size_t
item_size(const struct item *it)
{
	return it->mail != NULL ? it->mail->raw_len
				: gen_size(it->gen, it->gen_n);
}

const char *
item_class(const struct item *it, const struct mail *m)
{
	if (it != NULL && it->class != NULL)
		return it->class;
	return m->class != NULL ? m->class : "IPM.Note";
}

enum kind
item_kind(const struct item *it, const struct mail *m)
{
	static const struct {
		const char *class;
		enum kind kind;
	} OTHER[] = { { "IPM.Appointment", KIND_APPOINTMENT },
		{ "IPM.Contact", KIND_CONTACT }, { "IPM.Task", KIND_TASK } };
	const char *class = item_class(it, m);
	size_t i;

	for (i = 0; i < sizeof(OTHER) / sizeof(OTHER[0]); i++) {
		size_t n = strlen(OTHER[i].class);

		if (strncasecmp(class, OTHER[i].class, n) == 0 &&
		    (class[n] == 0 || class[n] == '.'))
			return OTHER[i].kind;
	}
	return m->kind;
}

bool
item_on_wire(const struct item *it)
{
	return !it->sent && !it->draft;
}

bool
item_has_attachments(const struct mail *m)
{
	int i;

	for (i = 0; i < m->n_att; i++)
		if (!m->att[i].is_inline)
			return true;
	return false;
}

/*
 * change.h - what a client writes into an item: collected first, then
 * stored as a whole or not at all.
 * Whatever cannot be stored so that GetItem gives it back is an error.
 */
#ifndef SIM_CHANGE_H
#define SIM_CHANGE_H

#include "ews/call.h"
#include "ews/shape.h"

struct change {
	struct call *c;
	const struct item *it;    /* NULL: a new one */
	struct mail *m;           /* own copy, or NULL as long as it is not
				  needed; a new item's is always there */
	bool create, nested;      /* nested: a message attached to one */
	bool anew;                /* the MIME does not say it all */
	bool mime;                /* the MIME was given */
	bool touched;             /* something other than the read flag */
	int read, draft;          /* -1: as it is */
	char *class, *categories; /* NULL: as it is; freed by change_free */
	int64_t received;         /* NO_TIME: as it is */
	char *why;                /* of an error, or NULL; freed */
	char *path; /* the path to blame, as XML, or NULL; freed */
};

void change_new(struct change *, struct call *);
void change_of(struct change *, struct call *, const struct item *);
void change_free(struct change *);

/* All return NULL or a response code; why and path may say more. */

/* The children of a t:Message to be created. */
const char *change_create(struct change *, const xmlNode *message);
/* A SetItemField, AppendToItemField or DeleteItemField. */
const char *change_update(struct change *, const xmlNode *update);
/* A t:FileAttachment and the like is added. */
const char *change_attach(struct change *, const xmlNode *attachment);

/* The attachment at that place is taken out. */
void change_forget(struct change *, int at);

/* The mail, to be written to. */
struct mail *change_mail(struct change *);

/* Puts it into the item. Afterwards nothing of the change is owned by it. */
void change_commit(struct change *, struct item *);

/* Parts of files of their own. */
enum how { SET, APPEND, REMOVE };
const char *changeext_set(struct change *, const xmlNode *property);
const char *changeext_remove(struct change *, const xmlNode *path);
/* The simulator's own refusal, in words. */
const char *change_refuse(struct change *, const char *code, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* xs:dateTime; a fraction is dropped. False: it is none. */
bool change_time(const char *text, int64_t *t);
/* Cuts off what a subject has no room for: 255 units of UTF-16. */
void change_cut_subject(char *text);
void change_class(struct change *, const char *class);

#endif

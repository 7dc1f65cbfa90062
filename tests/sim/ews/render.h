/*
 * render.h - items, bodies, attachments and extended properties as XML.
 */
#ifndef SIM_RENDER_H
#define SIM_RENDER_H

#include "ews/ident.h"
#include "ews/shape.h"

struct view { /* what is being rendered, for whom */
	struct call *c;
	const struct shape *s;
	const struct item *item; /* the item, or the one it is attached to */
	const struct mail *m;
	struct att_path path; /* n > 0: an attached message */
	bool list;            /* FindItem, SyncFolderItems */
};

/* The item's element, complete. */
void render_item(
    struct call *, const struct shape *, const struct item *, bool list);
void render_mail(const struct view *);
/* The subject without RE:, FW: and the like. */
const char *render_topic(const struct mail *);
/* Only t:ItemId. */
void render_item_id(struct sb *, const struct item *);

/* Parts of render_mail in files of their own. */
void render_body(const struct view *, const char *element, enum body_type);
void render_attachments(const struct view *);
void render_extended(const struct view *);
void render_addrs(const struct view *, const char *element,
    const struct addrs *, unsigned ex);
void render_addr(const struct view *, const struct addr *, bool ex);

/* The t:ExtendedFieldURI that was asked for, as the server echoes it. */
void render_ext_uri(struct sb *, const struct ext *);

/* Has it an attachment that is not part of its text? */
bool render_real_attachments(const struct mail *);

/* HTML to plain text, roughly as Exchange would. */
void render_plain(struct sb *, const char *html, size_t len);

#endif
